import type { SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import type { MemoryLayout } from "./memory-layout.ts";
import type { PriceBlock } from "./price-block.ts";
import { createWindowSums, type WindowSums, weightedSums } from "./window-sums.ts";

/**
 * Window sums of the calculation source. WMA, HMA and LSMA share them if their base lengths are equal, as by default.
 */
export interface SourceSums {
  /** The windows of the nine lengths, in voting order. */
  readonly windows: WindowSums;
  /** Writes the sums for every bar of the block. */
  advance(memory: Float64Array, block: PriceBlock): void;
}

/** Sums for the nine lengths of base length `base`. */
export function createSourceSums(base: number, config: SignalConfig, layout: MemoryLayout): SourceSums {
  const windows = createWindowSums(derivedLengths(base, config.robustness), true, layout);
  return {
    windows,
    advance(memory, { source, count }) {
      weightedSums(windows, memory, source, count);
    },
  };
}
