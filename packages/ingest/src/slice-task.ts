import type { TaskContext } from "@atc/contract";
import { placeSlice } from "./place-slice.ts";
import type { SliceRun, SliceTaskInput } from "./slice-run.ts";
import { spillSlice } from "./spill-slice.ts";

/** Reads a slice and writes its run. */
export async function writeSliceRun(input: SliceTaskInput, context: TaskContext): Promise<SliceRun> {
  const { places } = input;
  return places === undefined ? await spillSlice(input, context) : await placeSlice({ ...input, places }, context);
}
