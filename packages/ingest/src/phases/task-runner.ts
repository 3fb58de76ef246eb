import type { Executor, OperationOptions, SliceCounts, Task, TaskContext } from "@atc/contract";
import { isTransferred, throwIfAborted } from "@atc/contract";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import type { CountTaskInput } from "../tasks/count-task.ts";
import { countSlice, finish, merge, partition, plan, readSlice } from "../tasks/definitions.ts";
import type { FinishTaskInput, FinishTaskOutput } from "../tasks/finish-task.ts";
import type { PartitionTaskInput, PartitionTaskOutput } from "../tasks/partition-task.ts";
import type { MergeTaskInput, MergeTaskOutput, PlanTaskInput, PlanTaskOutput } from "../tasks/series-tasks.ts";

/** Runs the tasks of an ingest, on the threads of an executor or on this one. */
export interface TaskRunner {
  /** Tasks that can run at the same time. */
  readonly concurrency: number;
  countSlice(input: CountTaskInput, options: OperationOptions): Promise<SliceCounts | undefined>;
  readSlice(input: SliceTaskInput, options: OperationOptions): Promise<SliceRun>;
  placePartition(input: PartitionTaskInput, options: OperationOptions): Promise<PartitionTaskOutput>;
  finish(input: FinishTaskInput, options: OperationOptions): Promise<FinishTaskOutput>;
  plan(input: PlanTaskInput, options: OperationOptions): Promise<PlanTaskOutput>;
  merge(input: MergeTaskInput, options: OperationOptions): Promise<MergeTaskOutput>;
}

/** Runs a task on this thread; nothing is copied or transferred. */
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

/** A runner on this thread. */
export const inlineRunner: TaskRunner = {
  concurrency: 1,
  countSlice: (input, options) => runHere(countSlice, input, options),
  readSlice: (input, options) => runHere(readSlice, input, options),
  placePartition: (input, options) => runHere(partition, input, options),
  finish: (input, options) => runHere(finish, input, options),
  plan: (input, options) => runHere(plan, input, options),
  merge: (input, options) => runHere(merge, input, options),
};

/** A runner on an executor whose modules have `@atc/ingest/tasks` as `@atc/ingest`. */
export function executorRunner(executor: Executor): TaskRunner {
  const ref = (name: string): { task: string; version: number } => ({ task: `@atc/ingest#${name}`, version: 1 });
  return {
    concurrency: executor.concurrency,
    countSlice: (input, options) => executor.submit(ref("countSlice"), input, options),
    readSlice: (input, options) => executor.submit(ref("readSlice"), input, options),
    placePartition: (input, options) => executor.submit(ref("partition"), input, options),
    finish: (input, options) => executor.submit(ref("finish"), input, options),
    plan: (input, options) => executor.submit(ref("plan"), input, options),
    merge: (input, options) =>
      executor.submit(ref("merge"), input, {
        ...options,
        transfer: input.buffer === undefined ? [] : [input.buffer],
      }),
  };
}

/**
 * Yields the results of tasks in order, with up to `lookahead` tasks at once. If the loop ends early, the others are
 * aborted and awaited: none runs after it.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  lookahead: number,
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
    for (let i = 0; i < lookahead; i++) start();
    for (let first = running.shift(); first !== undefined; first = running.shift()) {
      yield { item: first.item, result: await first.settled };
      start();
    }
  } finally {
    stop.abort();
    await Promise.all(running.map(({ settled }) => settled));
  }
}
