import { type AnyBoundStrategy, type Period, type UniverseSymbol, universeSteps } from "@atc/backtest";
import { AtcError, type BacktestConfig, isAtcError, type TaskContext } from "@atc/contract";
import type { SpoolPart } from "../spool/open-spool.ts";
import { type CurveCounts, spoolCurves } from "../spool/spool-curves.ts";
import { guardedUniverse } from "../strategy/guarded-universe.ts";
import type { StrategyModule } from "../strategy/strategy-module.ts";
import { type WatchedThread, watchedThread } from "../strategy/strategy-watch.ts";
import type { DatasetRef, ThreadDatasets } from "./thread-datasets.ts";
import type { WatchedModule } from "./watched-module.ts";

/** All symbols of a run, to decide for with a strategy of the user's that sees them at once. */
export interface UniverseTaskInput extends DatasetRef {
  readonly own: WatchedModule;
  /** The symbols, whose bars were checked. */
  readonly symbols: readonly UniverseSymbol[];
  readonly config: BacktestConfig;
  /** The most bars per symbol, counted from the last one; undefined for all. */
  readonly limit: number | undefined;
  /** The time in which the account trades. Default: all. */
  readonly period: Period | undefined;
  /** Receives the decisions. */
  readonly spool: SpoolPart;
}

export interface UniverseTaskOutput {
  /** Warnings of the strategy. */
  readonly warnings: readonly string[];
  /** What the spool has of each symbol, in the order of the input. */
  readonly counts: readonly CurveCounts[];
}

/** What the tasks of a thread share. */
export interface UniverseTaskParts {
  readonly datasets: ThreadDatasets;
  readonly loadedStrategy: (module: StrategyModule, thread: WatchedThread) => Promise<AnyBoundStrategy>;
}

/** Makes the task that decides for all symbols at once. */
export function universeDecisions({ datasets, loadedStrategy }: UniverseTaskParts) {
  return async (input: UniverseTaskInput, context: TaskContext): Promise<UniverseTaskOutput> => {
    const { own, symbols, config, limit, period, spool } = input;
    const dataset = await datasets.open(input);
    const thread = watchedThread(own.watch);
    const strategy = await loadedStrategy(own.module, thread);
    if (strategy.scope !== "universe")
      throw new AtcError("ATC_UNSUPPORTED", `the strategy "${strategy.name}" decides for each symbol by itself`);
    const curves = spoolCurves(spool, new Map(spool.regions.map((region) => [region.symbol, region])));
    const steps = universeSteps(dataset, symbols, {
      strategy: guardedUniverse(strategy, own.module, thread),
      config,
      limit,
      period,
      curves,
    });
    const warnings = ownFaults(own.module, () => runSteps(steps, context));
    const counts = symbols.map(({ symbol }): CurveCounts => {
      const { bars, trades, fills } = curves.reader(symbol);
      return { bars, trades, fills };
    });
    return { warnings, counts };
  };
}

function runSteps(steps: ReturnType<typeof universeSteps>, context: TaskContext): readonly string[] {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    context.throwIfCancelled();
    context.onProgress({ phase: "computing", done: step.value, unit: "bars" });
  }
}

/** Turns a weight that is not one into the fault of the user's strategy. */
function ownFaults<Result>({ label }: StrategyModule, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!isAtcError(error, "ATC_INVALID_ARGUMENT") || error.details["decision"] === undefined) throw error;
    throw new AtcError("ATC_STRATEGY", error.message, { details: { ...error.details, strategy: label } });
  }
}
