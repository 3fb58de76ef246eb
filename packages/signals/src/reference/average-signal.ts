import type { SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, type PriceBlock } from "../average/price-block.ts";
import type { KindEquity } from "./kind-equity.ts";

/** The state of the average signal and its rows. */
export interface AverageSignal {
  /** At the last bar: the signal before any delay; the signal as output; the direction. */
  readonly state: Float64Array;
  /** Row of the sums of cut signal times equity. */
  readonly weighted: number;
  /** Row of the sums of equities. */
  readonly total: number;
  /** Row of the output. */
  readonly average: number;
  /** Row of the direction. */
  readonly direction: number;
}

/** An average signal before its first bar. */
export function createAverageSignal(layout: MemoryLayout): AverageSignal {
  return {
    state: layout.state([0, Number.NaN, 0]),
    weighted: layout.reserve(blockLength),
    total: layout.reserve(blockLength),
    average: layout.reserve(blockLength),
    direction: layout.reserve(blockLength),
  };
}

/** Clears the sums of a block. */
export function clearKinds({ weighted, total }: AverageSignal, memory: Float64Array, count: number): void {
  memory.fill(0, weighted, weighted + count);
  memory.fill(0, total, total + count);
}

/** Adds one kind: its signals, cut at the thresholds to -1, 0 or +1 and weighted by its equity. */
export function addKind(
  { weighted, total }: AverageSignal,
  memory: Float64Array,
  { count }: PriceBlock,
  { signals, equities }: KindEquity,
  config: SignalConfig,
): void {
  const long = config.dialect === "lts" ? config.longThreshold : 0.49;
  const short = config.dialect === "lts" ? config.shortThreshold : -0.49;
  for (let i = 0; i < count; i++) {
    const signal = memory[signals + i];
    const equity = memory[equities + i];
    if (signal > long) memory[weighted + i] = memory[weighted + i] + equity;
    else if (signal < short) memory[weighted + i] = memory[weighted + i] - equity;
    memory[total + i] = memory[total + i] + equity;
  }
}

/** Writes the average signal and the direction of the block from the sums. */
export function finishAverageSignal(
  { state, weighted, total, average, direction }: AverageSignal,
  memory: Float64Array,
  { count }: PriceBlock,
  config: SignalConfig,
): void {
  const { longThreshold, shortThreshold, strategyMode } = config;
  const lts = config.dialect === "lts";
  let last = state[0];
  let lastOutput = state[1];
  let held = state[2];
  for (let i = 0; i < count; i++) {
    // Equities are NaN before the cutout, and so is their sum.
    let value = memory[weighted + i] / memory[total + i];
    if (lts && !Number.isFinite(value)) value = 0;
    const output = strategyMode ? last : value;
    if (output > longThreshold && lastOutput <= longThreshold) held = 1;
    else if (output < shortThreshold && lastOutput >= shortThreshold) held = -1;
    memory[average + i] = output;
    memory[direction + i] = held;
    last = value;
    lastOutput = output;
  }
  state[0] = last;
  state[1] = lastOutput;
  state[2] = held;
}
