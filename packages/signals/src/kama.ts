import type { SignalConfig } from "@atc/contract";
import type { Average } from "./average.ts";
import { createWindowSums, plainSums } from "./window-sums.ts";

const slow = 0.064;
const fast = 0.666;

/**
 * KAMA: k[t] = k[t-1] + c (s[t] - k[t-1]), c = (r (0.666 - 0.064) + 0.064)^2, r the efficiency ratio of the last n changes. Sums of changes that never
 * subtract are 0 exactly where every change is 0, which is where r is 0 by definition: no count of zero changes is needed.
 */
export function createKama(lengths: readonly number[], config: SignalConfig, blockLength: number): Average {
  const windows = createWindowSums(lengths);
  const values = new Float64Array(lengths.length);
  const noises = new Float64Array(blockLength);
  const constantAtFirst = config.dialect === "lts";
  return {
    advance(index, block, target) {
      const { source, changes, offset, count, start } = block;
      const length = lengths[index] as number;
      plainSums(windows, index, changes, offset, count, noises);
      let value = values[index] as number;
      if (start === 0 && constantAtFirst) value = source[offset] as number;
      let i = 0;
      for (; i < count && start + i < length; i++) {
        if (!constantAtFirst) value += slow * slow * ((source[offset + i] as number) - value);
        target[i] = value;
      }
      for (; i < count; i++) {
        const price = source[offset + i] as number;
        const noise = noises[i] as number;
        const ratio = noise === 0 ? 0 : Math.abs(price - (source[offset + i - length] as number)) / noise;
        const root = ratio * (fast - slow) + slow;
        value += root * root * (price - value);
        target[i] = value;
      }
      values[index] = value;
    },
  };
}
