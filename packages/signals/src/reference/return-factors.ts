import type { SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, type PriceBlock } from "../average/price-block.ts";
import { growthAfter } from "../base/growth.ts";

/**
 * Between which an equity is held; the cap is there so that no infinity arises. Loops read both into locals first: V8 reads an imported number anew at each
 * use and, not knowing that it is one, boxes what it is mixed with.
 */
export const equityBounds: { readonly floor: number; readonly cap: number } = { floor: 0.25, cap: 1e300 };

/**
 * What the equities of one layer are multiplied by at each bar: E[t] = E[t-1] (1 - decay / 100) (1 + v R[t] g[t]) is E[t-1] (flat + v spread) for a vote v of
 * -1 or +1, and E[t-1] flat for none. Up to the layer's cutout, inclusive, flat is 1 and spread 0: the equity stands at its start.
 */
export interface ReturnFactors {
  /** Index of the layer's first bar. */
  readonly cutout: number;
  /** 1 - decay / 100, what flat is after the cutout. */
  readonly kept: number;
  /** Row of the flat factors. */
  readonly flat: number;
  /** Row of the spreads. */
  readonly spread: number;
}

/** Factors of a layer that begins at `cutout`. */
export function createReturnFactors(cutout: number, config: SignalConfig, layout: MemoryLayout): ReturnFactors {
  const kept = 1 - config.decay / 100;
  return { cutout, kept, flat: layout.take(blockLength), spread: layout.take(blockLength) };
}

/** Fills the rows for the bars of the block. */
export function fillReturnFactors(factors: ReturnFactors, block: PriceBlock, config: SignalConfig): void {
  const { cutout, kept, flat, spread } = factors;
  const { memory, close, count, start } = block;
  const capped = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  const cappedGrowth = growthAfter(capped, config);
  let previous = block.previousClose;
  for (let i = 0; i < count; i++) {
    const elapsed = start + i - cutout;
    const price = memory[close + i];
    const growth = elapsed < capped ? growthAfter(elapsed, config) : cappedGrowth;
    memory[flat + i] = elapsed > 0 ? kept : 1;
    memory[spread + i] = elapsed > 0 ? kept * ((price / previous - 1) * growth) : 0;
    previous = price;
  }
}
