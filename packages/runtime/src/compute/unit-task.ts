import type { AnyBoundStrategy } from "@atc/backtest";
import { type Dataset, type StrategyParameters, type TaskContext, type Transferred, transferred } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationOptions, EvaluationResults, EvaluationUnit } from "../evaluate/evaluation.ts";
import type { CurveFolders } from "../evaluate/evaluation-curves.ts";
import { type PackedConfigurations, unpackConfigurations } from "../evaluate/packed-configurations.ts";
import { spanEvaluator } from "../evaluate/spans/span-evaluator.ts";
import { type UnitEvaluatorsOptions, unitEvaluators } from "../evaluate/spans/unit-evaluators.ts";
import { type StitchedResults, type StitchUnit, stitchWindows } from "../evaluate/stitch/stitch-windows.ts";
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
  { own, strategy }: Pick<UnitTaskInput, "own" | "strategy">,
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

/** Whether a strategy is that of ATC, or reads decisions from columns. */
function kindOf({ own, strategy }: Pick<UnitTaskInput, "own" | "strategy">): UnitEvaluatorsOptions["kind"] {
  return own === undefined && (strategy === "atc" || strategy === "columns") ? strategy : "other";
}

function curveFolders({ folders }: Pick<UnitTaskInput, "folders">): CurveFolders {
  return { folders, warn: (message) => process.emitWarning(message, "AtcWarning") };
}

function unitOf(input: UnitTaskInput): EvaluationUnit {
  const { symbols, metrics, bySymbol, limit, period, spans } = input;
  const configurations = unpackConfigurations(input.configurations);
  return { configurations, symbols, metrics, bySymbol, limit, period, spans };
}

/** What evaluates the unit of a task, and what the evaluation obeys and reports. */
export async function openUnit(
  { datasets, strategies }: UnitTaskParts,
  input: Omit<UnitTaskInput, "metrics" | "bySymbol">,
  context: TaskContext,
): Promise<{ readonly evaluators: UnitEvaluatorsOptions; readonly options: EvaluationOptions }> {
  const dataset = await datasets.open(input);
  const thread = input.own === undefined ? undefined : watchedThread(input.own.watch);
  const strategyOf = await configuredStrategies(input, dataset, strategies, thread);
  return {
    evaluators: { dataset, strategyOf, kind: kindOf(input), ...curveFolders(input) },
    options: {
      signal: context.signal,
      onConfiguration(place) {
        context.throwIfCancelled();
        thread?.enter(place);
      },
    },
  };
}

/** Makes the task that evaluates configurations of a sweep. */
export function unitEvaluations(parts: UnitTaskParts) {
  return async (input: UnitTaskInput, context: TaskContext): Promise<Transferred<EvaluationResults>> => {
    const { evaluators, options } = await openUnit(parts, input, context);
    const results = await spanEvaluator(unitEvaluators(evaluators))(unitOf(input), options);
    return transferred(results, [results.portfolios.buffer, results.symbols.buffer]);
  };
}

/** The chosen configurations of a walk-forward, over training and test of each window. */
export interface StitchTaskInput extends UnitTaskInput {
  readonly windows: StitchUnit["windows"];
}

/** Makes the task that follows the choices of a walk-forward. */
export function windowStitching(parts: UnitTaskParts) {
  return async (input: StitchTaskInput, context: TaskContext): Promise<StitchedResults> => {
    const { evaluators, options } = await openUnit(parts, input, context);
    const { spans = [], ...unit } = unitOf(input);
    return await stitchWindows(
      { ...evaluators, evaluators: unitEvaluators(evaluators) },
      { unit: { ...unit, spans }, windows: input.windows },
      options,
    );
  };
}
