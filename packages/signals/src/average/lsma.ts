import { weightSum } from "../base/weight-sum.ts";
import { type Average, blankBefore } from "./average.ts";
import type { SourceSums } from "./source-sums.ts";

/**
 * LSMA: the newest value of the least-squares line through the last n values. With W the sum weighted by 1..n and S the
 * plain sum, it is 3 W / (n (n + 1) / 2) - 2 S / n = (3 W - (n + 1) S) / (n (n + 1) / 2).
 */
export function createLsma(lengths: readonly number[], { windows }: SourceSums): Average {
  return {
    advance(memory, block, index, target) {
      const { source, count } = block;
      const length = lengths[index];
      const plain = windows.plain[index];
      const weighted = windows.weighted[index];
      const factor = 1 / weightSum(length);
      // A line through two values ends at the newer one: a tie at every bar. After a bad tick, the sums would miss it
      // by more than the tolerance.
      if (length === 2) memory.copyWithin(target, source, source + count);
      for (let i = 0; i < count && length > 2; i++) {
        const difference = 3 * memory[weighted + i] - (length + 1) * memory[plain + i];
        memory[target + i] = difference * factor;
      }
      blankBefore(length - 1, memory, block, target);
    },
  };
}
