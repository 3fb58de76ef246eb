import type { MessagePort } from "node:worker_threads";
import type { Progress } from "@atc/contract";
import type { PortableError } from "@atc/plugin-kit";
import type { Cells } from "../cancellation/cells.ts";
import type { TaskCall } from "../tasks/task-modules.ts";

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
 * The ports of a worker, which it sends before its first task. Replies do not go through piscina's own port: there a result that cannot be cloned
 * ends the worker, and one that cannot be read is lost without a word.
 */
export interface WorkerPorts {
  /** The worker. */
  readonly threadId: number;
  /** A {@link WorkerReply} for each call, posted before piscina learns of the call's end; read then, not listened to. */
  readonly replies: MessagePort;
  /** A {@link WorkerProgress} now and then, posted before the reply. */
  readonly progress: MessagePort;
}

/** How far a task is. */
export interface WorkerProgress {
  /** The attempt. */
  readonly id: number;
  /** How far it is. */
  readonly progress: Progress;
}
