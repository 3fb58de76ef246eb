import { randomBytes } from "node:crypto";
import { AtcError } from "@atc/contract";
import { wireVersion } from "../wire/value-tags.ts";

/** The prefix of all keys. The braces keep them in one slot of a cluster. */
export const keyPrefix = "{atc}";

/** The names of one queue in Redis. */
export interface QueueNames {
  /** The queue of BullMQ. It names encoding and release: workers of another one never see the tasks. */
  readonly tasks: string;
  /** The set of the ids of registered workers. */
  readonly workers: string;
  /** The record of a worker, which expires if the worker falls silent. */
  worker(id: string): string;
  /** The task that each slot of a worker has taken and not given back, by the number of the slot. */
  held(id: string): string;
  /** The records of runs. */
  readonly runs: string;
  /** The runs that are to end. */
  readonly cancelled: string;
  /** The channel on which workers receive the ids of tasks to cancel. */
  readonly cancellations: string;
}

/** The names of a queue. ATC_INVALID_ARGUMENT for a name that is not made of letters, digits, `-` and `_`. */
export function queueNames(queue: string, release: string): QueueNames {
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(queue))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the executor bullmq: option queue is "${queue}"; give 1 to 60 letters, digits, "-" and "_"`,
      { details: { option: "queue" } },
    );
  const registry = `${keyPrefix}:registry:${queue}`;
  return {
    tasks: `${queue}-${wireVersion}-${release.replace(/[^A-Za-z0-9._-]/g, "_")}`,
    workers: `${registry}:workers`,
    worker: (id) => `${registry}:worker:${id}`,
    held: (id) => `${registry}:held:${id}`,
    runs: `${registry}:runs`,
    cancelled: `${registry}:cancelled`,
    cancellations: `${registry}:cancellations`,
  };
}

/** A new id of a run or a worker: sorted by time, and with a letter, as ids of BullMQ's jobs must have. */
export function newId(): string {
  return `r${Date.now().toString(36)}${randomBytes(4).toString("hex")}`;
}
