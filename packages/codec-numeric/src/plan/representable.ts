import type { Representation } from "./plan.ts";

/** The largest integer up to which all integers are exact float64: the limit of lengths, counts and divisors. */
export const largestInteger: number = Number.MAX_SAFE_INTEGER;
/** The most digits after the point: 10^22 is the largest power of ten that is an exact float64. */
export const mostDigits = 22;
/** The largest scale. Scales are whole float64 numbers. */
export const largestScale: number = 10 ** mostDigits;

function isFactor(value: number, largest: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= largest;
}

/**
 * Whether elements of `size` bytes can have a representation. The writer chooses and all readers accept by this rule
 * alone. All numbers in it are float64, so `q * divisor / scale` rounds the same two times everywhere.
 */
export function isRepresentable(representation: Representation, size: number): boolean {
  if (representation.kind === "integers") return isFactor(representation.divisor, largestInteger);
  if (size < 4) return false;
  if (representation.kind === "floats") return true;
  return isFactor(representation.divisor, largestInteger) && isFactor(representation.scale, largestScale);
}
