import type { ConfigurationDigest } from "./configuration-digest.ts";

/** Finds a number by a digest, in 20 bytes per digest: a Map of ten million texts would take more than a gigabyte. */
export interface DigestIndex {
  readonly size: number;
  /**
   * The number that was last set; undefined if there is none. Digests that share their first 64 bits count as equal.
   */
  get(digest: ConfigurationDigest): number | undefined;
  /** Sets a number from 0 to 2^31 - 1. */
  set(digest: ConfigurationDigest, value: number): void;
}

const mask32 = 0xffff_ffffn;

/** Creates an empty index. */
export function digestIndex(): DigestIndex {
  let capacity = 1024;
  let keys = new BigInt64Array(capacity);
  let values = new Int32Array(capacity).fill(-1);
  let size = 0;

  /**
   * The slot of a key, or the empty slot in which it belongs. A digest is as good as random, so its bits are the hash.
   */
  function slotOf(key: bigint): number {
    let slot = Number(key & mask32) & (capacity - 1);
    while (values[slot] !== -1 && keys[slot] !== key) slot = (slot + 1) & (capacity - 1);
    return slot;
  }

  function grow(): void {
    const [oldKeys, oldValues] = [keys, values];
    capacity *= 2;
    keys = new BigInt64Array(capacity);
    values = new Int32Array(capacity).fill(-1);
    for (const [i, value] of oldValues.entries()) {
      if (value === -1) continue;
      const key = oldKeys[i] ?? 0n;
      const slot = slotOf(key);
      keys[slot] = key;
      values[slot] = value;
    }
  }

  return {
    get size() {
      return size;
    },
    get({ high }) {
      const value = values[slotOf(high)];
      return value === -1 ? undefined : value;
    },
    set({ high }, value) {
      if (size >= 0.6 * capacity) grow();
      const slot = slotOf(high);
      if (values[slot] === -1) size++;
      keys[slot] = high;
      values[slot] = value;
    },
  };
}
