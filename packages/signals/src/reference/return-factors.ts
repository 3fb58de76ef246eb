import type { SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, type PriceBlock } from "../average/price-block.ts";
import { growthAfter } from "../base/growth.ts";

/**
 * The bounds of an equity; the cap avoids infinities. Loops read both into locals first: V8 reads an imported number
 * again at each use and boxes the results, because it does not know the type.
 */
export const equityBounds: { readonly floor: number; readonly cap: number } = { floor: 0.25, cap: 1e300 };

/**
 * The factors that one layer's equities are multiplied by at each bar.
 *
 * E[t] = E[t-1] (1 - decay / 100) (1 + v R[t] g[t]). It equals E[t-1] (flat + v spread) if the vote v is -1 or +1.
 * It equals E[t-1] flat if v is 0. Up to and including the layer's cutout, flat is 1 and spread 0: the equity keeps
 * its start value.
 */
export interface ReturnFactors {
  /** Index of the layer's first bar. */
  readonly cutout: number;
  /** 1 - decay / 100, the value of flat after the cutout. */
  readonly retention: number;
  /** Row of the flat factors. */
  readonly flat: number;
  /** Row of the spreads. */
  readonly spread: number;
}

/** The factors of a layer that begins at `cutout`. */
export function createReturnFactors(cutout: number, config: SignalConfig, layout: MemoryLayout): ReturnFactors {
  const retention = 1 - config.decay / 100;
  return { cutout, retention, flat: layout.reserve(blockLength), spread: layout.reserve(blockLength) };
}

/** Fills the rows for the bars of the block. */
export function fillReturnFactors(
  factors: ReturnFactors,
  memory: Float64Array,
  block: PriceBlock,
  config: SignalConfig,
): void {
  const { cutout, retention, flat, spread } = factors;
  const { close, count, start } = block;
  const capped = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  const cappedGrowth = growthAfter(capped, config);
  let previous = block.previousClose;
  for (let i = 0; i < count; i++) {
    const elapsed = start + i - cutout;
    const price = memory[close + i];
    const growth = elapsed < capped ? growthAfter(elapsed, config) : cappedGrowth;
    memory[flat + i] = elapsed > 0 ? retention : 1;
    memory[spread + i] = elapsed > 0 ? retention * ((price / previous - 1) * growth) : 0;
    previous = price;
  }
}
