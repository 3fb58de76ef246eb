import { weightSum } from "../base/weight-sum.ts";
import { type Average, blankBefore } from "./average.ts";
import type { SourceSums } from "./source-sums.ts";

/** WMA: weights 1..n, the newest n, divided by n (n + 1) / 2. */
export function createWma(lengths: readonly number[], { windows }: SourceSums): Average {
  return {
    advance(memory, block, index, target) {
      const { count } = block;
      const length = lengths[index];
      const weighted = windows.weighted[index];
      const factor = 1 / weightSum(length);
      for (let i = 0; i < count; i++) memory[target + i] = memory[weighted + i] * factor;
      blankBefore(length - 1, memory, block, target);
    },
  };
}
