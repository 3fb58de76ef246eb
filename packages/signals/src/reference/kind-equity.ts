import type { SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, type PriceBlock } from "../average/price-block.ts";
import { equityBounds, type ReturnFactors } from "./return-factors.ts";

/** The layer-2 equity of one kind, whose vote is the kind's signal. */
export interface KindEquity {
  /** At the last bar: equity, signal, last factor of a vote other than 0, and bars on the floor so far. */
  readonly state: Float64Array;
  /** Row of the kind's signals, which are its votes. */
  readonly signals: number;
  /** Row of the equity. */
  readonly equities: number;
  /** Whether a vote of 0 repeats the last factor, as in dialect tradingview. */
  readonly repeats: boolean;
}

/** An equity at the kind's starting weight. */
export function createKindEquity(weight: number, config: SignalConfig, layout: MemoryLayout): KindEquity {
  return {
    state: layout.state([weight, Number.NaN, 1 - config.decay / 100, 0]),
    signals: layout.reserve(blockLength),
    equities: layout.reserve(blockLength),
    repeats: config.dialect === "tradingview",
  };
}

/** Writes the equity at each bar of the block; NaN before the cutout. */
export function advanceKindEquity(
  kind: KindEquity,
  memory: Float64Array,
  block: PriceBlock,
  factors: ReturnFactors,
): void {
  const { state, signals, equities, repeats } = kind;
  const { count, start } = block;
  const { flat, spread, cutout } = factors;
  const { floor, cap } = equityBounds;
  let equity = state[0];
  let signal = state[1];
  let repeated = state[2];
  let floored = state[3];
  for (let i = 0; i < count; i++) {
    let factor = memory[flat + i];
    if (signal > 0) factor += memory[spread + i];
    else if (signal < 0) factor -= memory[spread + i];
    else if (repeats && start + i > cutout) factor = repeated;
    if (repeats && start + i > cutout) repeated = factor;
    signal = memory[signals + i];
    if (start + i < cutout) {
      memory[equities + i] = Number.NaN;
      continue;
    }
    equity *= factor;
    if (!(equity > floor)) {
      equity = floor;
      floored++;
    } else if (equity > cap) equity = cap;
    memory[equities + i] = equity;
  }
  state[0] = equity;
  state[1] = signal;
  state[2] = repeated;
  state[3] = floored;
}
