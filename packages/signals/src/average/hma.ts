import type { SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import { firstBarOf } from "../base/warmup.ts";
import { weightSum } from "../base/weight-sum.ts";
import { type Average, blankBefore } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength } from "./price-block.ts";
import type { SourceSums } from "./source-sums.ts";
import { createWindowSums, type ShortWindow, shortWeightedSums, weightedSums } from "./window-sums.ts";

/** The mean of the last n values, which the published script plots under the name HMA. */
function createSimple(lengths: readonly number[], { windows }: SourceSums): Average {
  return {
    advance(memory, block, index, target) {
      const { count } = block;
      const length = lengths[index];
      const plain = windows.plain[index];
      const factor = 1 / length;
      for (let i = 0; i < count; i++) memory[target + i] = memory[plain + i] * factor;
      blankBefore(length - 1, memory, block, target);
    },
  };
}

/** Hull's average: WMA(2 WMA(s, floor(n / 2)) - WMA(s, n), floor(sqrt n)). */
function createHull(
  lengths: readonly number[],
  config: SignalConfig,
  { windows }: SourceSums,
  layout: MemoryLayout,
): Average {
  const halfOf = (length: number): number => Math.floor(length / 2);
  const halfWindows = createWindowSums(derivedLengths(config.hmaLength, config.robustness).map(halfOf), true, layout);
  const roots = lengths.map((length): ShortWindow => {
    const root = Math.floor(Math.sqrt(length));
    return { length: root, factor: 1 / weightSum(root) };
  });
  const firsts = lengths.map((length) => firstBarOf("hma", length, config));
  // The outer windows need the last differences of earlier blocks, which are kept per length.
  const history = Math.max(...roots.map(({ length }) => length)) | 0;
  const kept = layout.state(new Array<number>(lengths.length * history).fill(0));
  const differences = layout.reserve(history + blockLength) + history;
  return {
    advance(memory, block, index, target) {
      const { source, count } = block;
      const length = lengths[index];
      if (index === 0) weightedSums(halfWindows, memory, source, count);
      const half = halfWindows.weighted[index];
      const whole = windows.weighted[index];
      const halfFactor = 1 / weightSum(halfOf(length));
      const factor = 1 / weightSum(length);
      const before = index * history;
      for (let i = 0; i < history; i++) memory[differences - history + i] = kept[before + i];
      for (let i = 0; i < count; i++) {
        memory[differences + i] = 2 * (memory[half + i] * halfFactor) - memory[whole + i] * factor;
      }
      for (let i = 0; i < history; i++) kept[before + i] = memory[differences + count - history + i];
      shortWeightedSums(roots[index], memory, differences, count, target);
      blankBefore(firsts[index], memory, block, target);
    },
  };
}

/** HMA in the configured variant. */
export function createHma(
  lengths: readonly number[],
  config: SignalConfig,
  sums: SourceSums,
  layout: MemoryLayout,
): Average {
  return config.hma === "sma" ? createSimple(lengths, sums) : createHull(lengths, config, sums, layout);
}
