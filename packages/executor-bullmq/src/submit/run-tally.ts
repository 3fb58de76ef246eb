import { hostname } from "node:os";
import type { QueueRun } from "@atc/contract";
import { newId } from "../queue/names.ts";

/** The counts of a run, of which a record goes to the queue. */
export interface RunTally {
  readonly id: string;
  /** The number of the next task. */
  next(): number;
  add(count: "done" | "failed" | "repeated" | "reused"): void;
  /** Adds milliseconds for which a worker computed. */
  addCost(ms: number): void;
  /** The record; undefined before the first task. */
  record(state: QueueRun["state"], workers: number): QueueRun | undefined;
}

/** The tally of a new run. */
export function runTally(title: string): RunTally {
  const id = newId();
  const startedAt = Date.now();
  let costMs = 0;
  const counts = { submitted: 0, done: 0, failed: 0, repeated: 0, reused: 0 };
  return {
    id,
    next: () => counts.submitted++,
    add(count) {
      counts[count]++;
    },
    addCost(ms) {
      costMs += ms;
    },
    record(state, workers) {
      if (counts.submitted === 0) return undefined;
      const submitter = { title: title.slice(0, 2000), host: hostname(), pid: process.pid };
      return { id, ...submitter, startedAt, state, ...counts, workers, costMs };
    },
  };
}
