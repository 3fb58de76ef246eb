import type { SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, type PriceBlock } from "../average/price-block.ts";
import { equityBounds, type ReturnFactors } from "./return-factors.ts";

/**
 * The layer-2 equity of one kind, whose vote is the kind's signal: the equity at the last bar, the starting weight before the cutout; the signal at the last
 * bar; the last factor of a vote that was not 0, which dialect tradingview repeats where it is 0; bars at which the equity lay on the floor.
 */
export interface KindEquity {
  readonly state: Float64Array;
  /** Row of the kind's signals, its votes. */
  readonly signals: number;
  /** Row of the equity. */
  readonly equities: number;
  /** Whether the last factor is repeated: in dialect tradingview. */
  readonly repeats: boolean;
}

/** An equity that stands at the kind's weight. */
export function createKindEquity(weight: number, config: SignalConfig, layout: MemoryLayout): KindEquity {
  return {
    state: layout.state([weight, Number.NaN, 1 - config.decay / 100, 0]),
    signals: layout.take(blockLength),
    equities: layout.take(blockLength),
    repeats: config.dialect === "tradingview",
  };
}

/** Writes the equity at each bar of the block to row `target`, NaN before the cutout, from the kind's signals at the same bars. */
export function advanceKindEquity(kind: KindEquity, block: PriceBlock, factors: ReturnFactors): void {
  const { state, signals, equities, repeats } = kind;
  const { memory, count, start } = block;
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
