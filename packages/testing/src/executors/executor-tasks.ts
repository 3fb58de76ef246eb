/** The tasks of the conformance suite for executors. Workers load this module by its URL. */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { AtcError, type Task, task, transferred } from "@atc/contract";

/** Returns its input. */
export const echo: Task<unknown, unknown> = (input) => input;

/** The sum of numbers. */
export const sum: Task<Float64Array, number> = (values) => values.reduce((total, value) => total + value, 0);

/** A task of version 3. */
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

/** Input of {@link work}. */
export interface Work {
  /** Steps until it ends, unless it is cancelled before. */
  readonly steps: number;
  /** A file that gets a line when the task starts, and another if it is cancelled. */
  readonly log: string;
}

/** Steps without yielding and checks for cancellation between steps. Reports progress when it has started. */
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

/** Waits in the event loop for `ms` milliseconds, or until its signal is aborted. */
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

/** The numbers 0 to `length` - 1, moved to the caller. */
export const iota: Task<{ readonly length: number }, Float64Array> = ({ length }) => {
  const values = Float64Array.from({ length }, (_, i) => i);
  return transferred(values, [values.buffer]);
};

/** Returns a value that cannot be cloned. */
export const uncloneable: Task<undefined, unknown> = () => () => "a function";

/** Ends its thread or process the first time; the file `marker` records that. */
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

/** Keeps a file open until the worker ends; {@link disposeWorker} then writes a line to it. */
export const leaveOpen: Task<{ readonly log: string }, boolean> = ({ log }) => {
  opened.add(log);
  return true;
};

/** Closes the files of {@link leaveOpen}. */
export function disposeWorker(): void {
  for (const log of opened) appendFileSync(log, "closed\n");
  opened.clear();
}
