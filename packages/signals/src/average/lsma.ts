import { weightSum } from "../base/weight-sum.ts";
import { type Average, blankBefore } from "./average.ts";
import type { SourceSums } from "./source-sums.ts";

/**
 * LSMA: the value at the newest of the least-squares line through the last n values. With W the sum weighted by 1..n and S the plain one it is
 * 3 W / (n (n + 1) / 2) - 2 S / n = (3 W - (n + 1) S) / (n (n + 1) / 2).
 */
export function createLsma(lengths: readonly number[], { windows }: SourceSums): Average {
  return {
    advance(block, index, target) {
      const { memory, source, count } = block;
      const length = lengths[index];
      const plain = windows.plain[index];
      const weighted = windows.weighted[index];
      const factor = 1 / weightSum(length);
      // A line through two values ends in the newer: a tie at every bar, which after a bad tick the sums would miss by more than its tolerance.
      if (length === 2) memory.copyWithin(target, source, source + count);
      for (let i = 0; i < count && length > 2; i++) {
        const difference = 3 * memory[weighted + i] - (length + 1) * memory[plain + i];
        memory[target + i] = difference * factor;
      }
      blankBefore(length - 1, block, target);
    },
  };
}
