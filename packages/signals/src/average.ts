import type { PriceBlock } from "./price-block.ts";

/** The moving averages of one kind at its nine lengths; state stays in typed arrays between blocks. */
export interface Average {
  /** Writes the average of length number `index` (0 to 8) at each bar of the block; NaN where it has no value yet. Every block must be advanced over. */
  advance(index: number, block: PriceBlock, target: Float64Array): void;
}

/** Writes NaN at the bars of the block before absolute bar `first`. */
export function blankBefore(first: number, block: PriceBlock, target: Float64Array): void {
  if (block.start < first) target.fill(Number.NaN, 0, Math.min(first - block.start, block.count));
}
