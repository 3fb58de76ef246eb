import type { OperationOptions, ProgressListener } from "../data/progress.ts";
import { AtcError } from "../errors/error.ts";

/** Names a task so that another thread or machine can find its code: `@atc/backtest#runSymbol`. */
export interface TaskRef {
  /** The package and the exported function, joined by `#`. */
  readonly task: string;
  /** The version of the task's input and output; a worker with another version refuses it. */
  readonly version: number;
}

/** How to run a task. */
export interface SubmitOptions extends OperationOptions {
  /** Buffers that move to the task instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** Runs tasks somewhere: this thread, worker threads, other machines. Input and output are plain data; workers rebuild their plugins from the configuration. */
export interface Executor extends AsyncDisposable {
  /** Tasks that run at the same time. */
  readonly concurrency: number;
  /** Runs a task; an AtcError of the task keeps its code and details. */
  submit<Input, Output>(task: TaskRef, input: Input, options?: SubmitOptions): Promise<Output>;
}

/** What a running task may use of its executor. It fits wherever `OperationOptions` are asked for: `backtest(dataset, { signal, onProgress })`. */
export interface TaskContext {
  /**
   * Throws where the task was cancelled. It reads a shared flag, so loops that never let go of their thread can call it between blocks.
   *
   * @throws ATC_ABORTED
   */
  throwIfCancelled(): void;
  /** Is aborted when the task is cancelled; told between two turns of the event loop, so only where the task waits for something. */
  readonly signal: AbortSignal;
  /** Passes progress to the listener of whoever submitted the task. */
  readonly onProgress: ProgressListener;
}

/**
 * A function that executors run by its name. Input and output are what a structured clone can hold: plain objects, arrays, typed arrays, Maps, Dates.
 * It may run a second time where its worker ended in the middle, so what it does must be repeatable.
 */
export interface Task<Input, Output> {
  /** Runs the task; what it throws reaches whoever submitted it, an AtcError with code, message, details and cause. */
  (input: Input, context: TaskContext): Output | Transferred<Output> | Promise<Output | Transferred<Output>>;
  /** The version of input and output, an integer from 1; 1 where a function has none. */
  readonly version?: number;
}

/** What {@link task} is made of. */
export interface TaskDefinition<Input, Output> {
  /** The version of input and output, an integer from 1; counted up when either changes. */
  readonly version: number;
  /** The work. */
  readonly run: Task<Input, Output>;
}

/**
 * A {@link Task} that carries its version, to be exported by a module of tasks.
 *
 * @throws ATC_INVALID_ARGUMENT for a version that is no integer from 1
 * @example
 * ```ts
 * export const runSymbol: Task<SymbolInput, SymbolOutput> = task({ version: 2, run: (input, context) => compute(input, context) });
 * ```
 */
export function task<Input, Output>(definition: TaskDefinition<Input, Output>): Task<Input, Output> {
  const { version, run } = definition;
  if (!Number.isSafeInteger(version) || version < 1)
    throw new AtcError("ATC_INVALID_ARGUMENT", `a task's version must be an integer from 1, not "${version}"`);
  return Object.assign((input: Input, context: TaskContext) => run(input, context), { version });
}

/** What a module of tasks may export besides its tasks. */
export interface TaskModule {
  /** Closes what the module's tasks left open in this thread (datasets, caches), once, before the thread or its executor ends. */
  disposeWorker?(): void | Promise<void>;
}

/** A task's result whose buffers move to the receiver instead of being copied. Made by {@link transferred}. */
export interface Transferred<Value> {
  /** Tells it from a plain result, across two copies of this package. */
  readonly kind: "atc-transferred";
  /** The result. */
  readonly value: Value;
  /** The buffers within `value` that move; the task can no longer use them. */
  readonly buffers: readonly ArrayBuffer[];
}

/**
 * A task's result whose `buffers` move instead of being copied: about 0.3 ms less for each MB. They must be the task's own, whole
 * ArrayBuffers: neither WebAssembly memory, nor shared memory, nor a mapped file.
 *
 * @example
 * ```ts
 * return transferred({ equity }, [equity.buffer]);
 * ```
 */
export function transferred<Value>(value: Value, buffers: readonly ArrayBuffer[]): Transferred<Value> {
  return { kind: "atc-transferred", value, buffers };
}

/** Whether `result` was made by {@link transferred}. */
export function isTransferred(result: unknown): result is Transferred<unknown> {
  return typeof result === "object" && result !== null && "kind" in result && result.kind === "atc-transferred";
}
