import type { BullmqExecutorOptions } from "../src/index.ts";

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  signal(name: NodeJS.Signals): void;
  /** What it reported. */
  events(): string;
  /** Ends it after its tasks. */
  end(): Promise<void>;
  /** Ends it without warning. */
  kill(): Promise<void>;
}

/** Starts a worker as a process, and waits until it serves the queue. */
export function startWorkerProcess(
  options: BullmqExecutorOptions & {
    readonly threads?: number;
    /** Milliseconds by which its clock is ahead. */
    readonly clockMs?: number;
  },
): Promise<WorkerProcess>;
