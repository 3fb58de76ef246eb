import { type Average, blankBefore } from "./average.ts";
import { createWindowSums, plainSums, weightedSums } from "./window-sums.ts";

/**
 * LSMA: the least-squares line through the last n values, at the newest. With W the sum weighted by 1..n and S the plain one it is
 * 3 W / (n (n + 1) / 2) - 2 S / n = 2 (3 W - (n + 1) S) / (n (n + 1)).
 */
export function createLsma(lengths: readonly number[], blockLength: number): Average {
  const plain = createWindowSums(lengths);
  const weighted = createWindowSums(lengths);
  const sums = new Float64Array(blockLength);
  return {
    advance(index, block, target) {
      const { source, offset, count } = block;
      const length = lengths[index] as number;
      const divisor = (length * (length + 1)) / 2;
      plainSums(plain, index, source, offset, count, sums);
      weightedSums(weighted, index, source, offset, count, target, 0);
      for (let i = 0; i < count; i++) {
        target[i] = (3 * (target[i] as number) - (length + 1) * (sums[i] as number)) / divisor;
      }
      blankBefore(length - 1, block, target);
    },
  };
}
