import type { SliceCounts, Task } from "@atc/contract";
import { task } from "@atc/contract";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import { type CountTaskInput, countSliceRows } from "./count-task.ts";
import { type PartitionTaskInput, type PartitionTaskOutput, placePartition } from "./partition-task.ts";
import type { MergeTaskInput, MergeTaskOutput, PlanTaskInput, PlanTaskOutput } from "./series-tasks.ts";
import { mergeBatch, planBatch, releaseTools } from "./series-tasks.ts";
import { type SettleTaskInput, type SettleTaskOutput, settleBatch } from "./settle-task.ts";
import { writeSliceRun } from "./slice-task.ts";

/** Counts the rows of a slice of a source by symbol; undefined where only reading can tell. */
export const countSlice: Task<CountTaskInput, SliceCounts | undefined> = task({ version: 1, run: countSliceRows });

/** Reads a slice of a source and writes its rows, scattered by symbol, to a file or to their places in the files of the store. */
export const readSlice: Task<SliceTaskInput, SliceRun> = task({ version: 1, run: writeSliceRun });

/** Parts the rows of a partition by symbol and puts them in their places in the files of the store. */
export const partition: Task<PartitionTaskInput, PartitionTaskOutput> = task({ version: 1, run: placePartition });

/** Puts series in order whose rows lie in the files of the store, and checks them. */
export const settle: Task<SettleTaskInput, SettleTaskOutput> = task({ version: 1, run: settleBatch });

/** Tells how many rows of some series are kept. */
export const plan: Task<PlanTaskInput, PlanTaskOutput> = task({ version: 1, run: planBatch });

/** Puts rows of some series in order of time. */
export const merge: Task<MergeTaskInput, MergeTaskOutput> = task({ version: 1, run: mergeBatch });

/** Lets go of the memory of this thread. */
export function disposeWorker(): void {
  releaseTools();
}
