import type { SliceCounts, Task } from "@atc/contract";
import { task } from "@atc/contract";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import { type CountTaskInput, countSliceRows } from "./count-task.ts";
import { type FinishTaskInput, type FinishTaskOutput, finishBatch } from "./finish-task.ts";
import { type PartitionTaskInput, type PartitionTaskOutput, placePartition } from "./partition-task.ts";
import type { MergeTaskInput, MergeTaskOutput, PlanTaskInput, PlanTaskOutput } from "./series-tasks.ts";
import { mergeBatch, planBatch, releaseTools } from "./series-tasks.ts";
import { writeSliceRun } from "./slice-task.ts";

/**
 * Counts the rows of a slice by symbol; undefined if the source does not count, or only reading shows the ends of rows.
 */
export const countSlice: Task<CountTaskInput, SliceCounts | undefined> = task({ version: 1, run: countSliceRows });

/** Reads a slice, and writes its rows to a run, scattered by symbol, or to their places in the files of the dataset. */
export const readSlice: Task<SliceTaskInput, SliceRun> = task({ version: 1, run: writeSliceRun });

/** Separates the rows of a partition by symbol, and writes them to their places in the files of the dataset. */
export const partition: Task<PartitionTaskInput, PartitionTaskOutput> = task({ version: 1, run: placePartition });

/** Sorts series in the files of the dataset, and checks them. */
export const finish: Task<FinishTaskInput, FinishTaskOutput> = task({ version: 1, run: finishBatch });

/** Counts the rows of series that are kept, and cuts long series into parts. */
export const plan: Task<PlanTaskInput, PlanTaskOutput> = task({ version: 1, run: planBatch });

/** Sorts rows of series by time. */
export const merge: Task<MergeTaskInput, MergeTaskOutput> = task({ version: 1, run: mergeBatch });

/** Releases the memory of this thread. */
export function disposeWorker(): void {
  releaseTools();
}
