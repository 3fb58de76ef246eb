/**
 * The first of `length` equities that is not finite; -1 if all are. A position at a price near 1e-300 may be worth more
 * than a double at one close and less at the next, so every one counts.
 */
export function firstOverflow(equity: Float64Array, length: number): number {
  let sum = 0;
  // A finite value minus itself is 0, and any other NaN, which stays in the sum.
  for (let i = 0; i < length; i++) sum += equity[i] - equity[i];
  return sum === 0 ? -1 : equity.findIndex((value) => !Number.isFinite(value));
}
