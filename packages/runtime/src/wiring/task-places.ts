import type { Executor, SubmitOptions, TaskRef } from "@atc/contract";
import type { StoreRef } from "../plugins/store-ref.ts";

/** What a machine puts into the inputs of tasks in place of the submitter's. */
export interface TaskPlaces {
  readonly store: StoreRef;
  /** Folders for curves that are too large for the heap. */
  readonly folders: readonly string[];
}

/** The input of a task. */
export type TaskInput = Readonly<Record<string, unknown>>;

/** Brings the datasets of tasks to a place that workers reach. */
export interface DataSupply extends AsyncDisposable {
  /** Resolves when the place has the dataset of a task; undefined if it already has. */
  provide(input: TaskInput, signal: AbortSignal | undefined): Promise<void> | undefined;
}

/** Whether a task's input names a store, and so places on the submitter's machine. */
export function isPlaced(input: unknown): input is TaskInput {
  return typeof input === "object" && input !== null && Object.hasOwn(input, "store");
}

/** A strategy of the user's as its package: the code is that of the machine that runs it. */
function sentStrategy(own: unknown): unknown {
  if (typeof own !== "object" || own === null || !("module" in own && "watch" in own)) return own;
  const { label, name, digest, values } = own.module as Readonly<Record<string, unknown>>;
  const { deadline } = own.watch as Readonly<Record<string, unknown>>;
  return { module: { label, name, digest, values }, deadline };
}

/**
 * An executor for tasks on other machines. Paths and packages of this machine do not travel: a worker has its own, and
 * equal tasks of two submitters have equal inputs.
 *
 * @param supply - brings the dataset of each task to the workers first, and is disposed with the executor
 */
export function departing(executor: Executor, supply?: DataSupply): Executor {
  return {
    get concurrency() {
      return executor.concurrency;
    },
    queue: executor.queue,
    async submit<Input, Output>(ref: TaskRef, input: Input, options?: SubmitOptions): Promise<Output> {
      if (!isPlaced(input)) return await executor.submit(ref, input, options);
      const folders = "folders" in input ? { folders: [] } : {};
      const sent = { ...input, store: null, ...folders, own: sentStrategy(input["own"]) };
      const supplied = supply?.provide(input, options?.signal);
      if (supplied === undefined) return await executor.submit(ref, sent, options);
      // Executors take an input as it is when it is submitted.
      const kept = structuredClone(sent);
      await supplied;
      return await executor.submit(ref, kept, options);
    },
    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await supply?.[Symbol.asyncDispose]();
    },
  };
}

/** The input of a task that came from another machine, with the places of this one. */
export function arrived(input: TaskInput, { store, folders }: TaskPlaces): TaskInput {
  return { ...input, store, ...("folders" in input ? { folders } : {}) };
}
