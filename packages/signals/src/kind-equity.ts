import type { SignalConfig } from "@atc/contract";
import type { PriceBlock } from "./price-block.ts";
import { equityBounds, type ReturnFactors } from "./return-factors.ts";

/** The layer-2 equity of one kind, whose vote is the kind's signal. */
export interface KindEquity {
  /** The equity at the last bar; the starting weight before the cutout. */
  equity: number;
  /** The signal at the last bar. */
  signal: number;
  /** The last factor of a vote that was not 0, which dialect tradingview repeats where it is 0. */
  repeated: number;
  /** Bars at which the equity lay on the floor. */
  floored: number;
}

/** An equity that stands at the kind's weight. */
export function createKindEquity(weight: number, config: SignalConfig): KindEquity {
  return { equity: weight, signal: Number.NaN, repeated: 1 - config.decay / 100, floored: 0 };
}

/** Writes the equity at each bar of the block to row `target`, NaN before the cutout, from the kind's signals at the same bars. */
export function advanceKindEquity(
  state: KindEquity,
  memory: Float64Array,
  block: PriceBlock,
  signals: number,
  factors: ReturnFactors,
  repeats: boolean,
  target: number,
): void {
  const { count, start } = block;
  const { flat, spread, cutout } = factors;
  const { floor, cap } = equityBounds;
  let { equity, signal, repeated } = state;
  for (let i = 0; i < count; i++) {
    let factor = memory[flat + i] as number;
    if (signal > 0) repeated = factor += memory[spread + i] as number;
    else if (signal < 0) repeated = factor -= memory[spread + i] as number;
    else if (repeats && start + i > cutout) factor = repeated;
    signal = memory[signals + i] as number;
    if (start + i < cutout) {
      memory[target + i] = Number.NaN;
      continue;
    }
    equity *= factor;
    if (!(equity > floor)) {
      equity = floor;
      state.floored++;
    } else if (equity > cap) equity = cap;
    memory[target + i] = equity;
  }
  state.equity = equity;
  state.signal = signal;
  state.repeated = repeated;
}
