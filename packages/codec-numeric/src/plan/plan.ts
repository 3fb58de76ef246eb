/** What the elements of a block represent. */
export type Representation =
  /** Integers of the element size, divided by `divisor`. */
  | { readonly kind: "integers"; readonly divisor: number }
  /** The bits of floats, as integers in the order of the floats. */
  | { readonly kind: "floats" }
  /**
   * Floats near `q * divisor / scale` for integers `q`: decimals, with a power of ten as `scale`, and weighted means of
   * decimals.
   */
  | { readonly kind: "fractions"; readonly scale: number; readonly divisor: number };

/** How the integers of a representation become streams. `order` is how often differences are taken, 0 to 3. */
export type Arrangement =
  /** The differences, in one stream. */
  | { readonly kind: "plain"; readonly order: number }
  /**
   * Runs of equal differences: a stream of values and a stream of lengths less one. If `lag` is not 0, each value is
   * stored less the value `lag` runs before.
   */
  | { readonly kind: "runs"; readonly order: number; readonly lag: number }
  /** A stream of ranks among common values, and a stream of the differences of the others. */
  | { readonly kind: "common"; readonly order: number; readonly values: BigInt64Array };

/** How a block of numbers is encoded. */
export interface Plan {
  readonly representation: Representation;
  readonly arrangement: Arrangement;
}

/** The kinds, indexed by their number in a block. */
export const representationKinds: readonly Representation["kind"][] = ["integers", "floats", "fractions"];
/** The kinds, indexed by their number in a block. */
export const arrangementKinds: readonly Arrangement["kind"][] = ["plain", "runs", "common"];

/** The highest order of differences. */
export const mostOrder = 3;
/** The longest lag of runs: alternating directions are equal at 2. */
export const mostLag = 2;
/** The most common values per block. */
export const mostCommon = 127;
