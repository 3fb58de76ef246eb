import type { AnyBoundStrategy } from "@atc/backtest";
import { type Dataset, type StrategyParameters, type TaskContext, type Transferred, transferred } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationResults, EvaluationUnit } from "../evaluate/evaluation.ts";
import { generalEvaluator } from "../evaluate/general-evaluator.ts";
import { laneEvaluator } from "../evaluate/lane-evaluator.ts";
import { type PackedConfigurations, unpackConfigurations } from "../evaluate/packed-configurations.ts";
import { guardedStrategy } from "../strategy/guarded-strategy.ts";
import { guardedUniverse } from "../strategy/guarded-universe.ts";
import { type WatchedThread, watchedThread } from "../strategy/strategy-watch.ts";
import { builtInStrategy } from "./built-in-strategy.ts";
import type { DatasetRef, ThreadDatasets } from "./thread-datasets.ts";
import { boundModule, type ThreadStrategies } from "./thread-strategies.ts";
import type { WatchedModule } from "./watched-module.ts";

/** What a sweep needs to know of a strategy of the user's. */
export interface StrategyTraitsOfModule {
  readonly name: string;
  readonly version: number;
  readonly parameters: StrategyParameters;
}

/** Makes the task that describes the parameters of a strategy of the user's. */
export function traitsOfModules({ unboundStrategy }: ThreadStrategies) {
  return async ({ module, watch }: WatchedModule): Promise<StrategyTraitsOfModule> => {
    const { name, version = 1, parameters = {} } = await unboundStrategy(module, watchedThread(watch));
    return { name, version, parameters };
  };
}

/** Configurations of a sweep to evaluate over symbols of a dataset. */
export interface UnitTaskInput extends DatasetRef, Omit<EvaluationUnit, "configurations"> {
  readonly configurations: PackedConfigurations;
  /** The name of the built-in strategy, unless `own` replaces it. */
  readonly strategy: string;
  /** A strategy of the user's. */
  readonly own?: WatchedModule | undefined;
  /** Folders for curves that are too large for the heap. */
  readonly folders: readonly string[];
}

/** What the tasks of a thread share. */
export interface UnitTaskParts {
  readonly datasets: ThreadDatasets;
  readonly strategies: ThreadStrategies;
}

/** What creates the strategy of each configuration. */
async function configuredStrategies(
  { own, strategy }: UnitTaskInput,
  dataset: Dataset,
  { unboundStrategy }: ThreadStrategies,
  thread: WatchedThread | undefined,
): Promise<(configuration: SweepConfiguration) => AnyBoundStrategy> {
  if (own === undefined || thread === undefined)
    return ({ signals, backtest: config, parameters }) =>
      builtInStrategy({ strategy, signals, config, parameters }, dataset);
  const unbound = await unboundStrategy(own.module, thread);
  return ({ parameters: values }) => {
    const module = { ...own.module, values };
    const bound = boundModule(module, unbound, thread);
    return bound.scope === "universe"
      ? guardedUniverse(bound, module, thread)
      : guardedStrategy(bound, module, thread.alive);
  };
}

/** Makes the task that evaluates configurations of a sweep. */
export function unitEvaluations({ datasets, strategies }: UnitTaskParts) {
  return async (input: UnitTaskInput, context: TaskContext): Promise<Transferred<EvaluationResults>> => {
    const dataset = await datasets.open(input);
    const thread = input.own === undefined ? undefined : watchedThread(input.own.watch);
    const strategyOf = await configuredStrategies(input, dataset, strategies, thread);
    const general = generalEvaluator({
      dataset,
      strategyOf,
      folders: input.folders,
      warn: (message) => process.emitWarning(message, "AtcWarning"),
    });
    const isAtc = input.own === undefined && input.strategy === "atc";
    // Its decisions depend on the simulation, not on parameters.
    const isOfColumns = input.own === undefined && input.strategy === "columns";
    const evaluate = isOfColumns
      ? general
      : laneEvaluator({ dataset, general, strategyOf: isAtc ? undefined : strategyOf });
    const { symbols, metrics, bySymbol, limit, period } = input;
    const configurations = unpackConfigurations(input.configurations);
    const unit = { configurations, symbols, metrics, bySymbol, limit, period };
    const results = await evaluate(unit, {
      signal: context.signal,
      onConfiguration(place) {
        context.throwIfCancelled();
        thread?.enter(place);
      },
    });
    return transferred(results, [results.portfolios.buffer, results.symbols.buffer]);
  };
}
