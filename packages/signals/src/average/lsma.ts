import type { SignalConfig } from "@atc/contract";
import { lineShares } from "../base/line-shares.ts";
import { type Average, blankBefore } from "./average.ts";
import type { SourceSums } from "./source-sums.ts";

/**
 * LSMA: a value of the least-squares line through the last n values, at the newest of them or, if configured, at the
 * one before it.
 */
export function createLsma(lengths: readonly number[], config: SignalConfig, { windows }: SourceSums): Average {
  const back = config.lsma === "delayed" ? 1 : 0;
  const shares = lengths.map((length) => lineShares(length, config));
  return {
    advance(memory, block, index, target) {
      const { source, count } = block;
      const length = lengths[index];
      const plain = windows.plain[index];
      const weighted = windows.weighted[index];
      const { weighted: weightedShare, plain: plainShare, factor } = shares[index];
      // A line through two values goes through both: at the newer one, a tie at every bar. After a bad tick, the sums
      // would miss it by more than the tolerance.
      if (length === 2) memory.copyWithin(target, source - back, source - back + count);
      for (let i = 0; i < count && length > 2; i++) {
        const difference = weightedShare * memory[weighted + i] - plainShare * memory[plain + i];
        memory[target + i] = difference * factor;
      }
      blankBefore(length - 1, memory, block, target);
    },
  };
}
