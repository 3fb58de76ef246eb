import type { PriceBlock } from "./price-block.ts";

/** The moving averages of one kind at its nine lengths; typed arrays keep the state between blocks. */
export interface Average {
  /**
   * Writes the average at `index` (0 to 8) for each bar of the block to row `target`; NaN before its first value. Must
   * be called for every block in order.
   */
  advance(memory: Float64Array, block: PriceBlock, index: number, target: number): void;
}

/** Writes NaN for the bars of the block before absolute bar `first`. */
export function blankBefore(first: number, memory: Float64Array, { start, count }: PriceBlock, target: number): void {
  if (start < first) memory.fill(Number.NaN, target, target + Math.min(first - start, count));
}
