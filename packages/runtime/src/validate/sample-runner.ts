import type { Executor, OperationOptions } from "@atc/contract";
import type { ReturnSamples } from "@atc/sweep";
import type { EntryTaskInput, EntryTaskOutput, ReturnTaskInput } from "../compute/luck-task.ts";

/** Draws samples on threads. */
export interface SampleRunner {
  /** Number of draws that run at the same time. */
  readonly concurrency: number;
  returns(input: ReturnTaskInput): Promise<ReturnSamples>;
  entries(input: EntryTaskInput): Promise<EntryTaskOutput>;
}

/** Creates a runner of samples on the threads of an executor. */
export function sampleRunner(executor: Executor, { signal }: Pick<OperationOptions, "signal">): SampleRunner {
  const submit = <Input, Output>(name: string, input: Input): Promise<Output> =>
    executor.submit<Input, Output>({ task: `@atc/runtime#${name}`, version: 1 }, input, { signal });
  return {
    concurrency: executor.concurrency,
    returns: (input) => submit("drawReturnSamples", input),
    entries: (input) => submit("drawEntrySamples", input),
  };
}

/** Steps of samples that are computed together on this thread: about 10 ms. */
const stepsAtOnce = 2_000_000;

/** The number of samples of `steps` steps each that are computed together on this thread. */
export function samplesAtOnce(steps: number): number {
  return Math.max(1, Math.floor(stepsAtOnce / Math.max(1, steps)));
}

/**
 * The number of samples of one task, so that threads share the work, and the work of a task is longer than sending it.
 */
export function samplesPerTask(samples: number, steps: number, { concurrency }: SampleRunner): number {
  return Math.max(samplesAtOnce(steps), Math.ceil(samples / (8 * concurrency)));
}
