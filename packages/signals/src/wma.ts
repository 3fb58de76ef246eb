import { type Average, blankBefore } from "./average.ts";
import { createWindowSums, weightedSums } from "./window-sums.ts";

/** WMA: weights 1..n, the newest n, divided by n (n + 1) / 2. */
export function createWma(lengths: readonly number[]): Average {
  const windows = createWindowSums(lengths);
  return {
    advance(index, block, target) {
      const { source, offset, count } = block;
      const length = lengths[index] as number;
      const divisor = (length * (length + 1)) / 2;
      weightedSums(windows, index, source, offset, count, target, 0);
      for (let i = 0; i < count; i++) target[i] = (target[i] as number) / divisor;
      blankBefore(length - 1, block, target);
    },
  };
}
