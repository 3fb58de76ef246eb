/** What the elements of a block are taken for. */
export type Representation =
  /** Integers of their size, divided by `divisor`. */
  | { readonly kind: "integers"; readonly divisor: number }
  /** The bits of floats, as integers in the floats' order. */
  | { readonly kind: "floats" }
  /**
   * Floats that are `q * divisor / scale` for integers `q`, or near it: decimals, for which `scale` is a power of ten, and weighted means of them.
   */
  | { readonly kind: "fractions"; readonly scale: number; readonly divisor: number };

/** How the integers of a representation become streams. `order` is how often differences are taken, 0 to 3. */
export type Arrangement =
  /** The differences, in one stream. */
  | { readonly kind: "plain"; readonly order: number }
  /** Runs of equal differences: a stream of their values, less the one `lag` runs before where that is not 0, and a stream of their lengths less one. */
  | { readonly kind: "runs"; readonly order: number; readonly lag: number }
  /** A stream of ranks among common values, and a stream of the differences of the others. */
  | { readonly kind: "common"; readonly order: number; readonly values: BigInt64Array };

/** How a block of numbers is encoded. */
export interface Plan {
  readonly representation: Representation;
  readonly arrangement: Arrangement;
}

/** The kinds by their number in a block. */
export const representationKinds: readonly Representation["kind"][] = ["integers", "floats", "fractions"];
/** The kinds by their number in a block. */
export const arrangementKinds: readonly Arrangement["kind"][] = ["plain", "runs", "common"];

/** The most times that differences are taken. */
export const mostOrder = 3;
/** The longest distance of runs that are compared: directions that alternate are equal at 2. */
export const mostLag = 2;
/** The most common values. */
export const mostCommon = 127;
