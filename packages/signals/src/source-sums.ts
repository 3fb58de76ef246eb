import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength, type PriceBlock } from "./price-block.ts";
import { createWindowSums, plainSums, weightedSums } from "./window-sums.ts";

/** Window sums of the calculation source at several lengths, which WMA, HMA and LSMA share where their lengths are the same, as by default they are. */
export interface SourceSums {
  /** Asks for the plain sums and returns the row in which they will be. */
  plain(): number;
  /** Asks for the sums weighted by 1..n, the newest n, and returns the row in which they will be. */
  weighted(): number;
  /** Writes what was asked for of length number `index`, at every bar of the block; the sum of what there is before the window is full. */
  advance(memory: Float64Array, block: PriceBlock, index: number): void;
}

/** Sums that nobody has asked for yet. */
export function createSourceSums(lengths: readonly number[], layout: MemoryLayout): SourceSums {
  const plain = createWindowSums(lengths, layout);
  const weighted = createWindowSums(lengths, layout);
  let plainRow = -1;
  let weightedRow = -1;
  return {
    plain() {
      if (plainRow < 0) plainRow = layout.take(blockLength);
      return plainRow;
    },
    weighted() {
      if (weightedRow < 0) weightedRow = layout.take(blockLength);
      return weightedRow;
    },
    advance(memory, block, index) {
      const { source, count } = block;
      if (index >= lengths.length) return;
      if (plainRow >= 0) plainSums(plain, index, memory, source, count, plainRow);
      if (weightedRow >= 0) weightedSums(weighted, index, memory, source, count, weightedRow, 1);
    },
  };
}
