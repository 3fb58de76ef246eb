import fc from "fast-check";

/** A column of elements of `typesize` bytes. */
export interface Column {
  readonly bytes: Uint8Array;
  readonly typesize: number;
}

/** The bytes of a typed array. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A seeded generator of numbers in (0, 1): the minimal standard of Park and Miller with the multiplier 48271. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A walk of prices rounded to some decimals. */
export function prices(length: number, start: number, decimals: number, seed = 1): Float64Array {
  const next = uniform(seed);
  const factor = 10 ** decimals;
  let price = start;
  return Float64Array.from({ length }, () => {
    price *= 1 + (next() + next() + next() - 1.5) * 0.001;
    return Math.round(price * factor) / factor;
  });
}

/** An exponential average, with a warm-up of NaN. */
export function exponentialAverage(values: Float64Array, length: number): Float64Array {
  const alpha = 2 / (length + 1);
  let average = values[0] ?? 0;
  return values.map((value, i) => {
    average += alpha * (value - average);
    return i < length ? Number.NaN : average;
  });
}

/** A mean with the weights 1 to `length`, with a warm-up of NaN. */
export function weightedAverage(values: Float64Array, length: number): Float64Array {
  const total = (length * (length + 1)) / 2;
  return values.map((_, i) => {
    if (i < length) return Number.NaN;
    let sum = 0;
    for (let k = 0; k < length; k++) sum += (length - k) * (values[i - k] as number);
    return sum / total;
  });
}

/** Directions in runs of a mean length. */
export function directions(length: number, mean: number, seed = 3): Int8Array {
  const next = uniform(seed);
  let now = 1;
  return Int8Array.from({ length }, () => {
    if (next() < 1 / mean) now = next() < 0.1 ? 0 : now === 1 ? -1 : 1;
    return now;
  });
}

/** Times of minute bars in ms, with gaps. */
export function minutes(length: number, gap: number, seed = 4): BigInt64Array {
  const next = uniform(seed);
  let at = Date.UTC(2020, 0, 1);
  return BigInt64Array.from({ length }, () => {
    at += next() < gap ? 60_000 * Math.ceil(next() * 300) : 60_000;
    return BigInt(at);
  });
}

const special = fc.constantFrom(
  0n,
  0x8000_0000_0000_0000n,
  0x7ff0_0000_0000_0000n,
  0xfff0_0000_0000_0000n,
  0x7ff8_0000_0000_0000n,
  0x7ff8_0000_dead_beefn,
  0x7ff0_0000_0000_0001n,
  0xffff_ffff_ffff_ffffn,
  1n,
);

function withSpecials(values: Float64Array, places: readonly (readonly [number, bigint])[]): Column {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  for (const [at, value] of places) if (bits.length > 0) bits[at % bits.length] = value;
  return { bytes: bytesOf(values), typesize: 8 };
}

/** Columns of every kind, with NaN of any payload, -0 and infinities among the floats. */
export const columns: fc.Arbitrary<Column> = fc
  .tuple(
    fc.integer({ min: 0, max: 3000 }),
    fc.integer({ min: 0, max: 8 }),
    fc.integer({ min: 1, max: 1000 }),
    fc.array(fc.tuple(fc.nat(3000), special), { maxLength: 20 }),
    fc.constantFrom("prices", "averages", "means", "singles", "directions", "times", "steps", "random", "integers"),
  )
  .map(([length, decimals, seed, places, kind]) => {
    const walk = prices(length, 100 + seed, decimals, seed);
    if (kind === "prices") return withSpecials(walk, places);
    if (kind === "averages") return withSpecials(exponentialAverage(walk, 9), places);
    if (kind === "means") return withSpecials(weightedAverage(walk, 7), places);
    if (kind === "singles") return { bytes: bytesOf(Float32Array.from(walk)), typesize: 4 };
    if (kind === "directions") return { bytes: bytesOf(directions(length, 9, seed)), typesize: 1 };
    if (kind === "times") return { bytes: bytesOf(minutes(length, 0.01, seed)), typesize: 8 };
    const next = uniform(seed);
    if (kind === "steps")
      return withSpecials(
        walk.map((value) => (next() < 0.6 ? 0.25 : value / 3)),
        places,
      );
    if (kind === "integers")
      return { bytes: bytesOf(Int32Array.from({ length }, () => 100 * Math.floor(next() * 1000))), typesize: 4 };
    return {
      bytes: Uint8Array.from({ length }, () => next() * 256),
      typesize: [1, 2, 3, 4, 8, 16][seed % 6] as number,
    };
  });
