import type { SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "../average/memory-layout.ts";
import type { PriceBlock } from "../average/price-block.ts";
import { equityBounds, type ReturnFactors } from "./return-factors.ts";

/**
 * The layer-2 equity of one kind, whose vote is the kind's signal: the equity at the last bar, the starting weight before the cutout; the signal at the last
 * bar; the last factor of a vote that was not 0, which dialect tradingview repeats where it is 0; bars at which the equity lay on the floor.
 */
export type KindEquity = Float64Array;

/** An equity that stands at the kind's weight. */
export function createKindEquity(weight: number, config: SignalConfig, layout: MemoryLayout): KindEquity {
  return layout.state([weight, Number.NaN, 1 - config.decay / 100, 0]);
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
      memory[target + i] = Number.NaN;
      continue;
    }
    equity *= factor;
    if (!(equity > floor)) {
      equity = floor;
      floored++;
    } else if (equity > cap) equity = cap;
    memory[target + i] = equity;
  }
  state[0] = equity;
  state[1] = signal;
  state[2] = repeated;
  state[3] = floored;
}
