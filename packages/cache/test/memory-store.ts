import {
  AtcError,
  assertStoreKey,
  type ByteRange,
  type ByteStore,
  type GetOptions,
  throwIfAborted,
} from "@atc/contract";

interface Kept {
  readonly value: Uint8Array;
  accessedAt: number;
}

/** A byte store in memory, whose values a test can read and change directly. */
export interface MemoryStore extends ByteStore {
  readonly kept: Map<string, Kept>;
}

/** A byte store in memory. */
export function memoryStore(): MemoryStore {
  const kept = new Map<string, Kept>();
  let closed = false;
  const check = (key: string): void => {
    if (closed) throw new AtcError("ATC_CLOSED", "disposed");
    assertStoreKey(key);
  };
  async function read(key: string, options: GetOptions = {}): Promise<Uint8Array | undefined> {
    check(key);
    throwIfAborted(options.signal);
    const found = kept.get(key);
    if (found !== undefined && options.touch !== false) found.accessedAt = Date.now();
    return found?.value.slice();
  }
  return {
    kept,
    get: read,
    async getRange(key: string, range: ByteRange, options?: GetOptions) {
      const value = await read(key, options);
      if (Object.values(range).some((one) => !(one >= 0))) throw new AtcError("ATC_INVALID_ARGUMENT", "range");
      if ("offset" in range) return value?.subarray(range.offset, range.offset + range.length);
      return value?.subarray(Math.max(0, value.length - range.suffixLength));
    },
    async set(key, value, options = {}) {
      check(key);
      throwIfAborted(options.signal);
      kept.set(key, { value: new Uint8Array(value), accessedAt: Date.now() });
    },
    async delete(key) {
      check(key);
      return kept.delete(key);
    },
    async *list(prefix = "") {
      check("any");
      for (const [key, { value, accessedAt }] of [...kept])
        if (key.startsWith(prefix)) yield { key, size: value.length, accessedAt };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
