import type { OperationOptions } from "./progress.ts";

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
