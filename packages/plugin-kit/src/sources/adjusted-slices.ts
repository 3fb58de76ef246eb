/**
 * Reads and counts slices of an adjusted source on any thread. Loaded by its path, which is that of the built module.
 *
 * @packageDocumentation
 */

import type { JsonObject, SliceCounter, SliceReader } from "@atc/contract";
import { chunkAdjuster } from "./price-adjustment.ts";

/** The input of the slices of an adjusted source. */
export interface AdjustedSlices extends JsonObject {
  /** The module that reads the slices of the source. */
  readonly module: string;
  /** Its input. */
  readonly input: JsonObject;
  /** The column of adjusted closes. */
  readonly adjusted: string;
  /** The columns that are adjusted already. */
  readonly kept: readonly string[];
}

interface SliceModule {
  readonly readSlice: SliceReader;
  readonly countSlice?: SliceCounter;
}

async function moduleOf({ module }: AdjustedSlices): Promise<SliceModule> {
  return (await import(module)) as SliceModule;
}

/** The {@link SliceReader} of adjusted sources. */
export const readSlice: SliceReader = async function* (given, options) {
  const slices = given as AdjustedSlices;
  const { readSlice: read } = await moduleOf(slices);
  const adjust = chunkAdjuster(slices.adjusted, slices.kept);
  const chunks = read(slices.input, options);
  let isDone = false;
  try {
    for (;;) {
      const step = await chunks.next();
      isDone = step.done === true;
      if (step.done === true) return step.value;
      yield adjust(step.value);
    }
  } finally {
    // Closes the source's file if reading ends early.
    if (!isDone) await chunks.return(undefined as never);
  }
};

/** The {@link SliceCounter} of adjusted sources. It counts only if the source can. */
export const countSlice: SliceCounter = async (given, options) => {
  const slices = given as AdjustedSlices;
  const { countSlice: count } = await moduleOf(slices);
  return await count?.(slices.input, options);
};
