import type { TaskContext } from "@atc/contract";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import { placeSlice } from "../slices/place-slice.ts";
import { spillSlice } from "../slices/spill-slice.ts";

/** Reads a slice, and writes its rows to their places or to its run. */
export async function writeSliceRun(input: SliceTaskInput, context: TaskContext): Promise<SliceRun> {
  const { places } = input;
  return places === undefined ? await spillSlice(input, context) : await placeSlice({ ...input, places }, context);
}
