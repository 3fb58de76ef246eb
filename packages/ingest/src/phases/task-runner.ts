import type { Executor, OperationOptions, SliceCounts, Task, TaskContext } from "@atc/contract";
import { isTransferred, throwIfAborted } from "@atc/contract";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import type { CountTaskInput } from "../tasks/count-task.ts";
import { countSlice, merge, partition, plan, readSlice, settle } from "../tasks/definitions.ts";
import type { PartitionTaskInput, PartitionTaskOutput } from "../tasks/partition-task.ts";
import type { MergeTaskInput, MergeTaskOutput, PlanTaskInput, PlanTaskOutput } from "../tasks/series-tasks.ts";
import type { SettleTaskInput, SettleTaskOutput } from "../tasks/settle-task.ts";

/** Runs the tasks of an ingest, on an executor's threads or in this one. */
export interface TaskRunner {
  /** Tasks that run at the same time. */
  readonly concurrency: number;
  countSlice(input: CountTaskInput, options: OperationOptions): Promise<SliceCounts | undefined>;
  readSlice(input: SliceTaskInput, options: OperationOptions): Promise<SliceRun>;
  placePartition(input: PartitionTaskInput, options: OperationOptions): Promise<PartitionTaskOutput>;
  settle(input: SettleTaskInput, options: OperationOptions): Promise<SettleTaskOutput>;
  plan(input: PlanTaskInput, options: OperationOptions): Promise<PlanTaskOutput>;
  merge(input: MergeTaskInput, options: OperationOptions): Promise<MergeTaskOutput>;
}

/** Runs a task in this thread; nothing is copied or moved. */
async function runHere<Input, Output>(
  run: Task<Input, Output>,
  input: Input,
  { signal = new AbortController().signal, onProgress = () => undefined }: OperationOptions,
): Promise<Output> {
  const context: TaskContext = { signal, onProgress, throwIfCancelled: () => throwIfAborted(signal) };
  context.throwIfCancelled();
  const result = await run(input, context);
  return isTransferred(result) ? (result.value as Output) : (result as Output);
}

/** A runner on this thread alone. */
export const inlineRunner: TaskRunner = {
  concurrency: 1,
  countSlice: (input, options) => runHere(countSlice, input, options),
  readSlice: (input, options) => runHere(readSlice, input, options),
  placePartition: (input, options) => runHere(partition, input, options),
  settle: (input, options) => runHere(settle, input, options),
  plan: (input, options) => runHere(plan, input, options),
  merge: (input, options) => runHere(merge, input, options),
};

/** A runner on an executor whose modules have the tasks of this package under its name. */
export function executorRunner(executor: Executor): TaskRunner {
  const ref = (name: string): { task: string; version: number } => ({ task: `@atc/ingest#${name}`, version: 1 });
  return {
    concurrency: executor.concurrency,
    countSlice: (input, options) => executor.submit(ref("countSlice"), input, options),
    readSlice: (input, options) => executor.submit(ref("readSlice"), input, options),
    placePartition: (input, options) => executor.submit(ref("partition"), input, options),
    settle: (input, options) => executor.submit(ref("settle"), input, options),
    plan: (input, options) => executor.submit(ref("plan"), input, options),
    merge: (input, options) =>
      executor.submit(ref("merge"), input, {
        ...options,
        transfer: input.buffer === undefined ? [] : [input.buffer],
      }),
  };
}

/**
 * Goes through the results of tasks in order, running up to `ahead` at once. Where one fails, or the loop ends early, the others are aborted
 * and waited for: none works on when this ends.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  { signal }: OperationOptions,
  run: (item: Item, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<{ readonly item: Item; readonly result: PromiseSettledResult<Result> }, void, undefined> {
  const stop = new AbortController();
  const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const running: { readonly item: Item; readonly settled: Promise<PromiseSettledResult<Result>> }[] = [];
  const iterator = items[Symbol.iterator]();
  const start = (): void => {
    const next = iterator.next();
    if (next.done === true) return;
    const item = next.value;
    const settled = run(item, ended).then(
      (value): PromiseSettledResult<Result> => ({ status: "fulfilled", value }),
      (reason: unknown): PromiseSettledResult<Result> => ({ status: "rejected", reason }),
    );
    running.push({ item, settled });
  };
  try {
    for (let i = 0; i < ahead; i++) start();
    for (let first = running.shift(); first !== undefined; first = running.shift()) {
      yield { item: first.item, result: await first.settled };
      start();
    }
  } finally {
    stop.abort();
    await Promise.all(running.map(({ settled }) => settled));
  }
}
