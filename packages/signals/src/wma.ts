import { type Average, blankBefore } from "./average.ts";
import type { SourceSums } from "./source-sums.ts";

/** WMA: weights 1..n, the newest n, divided by n (n + 1) / 2. */
export function createWma(lengths: readonly number[], sums: SourceSums): Average {
  const weighted = sums.weighted();
  return {
    advance(memory, block, index, target) {
      const length = lengths[index] as number;
      const divisor = (length * (length + 1)) / 2;
      for (let i = 0; i < block.count; i++) memory[target + i] = (memory[weighted + i] as number) / divisor;
      blankBefore(length - 1, memory, block, target);
    },
  };
}
