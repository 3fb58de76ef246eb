import fc from "fast-check";
import { bytesOf, type Column, exponentialAverage, prices, uniform, weightedAverage } from "./columns.ts";

interface Recipe {
  readonly length: number;
  readonly seed: number;
  /** The magnitude of the prices, as a power of ten. */
  readonly magnitude: number;
  /** Significant decimals of the prices. */
  readonly decimals: number;
}

/** A walk near 10^magnitude, rounded to some significant decimals: of tiny pairs, usual prices and huge ones. */
function walk({ length, seed, magnitude, decimals }: Recipe): Float64Array {
  return prices(length, 5 + (seed % 5), decimals, seed).map((price) => Number(`${price}e${magnitude}`));
}

/**
 * Averages before they are warm would be NaN. These are near the prices everywhere, and so harder to distinguish from
 * decimals.
 */
function average(values: Float64Array, length: number): Float64Array {
  let mean = values[0] ?? 0;
  return values.map((value) => {
    mean += (2 / (length + 1)) * (value - mean);
    return mean;
  });
}

/** A mean by a running sum, whose last bits drift. */
function runningMean(values: Float64Array, length: number): Float64Array {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (values[i - length] ?? 0);
    return sum / length;
  });
}

function fill({ length, seed }: Recipe, value: (next: () => number, i: number) => number): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length }, (_, i) => value(next, i));
}

/** Any 64 bits. */
function anyBits({ length, seed }: Recipe): Float64Array {
  const next = uniform(seed);
  return new Float64Array(Uint32Array.from({ length: 2 * length }, () => next() * 2 ** 32).buffer);
}

const specials = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324, 2 ** -1022];

/** Floats by their origin. */
const floats: Readonly<Record<string, (recipe: Recipe) => Float64Array>> = {
  prices: walk,
  "exponential averages": (recipe) => average(walk(recipe), 1 + (recipe.seed % 40)),
  "exponential averages with a warm-up": (recipe) => exponentialAverage(walk(recipe), 5),
  "weighted averages": (recipe) => weightedAverage(walk(recipe), 2 + (recipe.seed % 9)),
  "running means": (recipe) => runningMean(walk(recipe), 2 + (recipe.seed % 28)),
  "averages of 0.5 to 0.9": (recipe) =>
    average(
      fill(recipe, (next) => 0.5 + 0.4 * ((recipe.seed % 100) / 100) + next() / 100),
      9,
    ),
  "sines near 0.52": (recipe) => fill(recipe, (_, i) => 0.52 + Math.sin(i + recipe.seed) / 100),
  equities: (recipe) => {
    let capital = 1;
    return fill(recipe, (next) => {
      capital *= 1 + (next() - 0.5) * 0.02;
      return capital;
    });
  },
  quotients: (recipe) => walk(recipe).map((price, i, all) => price / (all[i - 1] ?? 3)),
  products: (recipe) => walk(recipe).map((price, i, all) => price * (all[i - 1] ?? 3)),
  differences: (recipe) => walk(recipe).map((price, i, all) => price - (all[i - 1] ?? 0)),
  "every magnitude": (recipe) => fill(recipe, (next) => (next() - 0.5) * 10 ** (next() * 630 - 322)),
  "one magnitude": (recipe) => fill(recipe, (next) => next() * 10 ** recipe.magnitude),
  "few digits and many": (recipe) =>
    fill(recipe, (next) => (next() < 0.8 ? Math.round(next() * 1000) / 10 ** recipe.decimals : next())),
  "wide integers": (recipe) => fill(recipe, (next) => Math.round(next() * 2 ** 60)),
  subnormals: (recipe) => fill(recipe, (next) => Math.round(next() * 1000) * 5e-324),
  "any bits": anyBits,
  specials: (recipe) => fill(recipe, (next) => specials[Math.floor(next() * 12)] ?? next()),
};

type Integers = Int8Array | Uint8Array | Int16Array | Int32Array | Uint32Array;

const integerTypes = [Int8Array, Uint8Array, Int16Array, Int32Array, Uint32Array] as const;

/** Integers at the limits of their type, whose differences wrap, among usual ones. */
function edgesOf({ length, seed, decimals }: Recipe): Integers | BigInt64Array {
  const next = uniform(seed);
  const Type = integerTypes[seed % (integerTypes.length + 1)];
  const bits = Type === undefined ? 64n : BigInt(8 * Type.BYTES_PER_ELEMENT);
  const edges = [0n, -1n, 1n, 2n ** (bits - 1n), 2n ** (bits - 1n) - 1n, 2n ** bits - 1n, 2n ** (bits - 2n)];
  const step = BigInt(1 + (decimals % 3) * 99);
  const values = BigInt64Array.from({ length }, () =>
    next() < 0.5
      ? (edges[Math.floor(next() * edges.length)] as bigint)
      : step * BigInt(Math.floor((next() - 0.5) * 2 ** 31)),
  );
  return Type === undefined
    ? values
    : Type.from(Array.from(values, (value) => Number(BigInt.asIntN(Number(bits), value))));
}

const recipes = (longest: number): fc.Arbitrary<Recipe> =>
  fc.record({
    length: fc.nat(longest),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
    magnitude: fc.integer({ min: -20, max: 17 }),
    decimals: fc.integer({ min: 0, max: 15 }),
  });

/**
 * Columns of results in full precision, of every magnitude and type, of 0 to `longest` elements; `name` says their
 * origin.
 */
export function fullPrecision(longest: number): fc.Arbitrary<Column & { readonly name: string }> {
  const doubles = fc
    .tuple(fc.constantFrom(...Object.keys(floats)), recipes(longest), fc.nat(9))
    .map(([name, recipe, single]) => {
      const values = floats[name]?.(recipe) ?? new Float64Array();
      return single === 0
        ? { name: `${name} as float32`, bytes: bytesOf(Float32Array.from(values)), typesize: 4 }
        : { name, bytes: bytesOf(values), typesize: 8 };
    });
  const integers = recipes(longest).map((recipe) => {
    const values = edgesOf(recipe);
    return { name: `edges of ${values.constructor.name}`, bytes: bytesOf(values), typesize: values.BYTES_PER_ELEMENT };
  });
  return fc.oneof({ weight: 6, arbitrary: doubles }, { weight: 1, arbitrary: integers });
}
