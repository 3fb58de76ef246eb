import type { SignalConfig } from "@atc/contract";
import { growthAfter } from "./growth.ts";
import type { PriceBlock } from "./price-block.ts";

/** An equity is never below this. */
export const equityFloor = 0.25;
/** An equity is never above this, so that no infinity arises. */
export const equityCap = 1e300;

/**
 * What an equity of one layer is multiplied by at each bar: (1 - decay / 100) (1 + a[t]). Row 0 is for a short vote, row 1 for none, row 2 for a long one;
 * a row has the block length. Up to the layer's cutout, inclusive, all are 1: the equity stands at its start.
 */
export interface ReturnFactors {
  /** Index of the layer's first bar. */
  readonly cutout: number;
  /** The three rows. */
  readonly rows: Float64Array;
}

/** Factors of a layer that begins at `cutout`. */
export function createReturnFactors(cutout: number, blockLength: number): ReturnFactors {
  return { cutout, rows: new Float64Array(3 * blockLength) };
}

/** Fills the rows for the bars of the block. */
export function fillReturnFactors(factors: ReturnFactors, block: PriceBlock, config: SignalConfig): void {
  const { rows, cutout } = factors;
  const { close, count, start } = block;
  const width = close.length;
  const kept = 1 - config.decay / 100;
  const capped = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  const cappedGrowth = growthAfter(capped, config);
  let previous = block.previousClose;
  for (let i = 0; i < count; i++) {
    const elapsed = start + i - cutout;
    const price = close[i] as number;
    if (elapsed <= 0) {
      rows[i] = rows[width + i] = rows[2 * width + i] = 1;
    } else {
      const growth = elapsed < capped ? growthAfter(elapsed, config) : cappedGrowth;
      const term = (price / previous - 1) * growth;
      rows[i] = kept * (1 - term);
      rows[width + i] = kept;
      rows[2 * width + i] = kept * (1 + term);
    }
    previous = price;
  }
}
