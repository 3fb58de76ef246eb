import type { SignalConfig } from "@atc/contract";
import { type Average, blankBefore } from "./average.ts";
import { firstBarOf } from "./warmup.ts";
import { createWindowSums, plainSums, weightedSums } from "./window-sums.ts";

function triangle(length: number): number {
  return (length * (length + 1)) / 2;
}

/** The mean of the last n values, which the published script plots under the name HMA. */
function createSimple(lengths: readonly number[]): Average {
  const windows = createWindowSums(lengths);
  return {
    advance(index, block, target) {
      const { source, offset, count } = block;
      const length = lengths[index] as number;
      plainSums(windows, index, source, offset, count, target);
      for (let i = 0; i < count; i++) target[i] = (target[i] as number) / length;
      blankBefore(length - 1, block, target);
    },
  };
}

/** Hull's average: WMA(2 WMA(s, floor(n / 2)) - WMA(s, n), floor(sqrt n)). */
function createHull(lengths: readonly number[], config: SignalConfig, blockLength: number): Average {
  const halves = lengths.map((length) => Math.floor(length / 2));
  const roots = lengths.map((length) => Math.floor(Math.sqrt(length)));
  const firsts = lengths.map((length) => firstBarOf("hma", length, config));
  const history = Math.max(...roots);
  const halfWindows = createWindowSums(halves);
  const wholeWindows = createWindowSums(lengths);
  const outerWindows = createWindowSums(roots);
  const whole = new Float64Array(blockLength);
  // The outer windows need the newest differences of the block before: kept per length, put before those of this block.
  const kept = new Float64Array(lengths.length * history);
  const differences = new Float64Array(history + blockLength);
  return {
    advance(index, block, target) {
      const { source, offset, count } = block;
      const length = lengths[index] as number;
      const half = 2 / triangle(halves[index] as number);
      const divisor = triangle(length);
      const outerDivisor = triangle(roots[index] as number);
      weightedSums(halfWindows, index, source, offset, count, differences, history);
      weightedSums(wholeWindows, index, source, offset, count, whole, 0);
      for (let i = 0; i < history; i++) differences[i] = kept[index * history + i] as number;
      for (let i = 0; i < count; i++) {
        differences[history + i] = half * (differences[history + i] as number) - (whole[i] as number) / divisor;
      }
      weightedSums(outerWindows, index, differences, history, count, target, 0);
      for (let i = 0; i < count; i++) target[i] = (target[i] as number) / outerDivisor;
      for (let i = 0; i < history; i++) kept[index * history + i] = differences[count + i] as number;
      blankBefore(firsts[index] as number, block, target);
    },
  };
}

/** HMA, in the variant that the configuration names. */
export function createHma(lengths: readonly number[], config: SignalConfig, blockLength: number): Average {
  return config.hma === "sma" ? createSimple(lengths) : createHull(lengths, config, blockLength);
}
