import type { Average } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";

/** EMA: e[t] = alpha s[t] + (1 - alpha) e[t-1], alpha = 2 / (n + 1), seeded with the mean of the first n values. */
export function createEma(lengths: readonly number[], layout: MemoryLayout): Average {
  // The last average or, during seeding, the sum so far.
  const values = layout.state(lengths.map(() => 0));
  return {
    advance(memory, block, index, target) {
      const { source, count, start } = block;
      const length = lengths[index];
      const alpha = 2 / (length + 1);
      const oneMinusAlpha = 1 - alpha;
      let value = values[index];
      let i = 0;
      for (; i < count && start + i < length; i++) {
        value += memory[source + i];
        if (start + i === length - 1) value /= length;
        memory[target + i] = start + i === length - 1 ? value : Number.NaN;
      }
      for (; i < count; i++) {
        value = alpha * memory[source + i] + oneMinusAlpha * value;
        memory[target + i] = value;
      }
      values[index] = value;
    },
  };
}
