import type { PriceBlock } from "./price-block.ts";

/** The moving averages of one kind at its nine lengths; the state between blocks lies in typed arrays. */
export interface Average {
  /**
   * Writes the average of length number `index` (0 to 8) at each bar of the block to row `target`; NaN where it has no value yet. Has to be called for every
   * block in order.
   */
  advance(block: PriceBlock, index: number, target: number): void;
}

/** Writes NaN at the bars of the block before absolute bar `first`. */
export function blankBefore(first: number, { memory, start, count }: PriceBlock, target: number): void {
  if (start < first) memory.fill(Number.NaN, target, target + Math.min(first - start, count));
}
