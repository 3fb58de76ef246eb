import type { Representation } from "./plan.ts";

/** The largest integer up to which every integer is a float64: lengths, counts and divisors go no further. */
export const largestInteger: number = Number.MAX_SAFE_INTEGER;
/** The most digits after the point: 10^22 is the last power of ten that is a float64. */
export const mostDigits = 22;
/** The largest scale, which every whole float64 up to it may be. */
export const largestScale: number = 10 ** mostDigits;

function isFactor(value: number, largest: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= largest;
}

/**
 * Whether elements of `size` bytes may be taken for `representation`: the one rule by which the writer chooses, and by which readers accept. All numbers in
 * it are float64, so that `q * divisor / scale` has the same two roundings everywhere.
 */
export function isRepresentable(representation: Representation, size: number): boolean {
  if (representation.kind === "integers") return isFactor(representation.divisor, largestInteger);
  if (size < 4) return false;
  if (representation.kind === "floats") return true;
  return isFactor(representation.divisor, largestInteger) && isFactor(representation.scale, largestScale);
}
