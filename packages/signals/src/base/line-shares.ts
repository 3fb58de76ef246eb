import type { SignalConfig } from "@atc/contract";
import { weightSum } from "./weight-sum.ts";

/**
 * How a point of the least-squares line follows from the sums of its window: W with weights 1..n, the newest n, and the
 * plain S. The point is (weighted W - plain S) factor.
 */
export interface LineShares {
  readonly weighted: number;
  readonly plain: number;
  readonly factor: number;
}

/**
 * The shares for a window of `length` values, x = 1..n. The line's value at n is 3 W / (n (n + 1) / 2) - 2 S / n, and
 * its slope 12 (W - (n + 1) S / 2) / (n (n^2 - 1)). The value at n - 1 is the difference of the two:
 * (3 (n - 3) W - (n + 1) (n - 4) S) / (n (n^2 - 1) / 2).
 */
export function lineShares(length: number, { lsma }: SignalConfig): LineShares {
  if (lsma === "newest") return { weighted: 3, plain: length + 1, factor: 1 / weightSum(length) };
  const factor = 1 / (weightSum(length) * (length - 1));
  return { weighted: 3 * (length - 3), plain: (length + 1) * (length - 4), factor };
}
