import { type Average, blankBefore } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { createWindowSums, weightedSums } from "./window-sums.ts";

/** WMA: weights 1..n, the newest n, divided by n (n + 1) / 2. */
export function createWma(lengths: readonly number[], layout: MemoryLayout): Average {
  const windows = createWindowSums(lengths, layout);
  return {
    advance(memory, block, index, target) {
      const length = lengths[index] as number;
      weightedSums(windows, index, memory, block.source, block.count, target, (length * (length + 1)) / 2);
      blankBefore(length - 1, memory, block, target);
    },
  };
}
