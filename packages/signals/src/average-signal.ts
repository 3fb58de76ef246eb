import type { SignalConfig } from "@atc/contract";
import type { PriceBlock } from "./price-block.ts";

/** The last bars of the average signal, which its delay and the direction look back at. */
export interface AverageSignal {
  /** Before any delay, at the last bar. */
  last: number;
  /** As it is output, at the last bar. */
  lastOutput: number;
  /** -1, 0 or +1 at the last bar. */
  direction: number;
  /** Sum of cut times equity, at each bar of the block. */
  readonly weighted: Float64Array;
  /** Sum of the equities, at each bar of the block. */
  readonly total: Float64Array;
}

/** An average signal before its first bar. */
export function createAverageSignal(blockLength: number): AverageSignal {
  const weighted = new Float64Array(blockLength);
  const total = new Float64Array(blockLength);
  return { last: 0, lastOutput: Number.NaN, direction: 0, weighted, total };
}

/** Adds one kind: its signals, cut at the thresholds to -1, 0 or +1, each weighted by the kind's equity. */
export function addKind(
  state: AverageSignal,
  block: PriceBlock,
  signals: Float64Array,
  equities: Float64Array,
  config: SignalConfig,
): void {
  const { weighted, total } = state;
  const long = config.dialect === "lts" ? config.longThreshold : 0.49;
  const short = config.dialect === "lts" ? config.shortThreshold : -0.49;
  for (let i = 0; i < block.count; i++) {
    const signal = signals[i] as number;
    const equity = equities[i] as number;
    if (signal > long) weighted[i] = (weighted[i] as number) + equity;
    else if (signal < short) weighted[i] = (weighted[i] as number) - equity;
    total[i] = (total[i] as number) + equity;
  }
}

/** Writes the average signal and the direction of the block from the sums. */
export function finishAverageSignal(
  state: AverageSignal,
  block: PriceBlock,
  config: SignalConfig,
  average: Float64Array,
  direction: Float64Array,
): void {
  const { weighted, total } = state;
  const { longThreshold, shortThreshold, strategyMode } = config;
  const lts = config.dialect === "lts";
  let { last, lastOutput, direction: held } = state;
  for (let i = 0; i < block.count; i++) {
    // The equities are NaN before the cutout, and so is their sum.
    let value = (weighted[i] as number) / (total[i] as number);
    if (lts && !Number.isFinite(value)) value = 0;
    const output = strategyMode ? last : value;
    if (output > longThreshold && lastOutput <= longThreshold) held = 1;
    else if (output < shortThreshold && lastOutput >= shortThreshold) held = -1;
    average[i] = output;
    direction[i] = held;
    last = value;
    lastOutput = output;
  }
  state.last = last;
  state.lastOutput = lastOutput;
  state.direction = held;
}
