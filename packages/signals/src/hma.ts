import type { SignalConfig } from "@atc/contract";
import { type Average, blankBefore } from "./average.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength } from "./price-block.ts";
import type { SourceSums } from "./source-sums.ts";
import { firstBarOf } from "./warmup.ts";
import { createWindowSums, weightedSums } from "./window-sums.ts";

function triangle(length: number): number {
  return (length * (length + 1)) / 2;
}

/** The mean of the last n values, which the published script plots under the name HMA. */
function createSimple(lengths: readonly number[], sums: SourceSums): Average {
  const plain = sums.plain();
  return {
    advance(memory, block, index, target) {
      const length = lengths[index] as number;
      for (let i = 0; i < block.count; i++) memory[target + i] = (memory[plain + i] as number) / length;
      blankBefore(length - 1, memory, block, target);
    },
  };
}

/** Hull's average: WMA(2 WMA(s, floor(n / 2)) - WMA(s, n), floor(sqrt n)). */
function createHull(lengths: readonly number[], config: SignalConfig, sums: SourceSums, layout: MemoryLayout): Average {
  const whole = sums.weighted();
  const halves = lengths.map((length) => Math.floor(length / 2));
  const roots = lengths.map((length) => Math.floor(Math.sqrt(length)));
  const firsts = lengths.map((length) => firstBarOf("hma", length, config));
  const halfWindows = createWindowSums(halves, layout);
  const outerWindows = createWindowSums(roots, layout);
  // The outer windows look back at the newest differences of the blocks before, which are kept per length.
  const history = Math.max(...roots) | 0;
  const kept = lengths.map(() => layout.take(history));
  const differences = layout.take(history + blockLength) + history;
  return {
    advance(memory, block, index, target) {
      const { source, count } = block;
      const divisor = triangle(lengths[index] as number);
      const before = kept[index] as number;
      weightedSums(halfWindows, index, memory, source, count, differences, triangle(halves[index] as number));
      for (let i = 0; i < count; i++) {
        memory[differences + i] = 2 * (memory[differences + i] as number) - (memory[whole + i] as number) / divisor;
      }
      memory.copyWithin(differences - history, before, before + history);
      weightedSums(outerWindows, index, memory, differences, count, target, triangle(roots[index] as number));
      memory.copyWithin(before, differences + count - history, differences + count);
      blankBefore(firsts[index] as number, memory, block, target);
    },
  };
}

/** HMA, in the variant that the configuration names. */
export function createHma(
  lengths: readonly number[],
  config: SignalConfig,
  sums: SourceSums,
  layout: MemoryLayout,
): Average {
  return config.hma === "sma" ? createSimple(lengths, sums) : createHull(lengths, config, sums, layout);
}
