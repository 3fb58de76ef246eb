import type { MetricName, Period } from "@atc/backtest";
import { AtcError, type Dataset, type Executor, isAtcError } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import { datasetRef } from "../compute/thread-datasets.ts";
import type { UnitTaskInput } from "../compute/unit-task.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import {
  type EvaluationFault,
  type EvaluationResults,
  type EvaluationUnit,
  emptyResults,
  type LeftOutSymbol,
} from "../evaluate/evaluation.ts";
import { generalEvaluator } from "../evaluate/general-evaluator.ts";
import { laneEvaluator } from "../evaluate/lane-evaluator.ts";
import { packConfigurations } from "../evaluate/packed-configurations.ts";
import { runWatched } from "../strategy/strategy-watch.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { SweepStrategy } from "./sweep-strategy.ts";

const taskRef = { task: "@atc/runtime#evaluateUnit", version: 1 };

/** Evaluates units of a sweep: on threads, or on this one. */
export interface UnitRunner {
  /** Number of units that run at the same time. */
  readonly concurrency: number;
  /** Evaluates one or more configurations over a period. */
  run(
    configurations: readonly SweepConfiguration[],
    period: Period | undefined,
    signal: AbortSignal | undefined,
  ): Promise<EvaluationResults>;
}

/** What a unit runner needs besides the runtime. */
export interface UnitRunnerOptions {
  readonly dataset: Dataset;
  readonly strategy: SweepStrategy;
  readonly symbols: readonly string[];
  readonly metrics: readonly MetricName[];
  readonly bySymbol: boolean;
  /** The threads; undefined to compute on this one. */
  readonly executor: Executor | undefined;
}

/** The results of units of one configuration each as those of the unit that they were divided from. */
function joinedResults(
  unit: EvaluationUnit,
  single: readonly (EvaluationResults | Omit<EvaluationFault, "place">)[],
): EvaluationResults {
  const results = emptyResults(unit);
  const width = unit.metrics.length;
  const symbolWidth = unit.bySymbol ? width * unit.symbols.length : 0;
  const faults: EvaluationFault[] = [];
  const leftOut = new Map<string, LeftOutSymbol>();
  for (const [place, one] of single.entries()) {
    if (!("portfolios" in one)) {
      faults.push({ place, ...one });
      continue;
    }
    results.portfolios.set(one.portfolios, place * width);
    results.symbols.set(one.symbols, place * symbolWidth);
    for (const fault of one.faults) faults.push({ ...fault, place });
    for (const found of one.leftOut) {
      const before = leftOut.get(found.symbol)?.configurations ?? 0;
      leftOut.set(found.symbol, { ...found, configurations: before + found.configurations });
    }
  }
  return { ...results, faults, leftOut: [...leftOut.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)) };
}

/** Creates the runner of a sweep's units. */
export function unitRunner(runtime: Runtime, options: UnitRunnerOptions): UnitRunner {
  const { dataset, strategy, symbols, metrics, bySymbol, executor } = options;
  const { config } = runtime;
  const { limit } = config;
  const folders = [config.dataDir, config.cacheDir];
  const { own } = strategy;

  const unitOf = (configurations: readonly SweepConfiguration[], period: Period | undefined): EvaluationUnit => {
    return { configurations, symbols, metrics, bySymbol, limit, period };
  };

  const inputOf = (unit: EvaluationUnit, module: WatchedModule | undefined): UnitTaskInput => ({
    ...unit,
    ...datasetRef(runtime.storeRef, dataset.manifest),
    configurations: packConfigurations(unit.configurations),
    strategy: config.strategy,
    own: module,
    folders,
  });

  async function runHere(unit: EvaluationUnit, signal: AbortSignal | undefined): Promise<EvaluationResults> {
    const warn = (message: string): void => runtime.warn(message);
    const strategyOf = strategy.configured(dataset);
    const general = generalEvaluator({ dataset, strategyOf, folders, warn });
    const isAtc = strategy.traits === undefined;
    // Its decisions depend on the simulation, not on parameters.
    const isOfColumns = strategy.isPortable && config.strategy === "columns";
    const evaluate = isOfColumns
      ? general
      : laneEvaluator({ dataset, general, strategyOf: isAtc ? undefined : strategyOf });
    return await evaluate(unit, { signal });
  }

  async function runOnThreads(
    threads: Executor,
    unit: EvaluationUnit,
    signal: AbortSignal | undefined,
  ): Promise<EvaluationResults> {
    try {
      return await threads.submit<UnitTaskInput, EvaluationResults>(taskRef, inputOf(unit, undefined), { signal });
    } catch (error) {
      // The dataset was replaced, but it is still open here.
      if (isAtcError(error, "ATC_REPLACED")) return await runHere(unit, signal);
      throw error;
    }
  }

  /**
   * Runs a strategy of the user's. If it does not return for a configuration, or ends its thread, that configuration
   * has the fault, and the others run in tasks of their own: what the ended task had computed is lost.
   */
  async function runOwn(
    { module, executor: threads, deadline }: NonNullable<typeof own>,
    unit: EvaluationUnit,
    signal: AbortSignal | undefined,
  ): Promise<EvaluationResults> {
    const watched = (some: EvaluationUnit): ReturnType<typeof runWatched<UnitTaskInput, EvaluationResults>> =>
      runWatched((watch) => inputOf(some, { module, watch }), { executor: threads, task: taskRef, deadline, signal });
    const whole = await watched(unit);
    if (whole.kind === "done") return whole.output;
    const single: (EvaluationResults | Omit<EvaluationFault, "place">)[] = [];
    for (const [place, configuration] of unit.configurations.entries()) {
      const outcome = place === whole.place ? whole : await watched({ ...unit, configurations: [configuration] });
      if (outcome.kind === "done") single.push(outcome.output);
      else single.push({ code: "ATC_STRATEGY", message: `the strategy "${module.label}" ${outcome.what}` });
    }
    return joinedResults(unit, single);
  }

  return {
    concurrency: own?.executor.concurrency ?? executor?.concurrency ?? 1,
    async run(configurations, period, signal) {
      if (configurations.length === 0) throw new AtcError("ATC_INVALID_ARGUMENT", "a unit has no configurations");
      const unit = unitOf(configurations, period);
      if (own !== undefined) return await runOwn(own, unit, signal);
      return executor === undefined ? await runHere(unit, signal) : await runOnThreads(executor, unit, signal);
    },
  };
}
