import type { ProgressListener } from "../data/progress.ts";
import { AtcError } from "../errors/error.ts";
import type { TaskQueue } from "./task-queue.ts";
import type { TaskRunner } from "./task-runner.ts";

/**
 * Runs tasks in this thread, in worker threads or on other machines. Input and output are plain data; workers create
 * their plugins from the configuration.
 */
export interface Executor extends TaskRunner, AsyncDisposable {
  /** The queue of an executor whose tasks run in other processes; other executors omit it. */
  readonly queue?: TaskQueue | undefined;
}

/**
 * What an executor provides to a running task. It is also an `OperationOptions`:
 * `backtest(dataset, { signal, onProgress })`.
 */
export interface TaskContext {
  /**
   * Throws if the task was cancelled. It reads a shared flag, so that loops which never yield can call it between
   * blocks.
   *
   * @throws ATC_ABORTED
   */
  throwIfCancelled(): void;
  /** Aborted when the task is cancelled. The event fires only when the task yields to the event loop. */
  readonly signal: AbortSignal;
  /** Passes progress to the listener of the caller that submitted the task. */
  readonly onProgress: ProgressListener;
}

/**
 * A function that executors run by its name. Input and output must survive a structured clone: plain objects, arrays,
 * typed arrays, Maps, Dates. A task must be repeatable, because it runs again if its worker ends before it has
 * finished.
 */
export interface Task<Input, Output> {
  /**
   * Runs the task. Its errors reach the caller that submitted it, an AtcError with code, message, details and cause.
   */
  (input: Input, context: TaskContext): Output | Transferred<Output> | Promise<Output | Transferred<Output>>;
  /** The version of input and output, an integer from 1. Defaults to 1. */
  readonly version?: number;
}

/**
 * Creates a {@link Task} with a version, for a module of tasks to export.
 *
 * @param definition - the function, and the version of its input and output, an integer from 1; increase it if either
 * changes
 * @throws ATC_INVALID_ARGUMENT for a version that is not an integer from 1
 * @example
 * ```ts
 * export const runSymbol: Task<SymbolInput, SymbolOutput> = task({ version: 2, run: (input, context) => compute(input, context) });
 * ```
 */
export function task<Input, Output>(definition: {
  readonly version: number;
  readonly run: Task<Input, Output>;
}): Task<Input, Output> {
  const { version, run } = definition;
  if (!Number.isSafeInteger(version) || version < 1)
    throw new AtcError("ATC_INVALID_ARGUMENT", `a task's version must be an integer from 1, not "${version}"`);
  return Object.assign((input: Input, context: TaskContext) => run(input, context), { version });
}

/** What a module of tasks may export besides its tasks. */
export interface TaskModule {
  /**
   * Closes what the module's tasks left open in this thread (datasets, caches). Called once, before the thread or its
   * executor ends.
   */
  disposeWorker?(): void | Promise<void>;
}

/** A task's result whose buffers are moved to the receiver instead of being copied. Created by {@link transferred}. */
export interface Transferred<Value> {
  /** Distinguishes it from a plain result, even across two copies of this package. */
  readonly kind: "atc-transferred";
  /** The result. */
  readonly value: Value;
  /** The buffers within `value` that are moved. The task can no longer use them. */
  readonly buffers: readonly ArrayBuffer[];
}

/**
 * Marks `buffers` of a task's result to be moved instead of copied, which saves about 0.3 ms per MB. They must be
 * whole ArrayBuffers that the task owns: neither WebAssembly memory, nor shared memory, nor a mapped file.
 *
 * @example
 * ```ts
 * return transferred({ equity }, [equity.buffer]);
 * ```
 */
export function transferred<Value>(value: Value, buffers: readonly ArrayBuffer[]): Transferred<Value> {
  return { kind: "atc-transferred", value, buffers };
}

/** Whether {@link transferred} created `result`. */
export function isTransferred(result: unknown): result is Transferred<unknown> {
  return typeof result === "object" && result !== null && "kind" in result && result.kind === "atc-transferred";
}
