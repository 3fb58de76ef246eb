import type { CacheKey, CacheValue } from "../src/index.ts";

/** A key that differs by its number only. */
export function keyOf(n: number, more: Partial<CacheKey> = {}): CacheKey {
  return { kind: "votes", input: `input-${n}`, parameters: { length: 28, n }, algorithm: "atc", version: 1, ...more };
}

/** Arrays of all dtypes, with values that are easily lost. */
export function everyDtype(): CacheValue {
  return {
    arrays: {
      equity: Float64Array.of(0.25, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 0.1 + 0.2),
      ratio: Float32Array.of(1.5, Number.NaN, -0),
      votes: Int8Array.of(-1, 0, 1, -128, 127),
      mask: Uint8Array.of(0, 255),
      rows: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
      counts: Uint32Array.of(0, 2 ** 32 - 1),
      timestamp: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n),
      empty: new Float64Array(0),
    },
    attributes: { trades: 3, note: "überall", nested: { list: [1, null, true] } },
  };
}
