import type { Codec } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type CacheValue, createCache } from "../src/index.ts";
import { deflate, xor } from "./codecs.ts";
import { memoryStore } from "./memory-store.ts";
import { everyDtype, keyOf } from "./values.ts";

function random(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** One of: a flipped bit, a truncation, added bytes, a range of zeros, a moved range. */
function damage(bytes: Uint8Array, next: (bound: number) => number): Uint8Array {
  const copy = bytes.slice();
  const at = next(copy.length);
  switch (next(8)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return new Uint8Array([...copy, ...copy.subarray(0, 1 + next(20))]);
    case 2:
      return copy.fill(0, at, at + 1 + next(64));
    case 3:
      return copy.copyWithin(at, next(copy.length), copy.length);
    default:
      copy[at] = (copy[at] ?? 0) ^ (1 << next(8));
      return copy;
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

const value: CacheValue = {
  ...everyDtype(),
  arrays: { ...everyDtype().arrays, long: Float64Array.from({ length: 300 }, Math.sqrt) },
};

describe("2,000 damages to stored files", () => {
  for (const codec of [undefined, xor, deflate] as (Codec | undefined)[])
    it(`never return a wrong value, ${codec?.name ?? "plain"}`, async () => {
      const store = memoryStore();
      await createCache({ store, codec }).set(keyOf(1), value);
      const whole = new Map([...store.kept].map(([key, { value: bytes }]) => [key, bytes]));
      const keys = [...whole.keys()];
      const next = random(7);
      let found = 0;
      for (let i = 0; i < 2000; i++) {
        store.kept.clear();
        for (const [key, bytes] of whole) await store.set(key, bytes);
        const victim = keys[next(keys.length)] as string;
        const bytes = damage(whole.get(victim) as Uint8Array, next);
        const same = sameBytes(bytes, whole.get(victim));
        await store.set(victim, bytes);
        const cache = createCache({ store, codec });
        const got = await cache.get(keyOf(1));
        if (got !== undefined) {
          found++;
          expect(got, `damage ${i}`).toEqual(value);
          // Some bits of deflate change nothing, such as the padding of its last byte.
          if (codec !== deflate) expect(same, `damage ${i} was overlooked`).toBe(true);
          continue;
        }
        expect(cache.statistics.damaged, `damage ${i}`).toBe(1);
        expect(store.kept.has(victim)).toBe(false);
        expect(sameBytes(store.kept.get(`quarantine/${victim}`)?.value, bytes)).toBe(true);
      }
      // Zeros over zeros change nothing, and deflate ignores bytes after its stream.
      expect(found).toBeLessThan(400);
    });

  it("detects every single flipped bit of a plain file", async () => {
    const store = memoryStore();
    await createCache({ store }).set(keyOf(1), {
      arrays: { a: Float64Array.of(1, 2), ü: new Float64Array(0) },
      attributes: { a: 1 },
    });
    const [storeKey = ""] = store.kept.keys();
    const whole = (await store.get(storeKey)) as Uint8Array;
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = whole.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await store.set(storeKey, bytes);
      const cache = createCache({ store });
      expect(await cache.get(keyOf(1)), `bit ${bit}`).toBeUndefined();
    }
  });

  it("computes a damaged value again, and reports that once", async () => {
    const store = memoryStore();
    await createCache({ store }).set(keyOf(1), value);
    for (const [key, { value: bytes }] of [...store.kept]) await store.set(key, bytes.subarray(0, bytes.length - 1));
    const warnings: string[] = [];
    const cache = createCache({ store, warn: (message) => warnings.push(message) });
    expect(await cache.compute(keyOf(1), () => value)).toEqual(value);
    expect(warnings).toHaveLength(1);
    expect(await createCache({ store }).get(keyOf(1))).toEqual(value);
  });

  it("does not accept the file of another key, or of another part", async () => {
    const store = memoryStore();
    const cache = createCache({ store, memoryBytes: 0 });
    await cache.set(keyOf(1), { arrays: { a: Float64Array.of(1) } });
    const [first = ""] = store.kept.keys();
    await cache.set(keyOf(2), { arrays: { a: Float64Array.of(2) } });
    const second = [...store.kept.keys()].find((key) => key !== first) ?? "";
    await store.set(first, (await store.get(second)) as Uint8Array);
    expect(await cache.get(keyOf(1))).toBeUndefined();
    expect(cache.statistics.damaged).toBe(1);
  });
});
