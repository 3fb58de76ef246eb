import { derivedLengths, type SignalConfig } from "@atc/contract";
import type { MemoryLayout } from "./memory-layout.ts";
import type { PriceBlock } from "./price-block.ts";
import { createWindowSums, type WindowSums, weightedSums } from "./window-sums.ts";

/** Window sums of the calculation source, which WMA, HMA and LSMA share where their base lengths are the same, as by default they are. */
export interface SourceSums {
  /** The sums; their windows are the nine lengths of a base length, in the order in which they vote. */
  readonly windows: WindowSums;
  /** Writes the sums at every bar of the block. */
  advance(block: PriceBlock): void;
}

/** Sums of the nine lengths of base length `base`. */
export function createSourceSums(base: number, config: SignalConfig, layout: MemoryLayout): SourceSums {
  const windows = createWindowSums(derivedLengths(base, config.robustness), true, layout);
  return {
    windows,
    advance({ memory, source, count }) {
      weightedSums(windows, memory, source, count);
    },
  };
}
