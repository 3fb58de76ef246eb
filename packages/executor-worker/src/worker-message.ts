import type { PortableError, Progress } from "@atc/contract";
import type { Cells } from "./cells.ts";
import type { TaskCall } from "./task-modules.ts";

/** What a worker is born with. */
export interface WorkerBirth {
  /** The flags of all tasks. */
  readonly cells: Cells;
}

/** What a worker is sent to run a task. */
export interface WorkerCall extends TaskCall {
  /** Tells this attempt from all others. */
  readonly id: number;
  /** Which cells are the task's. */
  readonly place: number;
  /** The task's input. */
  readonly input: unknown;
  /** Whether anybody listens to progress. */
  readonly progress: boolean;
}

/** How a task ended. Errors travel as data: piscina would lose their code. */
export type WorkerReply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: PortableError }
  /** The result is what no structured clone can hold. */
  | { readonly kind: "uncloneable"; readonly error: PortableError };

/**
 * What a worker sends. It goes through the worker's own port, not through piscina's, where a result that cannot be cloned ends the worker and
 * progress may come after the result.
 */
export interface WorkerMessage {
  /** The attempt. */
  readonly id: number;
  /** Either how far the task is, or how it ended. */
  readonly content: WorkerReply | { readonly kind: "progress"; readonly progress: Progress };
}
