import type { MessagePort } from "node:worker_threads";
import type { Progress } from "@atc/contract";
import type { PortableError } from "@atc/plugin-kit";
import type { TaskFlags } from "../cancellation/task-flags.ts";
import type { TaskCall } from "../tasks/task-modules.ts";

/** The data that a worker starts with. */
export interface WorkerStart {
  /** The flags of all tasks. */
  readonly flags: TaskFlags;
}

/** The message that runs a task. */
export interface WorkerCall extends TaskCall {
  /** Identifies this attempt. */
  readonly id: number;
  /** The slot of the task in the shared flags. */
  readonly slot: number;
  readonly input: unknown;
  /** Whether the caller listens to progress. */
  readonly progress: boolean;
}

/** How a task ended. Errors travel as data: piscina would lose their code. */
export type WorkerReply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: PortableError }
  /** The result cannot be cloned. */
  | { readonly kind: "uncloneable"; readonly error: PortableError };

/**
 * The ports of a worker, which it sends before its first task. Replies do not use piscina's own port: there, a result
 * that cannot be cloned ends the worker, and one that cannot be read is lost silently.
 */
export interface WorkerPorts {
  readonly threadId: number;
  /** A {@link WorkerReply} per call, posted before piscina sees the call end. It is read then; nothing listens. */
  readonly replies: MessagePort;
  /** {@link WorkerProgress} messages, posted before the reply. */
  readonly progress: MessagePort;
}

/** A progress report of a task. */
export interface WorkerProgress {
  /** The id of the attempt. */
  readonly id: number;
  readonly progress: Progress;
}
