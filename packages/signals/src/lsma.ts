import { type Average, blankBefore } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { createWindowSums, lineEnds } from "./window-sums.ts";

/** LSMA: the value at the newest of the least-squares line through the last n values. */
export function createLsma(lengths: readonly number[], layout: MemoryLayout): Average {
  const windows = createWindowSums(lengths, layout);
  return {
    advance(memory, block, index, target) {
      lineEnds(windows, index, memory, block.source, block.count, target);
      blankBefore((lengths[index] as number) - 1, memory, block, target);
    },
  };
}
