import { type BoundStrategy, isSymbolFault } from "@atc/backtest";
import type { Dataset, TaskContext } from "@atc/contract";
import { knownTimes } from "@atc/resample";
import { type WatchedThread, watchedThread } from "../strategy/strategy-watch.ts";
import type { StrategyParts } from "./built-in-strategy.ts";
import { checkSteps, type DecisionCheck, type DecisionFinding } from "./decision-check.ts";
import { failureOf, type TaskFailure } from "./task-failure.ts";
import type { DatasetRef, ThreadDatasets } from "./thread-datasets.ts";
import type { WatchedModule } from "./watched-module.ts";

/** Symbols of a dataset for which to check the decisions of a strategy. */
export interface CheckTaskInput extends DatasetRef, StrategyParts {
  readonly symbols: readonly string[];
  /** A strategy of the user's, which replaces the built-in one. */
  readonly own?: WatchedModule | undefined;
  /** The most bars per symbol, counted from the last one; undefined for all. */
  readonly limit: number | undefined;
  readonly check: DecisionCheck;
}

export interface CheckTaskOutput {
  /** The symbols that were checked, in the order of the input. */
  readonly findings: readonly DecisionFinding[];
  /** Symbols that could not be checked. */
  readonly failures: readonly TaskFailure[];
}

/** What the tasks of a thread share. */
export interface CheckTaskParts {
  readonly datasets: ThreadDatasets;
  readonly strategiesOf: (
    input: CheckTaskInput,
    thread: WatchedThread | undefined,
  ) => Promise<(dataset: Dataset) => BoundStrategy>;
}

/** Makes the task that checks the decisions of a strategy. */
export function decisionChecks({ datasets, strategiesOf }: CheckTaskParts) {
  return async (input: CheckTaskInput, context: TaskContext): Promise<CheckTaskOutput> => {
    const dataset = await datasets.open(input);
    const thread = input.own === undefined ? undefined : watchedThread(input.own.watch);
    const strategyOf = await strategiesOf(input, thread);
    const findings: DecisionFinding[] = [];
    const failures: TaskFailure[] = [];
    let before = 0;
    for (const [place, symbol] of input.symbols.entries()) {
      thread?.enter(place);
      try {
        const steps = checkSteps(dataset.series(symbol), {
          ...input,
          strategy: strategyOf(dataset),
          times: knownTimes(dataset.manifest),
        });
        let step = steps.next();
        for (; step.done !== true; step = steps.next()) {
          context.throwIfCancelled();
          context.onProgress({ phase: "computing", done: before + step.value, unit: "bars" });
        }
        findings.push(step.value);
        before += step.value.bars;
      } catch (error) {
        if (!isSymbolFault(error, symbol)) throw error;
        failures.push(failureOf(symbol, error, input.own));
      }
    }
    return { findings, failures };
  };
}
