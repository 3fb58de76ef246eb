import type { ProgressListener } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { rowsBetweenReports } from "./decided-bars.ts";

/** Counts bars over all symbols, reports them, and yields to the event loop. */
export interface BarCounter {
  /** Counts `done` finished bars of the current symbol. */
  advance(done: number): Promise<void>;
  /** Counts the current symbol, of `rows` bars, as finished. */
  finish(rows: number): Promise<void>;
}

/**
 * Creates a counter of no bars.
 *
 * @param total - bars of all symbols
 */
export function createBarCounter(total: number, onProgress: ProgressListener | undefined): BarCounter {
  // Without the signal: `backtestSteps` checks it, so that an abort also ends its iteration over the series.
  const pacer = createPacer({ onProgress });
  let finished = 0;
  let reported = 0;
  function count(done: number, isLast: boolean): Promise<void> {
    if (isLast || done - reported >= rowsBetweenReports) {
      reported = done;
      pacer.report({ phase: "computing", done, total, unit: "bars" });
    }
    if (isLast) pacer.flush();
    return pacer.pause();
  }
  return {
    advance: (done) => count(finished + done, false),
    finish(rows) {
      finished += rows;
      return count(finished, finished === total);
    },
  };
}

/** Runs steps to their end with pauses between. */
export async function drive<Result>(steps: Generator<number, Result, void>, counter: BarCounter): Promise<Result> {
  let step = steps.next();
  while (step.done !== true) {
    await counter.advance(step.value);
    step = steps.next();
  }
  return step.value;
}
