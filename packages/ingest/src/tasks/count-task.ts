import type { SliceCounter, SliceCounts, TaskContext } from "@atc/contract";
import type { SliceTaskInput } from "../files/slice-run.ts";

/** A slice of a source to count. */
export type CountTaskInput = Pick<SliceTaskInput, "module" | "source" | "start" | "end" | "line">;

/**
 * Counts the rows of a slice by symbol; undefined if the source does not count, or only reading shows the ends of rows.
 */
export async function countSliceRows(input: CountTaskInput, context: TaskContext): Promise<SliceCounts | undefined> {
  const { countSlice } = (await import(input.module)) as { readonly countSlice?: SliceCounter };
  const { start, end, line } = input;
  const { signal, onProgress } = context;
  return await countSlice?.(input.source, { start, end, line, signal, onProgress });
}
