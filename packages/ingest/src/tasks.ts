import type { Task } from "@atc/contract";
import { task } from "@atc/contract";
import type { MergeTaskInput, MergeTaskOutput, PlanTaskInput, PlanTaskOutput } from "./series-tasks.ts";
import { mergeBatch, planBatch, releaseTools } from "./series-tasks.ts";
import type { SliceRun, SliceTaskInput } from "./slice-task.ts";
import { writeSliceRun } from "./slice-task.ts";

/** Reads a slice of a source and writes its rows to a file, scattered by symbol. */
export const readSlice: Task<SliceTaskInput, SliceRun> = task({ version: 1, run: writeSliceRun });

/** Tells how many rows of some series are kept. */
export const plan: Task<PlanTaskInput, PlanTaskOutput> = task({ version: 1, run: planBatch });

/** Puts rows of some series in order of time. */
export const merge: Task<MergeTaskInput, MergeTaskOutput> = task({ version: 1, run: mergeBatch });

/** Lets go of the memory of this thread. */
export function disposeWorker(): void {
  releaseTools();
}
