import type { SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import type { Average } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { createWindowSums, plainSums } from "./window-sums.ts";

/**
 * KAMA: k[t] = k[t-1] + c (s[t] - k[t-1]), c = (r (0.666 - 0.064) + 0.064)^2; r is the efficiency ratio of the last n
 * changes. The sums of changes never subtract, so a sum is exactly 0 if and only if every change is 0; r is then
 * 0.
 */
export function createKama(lengths: readonly number[], config: SignalConfig, layout: MemoryLayout): Average {
  const windows = createWindowSums(derivedLengths(config.kamaLength, config.robustness), false, layout);
  const values = layout.state(lengths.map(() => 0));
  const constantAtFirst = config.dialect === "lts";
  return {
    advance(memory, block, index, target) {
      const { source, count, start } = block;
      const slow = 0.064;
      const fast = 0.666;
      const length = lengths[index];
      if (index === 0) plainSums(windows, memory, block.changes, count);
      const noises = windows.plain[index];
      let value = values[index];
      if (start === 0 && constantAtFirst) value = memory[source];
      let i = 0;
      for (; i < count && start + i < length; i++) {
        if (!constantAtFirst) value += slow * slow * (memory[source + i] - value);
        memory[target + i] = value;
      }
      for (; i < count; i++) {
        const price = memory[source + i];
        const noise = memory[noises + i];
        const ratio = noise === 0 ? 0 : Math.abs(price - memory[source + i - length]) / noise;
        const root = ratio * (fast - slow) + slow;
        value += root * root * (price - value);
        memory[target + i] = value;
      }
      values[index] = value;
    },
  };
}
