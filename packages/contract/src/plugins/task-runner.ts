import type { OperationOptions } from "../data/progress.ts";

/** Identifies a task, so that another thread or machine can find its code. */
export interface TaskRef {
  /** The package and the exported function, joined by `#`: `@atc/backtest#runSymbol`. */
  readonly task: string;
  /** The version of the task's input and output. A worker with another version refuses the task. */
  readonly version: number;
}

/** Options of {@link TaskRunner.submit}. */
export interface SubmitOptions extends OperationOptions {
  /** Buffers that are moved to the task instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** Runs tasks. */
export interface TaskRunner {
  /** Number of tasks that run at the same time. It may change if workers come and go. */
  readonly concurrency: number;
  /** Runs a task. An AtcError that the task throws keeps its code and details. */
  submit<Input, Output>(task: TaskRef, input: Input, options?: SubmitOptions): Promise<Output>;
}
