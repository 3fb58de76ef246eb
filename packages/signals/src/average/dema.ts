import type { SignalConfig } from "@atc/contract";
import type { Average } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";

/**
 * DEMA: 2 e1 - e2; e2 is an EMA of e1. In dialect tradingview, e2 is seeded with the mean of the first n values
 * of e1; in lts, with the first value alone.
 */
export function createDema(lengths: readonly number[], config: SignalConfig, layout: MemoryLayout): Average {
  // The last averages or, during seeding, the sum so far.
  const firsts = layout.state(lengths.map(() => 0));
  const seconds = layout.state(lengths.map(() => 0));
  return {
    advance(memory, block, index, target) {
      const { source, count, start } = block;
      const length = lengths[index];
      const seedLength = config.dialect === "tradingview" ? length : 1;
      const seeded = length - 1 + seedLength;
      const alpha = 2 / (length + 1);
      const oneMinusAlpha = 1 - alpha;
      let first = firsts[index];
      let second = seconds[index];
      let i = 0;
      for (; i < count && start + i < seeded; i++) {
        const bar = start + i;
        const value = memory[source + i];
        first = bar < length ? first + value : alpha * value + oneMinusAlpha * first;
        if (bar === length - 1) first /= length;
        if (bar >= length - 1) second += first;
        if (bar === seeded - 1) second /= seedLength;
        memory[target + i] = bar === seeded - 1 ? 2 * first - second : Number.NaN;
      }
      for (; i < count; i++) {
        first = alpha * memory[source + i] + oneMinusAlpha * first;
        second = alpha * first + oneMinusAlpha * second;
        memory[target + i] = 2 * first - second;
      }
      firsts[index] = first;
      seconds[index] = second;
    },
  };
}
