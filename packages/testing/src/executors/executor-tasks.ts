/** The tasks of the suite for executors: a module that their workers load by its URL. */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { AtcError, type Task, task, transferred } from "@atc/contract";

/** Gives its input back. */
export const echo: Task<unknown, unknown> = (input) => input;

/** The sum of numbers. */
export const sum: Task<Float64Array, number> = (values) => values.reduce((total, value) => total + value, 0);

/** A result of version 3. */
export const versioned: Task<undefined, string> = task({ version: 3, run: () => "three" });

/** Throws an AtcError whose causes are a RangeError and plain data. */
export const failWithCode: Task<{ readonly symbol: string }, never> = ({ symbol }) => {
  const cause = new RangeError("the price is 0", { cause: { row: 7 } });
  throw new AtcError("ATC_INVALID_DATA", `symbol "${symbol}" has a bad price`, { cause, details: { symbol, row: 7 } });
};

/** Throws a TypeError. */
export const failPlainly: Task<undefined, never> = () => {
  throw new TypeError("no such thing");
};

/** What {@link work} does. */
export interface Work {
  /** Steps until it ends by itself; unless it is asked to end before. */
  readonly steps: number;
  /** A file that gets a line when the task starts, and another when it sees that it was cancelled. */
  readonly log: string;
}

/** Steps without letting go of its thread, and asks between the steps whether it was cancelled. Tells when it has started. */
export const work: Task<Work, number> = ({ steps, log }, { throwIfCancelled, onProgress }) => {
  appendFileSync(log, "started\n");
  onProgress({ phase: "computing", done: 0, total: steps, unit: "bars" });
  for (let step = 0; step < steps; step++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    try {
      throwIfCancelled();
    } catch (error) {
      appendFileSync(log, "cancelled\n");
      throw error;
    }
  }
  return steps;
};

/** Waits on its event loop for `ms` milliseconds, or until its signal ends the wait. */
export const waitFor: Task<{ readonly ms: number }, string> = async ({ ms }, { signal, onProgress }) => {
  onProgress({ phase: "reading", done: 0, unit: "rows" });
  await delay(ms, undefined, { signal });
  return "waited";
};

/** Reports `count` bars one by one, then a second phase. */
export const report: Task<{ readonly count: number }, number> = ({ count }, { onProgress }) => {
  for (let done = 1; done <= count; done++) onProgress({ phase: "reading", done, total: count, unit: "bars" });
  for (let done = 1; done <= count; done++) onProgress({ phase: "computing", done, total: count, unit: "bars" });
  return count;
};

/** `length` numbers 0, 1, 2 and so on, moved to the caller; the first says whether the input came as a buffer of its own. */
export const iota: Task<{ readonly length: number }, Float64Array> = ({ length }) => {
  const values = Float64Array.from({ length }, (_, i) => i);
  return transferred(values, [values.buffer]);
};

/** Returns what no structured clone can hold. */
export const uncloneable: Task<undefined, unknown> = () => () => "a function";

/** Ends its thread or process the first time; `marker` is a file that tells the times apart. */
export const exitOnce: Task<{ readonly marker: string }, string> = ({ marker }) => {
  try {
    closeSync(openSync(marker, "wx"));
  } catch {
    return "survived";
  }
  process.exit(3);
};

/** Ends its thread or process. */
export const exitAlways: Task<{ readonly log: string }, never> = ({ log }) => {
  appendFileSync(log, "started\n");
  process.exit(3);
};

const opened = new Set<string>();

/** Leaves a file open until the worker ends: {@link disposeWorker} then writes a line to it. */
export const leaveOpen: Task<{ readonly log: string }, boolean> = ({ log }) => {
  opened.add(log);
  return true;
};

/** Closes what {@link leaveOpen} left open. */
export function disposeWorker(): void {
  for (const log of opened) appendFileSync(log, "closed\n");
  opened.clear();
}
