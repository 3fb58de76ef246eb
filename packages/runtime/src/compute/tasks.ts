import type {
  BoundStrategy,
  CurveSink,
  Members,
  MetricName,
  Period,
  SignalRows,
  StrategyDescription,
} from "@atc/backtest";
import {
  backtestSeries,
  decideSteps,
  encodeDecisions,
  encodeFigures,
  isSymbolFault,
  periodRows,
  signalStrategy,
  withMembers,
} from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { Dataset, JsonObject, SignalConfig, Task, TaskContext, Transferred } from "@atc/contract";
import { isAtcError, task, transferred } from "@atc/contract";
import { knownTimes } from "@atc/resample";
import type { ReturnSamples } from "@atc/sweep";
import type { EvaluationResults } from "../evaluate/evaluation.ts";
import type { PortfolioReturns } from "../evaluate/portfolio-returns.ts";
import type { StitchedResults } from "../evaluate/stitch/stitch-windows.ts";
import type { SpoolPart } from "../spool/open-spool.ts";
import { type CurveCounts, spoolCurves } from "../spool/spool-curves.ts";
import { guardedStrategy } from "../strategy/guarded-strategy.ts";
import { ofSymbols } from "../strategy/of-symbols.ts";
import { type WatchedThread, watchedThread } from "../strategy/strategy-watch.ts";
import { builtInStrategy, type StrategyParts } from "./built-in-strategy.ts";
import { type CheckTaskInput, type CheckTaskOutput, decisionChecks } from "./check-task.ts";
import type { EntryTaskInput, EntryTaskOutput, ReturnTaskInput } from "./luck-task.ts";
import { readPrices } from "./price-series.ts";
import { type ReturnUnitInput, unitReturns } from "./return-task.ts";
import { type SentInput, type SentOutput, sentTask } from "./sent-task.ts";
import type { ComputedSignals } from "./signal-steps.ts";
import { signalSteps } from "./signal-steps.ts";
import type { StateRequest, SymbolState } from "./symbol-state.ts";
import { createStates } from "./symbol-state.ts";
import { failureOf, type TaskFailure } from "./task-failure.ts";
import { createThreadDatasets, type DatasetRef } from "./thread-datasets.ts";
import { createThreadStrategies } from "./thread-strategies.ts";
import {
  type StitchTaskInput,
  type StrategyTraitsOfModule,
  traitsOfModules,
  type UnitTaskInput,
  unitEvaluations,
  windowStitching,
} from "./unit-task.ts";
import { type UniverseTaskInput, type UniverseTaskOutput, universeDecisions } from "./universe-task.ts";
import type { WatchedModule } from "./watched-module.ts";

/** Symbols of a dataset to backtest with a strategy, or to decide for if they share an account. */
export interface BacktestTaskInput extends DatasetRef, StrategyParts {
  readonly symbols: readonly string[];
  /** A strategy of the user's, which replaces the built-in one. */
  readonly own?: WatchedModule | undefined;
  /** Decisions of a file, which replace those of a strategy. */
  readonly decided?: SignalRows | undefined;
  /** The times at which symbols open positions. Default: all. */
  readonly members?: Members | undefined;
  /** The metrics besides the first 23. */
  readonly metrics: readonly MetricName[];
  /** The most bars per symbol, counted from the last one; undefined for all. */
  readonly limit: number | undefined;
  /** The time in which accounts trade. Default: all. */
  readonly period?: Period | undefined;
  /** Receives the bars and the trades. */
  readonly spool: SpoolPart;
}

/** A symbol whose bars and trades are in the spool. */
export interface TestedSymbol {
  readonly symbol: string;
  /** Its figures, as `encodeFigures` returns them; in a shared account its decisions, as `encodeDecisions` does. */
  readonly figures: JsonObject;
  /** Its numbers of bars, trades and fills. */
  readonly counts: CurveCounts;
}

export interface BacktestTaskOutput {
  /** The symbols that were backtested, in the order of the input. */
  readonly tested: readonly TestedSymbol[];
  /** Symbols with invalid data or an invalid decision, and those on which a strategy of the user's failed. */
  readonly failures: readonly TaskFailure[];
}

const datasets = createThreadDatasets();
const strategies = createThreadStrategies();
const { loadedStrategy } = strategies;

async function runDescribe({ module, watch }: WatchedModule): Promise<StrategyDescription> {
  const { start: _, ...description } = await loadedStrategy(module, watchedThread(watch));
  return description;
}

/** Loads a strategy of the user's on a thread, and describes it. */
export const describeStrategy: Task<WatchedModule, StrategyDescription> = task({ version: 1, run: runDescribe });

/** Loads a strategy of the user's on a thread, and describes its parameters. */
export const describeTraits: Task<WatchedModule, StrategyTraitsOfModule> = task({
  version: 1,
  run: traitsOfModules(strategies),
});

/** What one symbol of a task needs. */
interface SymbolInput extends BacktestTaskInput {
  readonly strategyOf: (dataset: Dataset) => BoundStrategy;
  readonly onProgress: (progress: { readonly done: number }) => void;
  readonly sink: CurveSink;
}

/** The figures of a symbol, or its decisions in a shared account, as plain data. */
function computeSymbol(dataset: Dataset, symbol: string, input: SymbolInput): JsonObject {
  const { config, metrics, limit, period, strategyOf, onProgress, sink } = input;
  const series = dataset.series(symbol);
  const times = knownTimes(dataset.manifest);
  const options = { strategy: strategyOf(dataset), config, limit, period, onProgress, sink, times };
  if (config.account === "separate") {
    const benchmark = config.benchmark === undefined ? undefined : dataset.series(config.benchmark);
    return encodeFigures(backtestSeries(series, { ...options, metrics, benchmark }));
  }
  const steps = decideSteps(series, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return encodeDecisions(step.value);
}

/** What creates the strategy of each symbol. */
async function strategiesOf(
  input: StrategyParts & Pick<BacktestTaskInput, "own" | "decided" | "members">,
  thread: WatchedThread | undefined,
): Promise<SymbolInput["strategyOf"]> {
  const { members } = input;
  const unrestricted = await unrestrictedOf(input, thread);
  return members === undefined ? unrestricted : (dataset) => withMembers(unrestricted(dataset), members);
}

async function unrestrictedOf(
  input: StrategyParts & Pick<BacktestTaskInput, "own" | "decided">,
  thread: WatchedThread | undefined,
): Promise<SymbolInput["strategyOf"]> {
  if (input.decided !== undefined) {
    const strategy = signalStrategy(input.decided);
    return () => strategy;
  }
  if (input.own === undefined || thread === undefined)
    return (dataset) => ofSymbols(builtInStrategy(input, dataset), "this task");
  const { module } = input.own;
  const strategy = guardedStrategy(ofSymbols(await loadedStrategy(module, thread), "this task"), module, thread.alive);
  return () => strategy;
}

async function run(input: BacktestTaskInput, context: TaskContext): Promise<BacktestTaskOutput> {
  const dataset = await datasets.open(input);
  const thread = input.own === undefined ? undefined : watchedThread(input.own.watch);
  const strategyOf = await strategiesOf(input, thread);
  const { limit, period } = input;
  const { spool } = input;
  const curves = spoolCurves(spool, new Map(spool.regions.map((region) => [region.symbol, region])));
  const tested: TestedSymbol[] = [];
  const failures: TaskFailure[] = [];
  let before = 0;
  for (const [place, symbol] of input.symbols.entries()) {
    context.throwIfCancelled();
    thread?.enter(place);
    const series = dataset.series(symbol);
    const { start, to, curveBars } = periodRows(series, { limit, period });
    try {
      const onProgress = ({ done }: { readonly done: number }): void => {
        context.throwIfCancelled();
        context.onProgress({ phase: "computing", done: before + done, unit: "bars" });
      };
      const sink = curves.sink(symbol, curveBars);
      const figures = computeSymbol(dataset, symbol, { ...input, strategyOf, onProgress, sink });
      const { bars, trades, fills } = curves.reader(symbol);
      tested.push({ symbol, figures, counts: { bars, trades, fills } });
    } catch (error) {
      if (!isSymbolFault(error, symbol)) throw error;
      failures.push(failureOf(symbol, error, input.own));
    }
    before += to - start;
    context.onProgress({ phase: "computing", done: before, unit: "bars" });
  }
  return { tested, failures };
}

/**
 * Backtests symbols of a dataset with a strategy, or decides for them if they share an account. The thread loads the
 * strategy and opens the dataset itself, keeps it open for its next task and writes the curves to the spool.
 */
export const backtestSymbols: Task<BacktestTaskInput, BacktestTaskOutput> = task({ version: 7, run });

/** Like {@link backtestSymbols}, in a process without the spool of the caller: the curves are in the result. */
export const backtestSentSymbols: Task<SentInput<BacktestTaskInput>, SentOutput<BacktestTaskOutput>> = task({
  version: 1,
  run: sentTask(run),
});

/** Decides for all symbols of a dataset with a strategy of the user's that sees them all. */
export const decideUniverse: Task<UniverseTaskInput, UniverseTaskOutput> = task({
  version: 1,
  run: universeDecisions({ datasets, loadedStrategy }),
});

/** Evaluates configurations of a sweep over symbols of a dataset, and keeps the dataset open for the next task. */
export const evaluateUnit: Task<UnitTaskInput, EvaluationResults> = task({
  version: 1,
  run: unitEvaluations({ datasets, strategies }),
});

/** Computes the bar returns of configurations' portfolios over symbols of a dataset. */
export const evaluateReturns: Task<ReturnUnitInput, readonly PortfolioReturns[]> = task({
  version: 1,
  run: unitReturns({ datasets, strategies }),
});

/** Draws samples of bar returns. */
export const drawReturnSamples: Task<ReturnTaskInput, ReturnSamples> = task({
  version: 1,
  // Threads of backtests start without these modules.
  run: async (input, context) => (await import("./luck-task.ts")).drawReturns(input, context),
});

/** Places the trades of a symbol at random. */
export const drawEntrySamples: Task<EntryTaskInput, EntryTaskOutput> = task({
  version: 1,
  run: async (input, context) => (await import("./luck-task.ts")).drawEntries(input, context),
});

/** Follows the choices of a walk-forward through their tests, and measures them. */
export const stitchChoices: Task<StitchTaskInput, StitchedResults> = task({
  version: 1,
  run: windowStitching({ datasets, strategies }),
});

/** Checks the decisions of a strategy. */
export const checkSymbols: Task<CheckTaskInput, CheckTaskOutput> = task({
  version: 1,
  run: decisionChecks({ datasets, strategiesOf }),
});

/** A symbol of a dataset whose signals to compute. */
export interface SignalTaskInput extends DatasetRef {
  readonly symbol: string;
  /** The configuration of the signals. */
  readonly signals: SignalConfig;
  /** What happens to bars without a positive price. */
  readonly invalidPrices: AtcConfig["invalidPrices"];
  /** The first row, inclusive. */
  readonly start: number;
  /** The last row, exclusive. */
  readonly to: number;
}

async function runSignals(input: SignalTaskInput, context: TaskContext): Promise<Transferred<ComputedSignals>> {
  const dataset = await datasets.open(input);
  const { signals, invalidPrices } = input;
  const { calculationSource } = signals;
  const prices = readPrices(dataset.series(input.symbol), { calculationSource, invalidPrices }, input, undefined);
  const steps = signalSteps(signals, prices);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return transferred(
        step.value,
        Object.values(step.value.columns).map(({ buffer }) => buffer),
      );
    }
    context.throwIfCancelled();
    context.onProgress({ phase: "computing", done: step.value, unit: "bars" });
  }
}

/** Computes every output of ATC for one symbol of a dataset. */
export const signalsOfSymbol: Task<SignalTaskInput, ComputedSignals> = task({ version: 2, run: runSignals });

/** Symbols of a dataset whose state at the last bar to compute. */
export interface ScanTaskInput extends DatasetRef {
  readonly symbols: readonly string[];
  readonly request: StateRequest;
}

export interface ScanTaskOutput {
  /** In the order of the input. */
  readonly states: readonly SymbolState[];
  /** Symbols whose data is invalid (ATC_INVALID_DATA). */
  readonly failures: readonly TaskFailure[];
}

async function runScan(input: ScanTaskInput, context: TaskContext): Promise<ScanTaskOutput> {
  const dataset = await datasets.open(input);
  const stepsOf = createStates(input.request);
  const states: SymbolState[] = [];
  const failures: TaskFailure[] = [];
  let before = 0;
  for (const symbol of input.symbols) {
    const steps = stepsOf(dataset.series(symbol));
    try {
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) {
        context.throwIfCancelled();
        context.onProgress({ phase: "computing", done: before + step.value, unit: "bars" });
      }
      states.push(step.value);
      before += step.value.bars;
    } catch (error) {
      if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
      failures.push(failureOf(symbol, error));
    }
  }
  return { states, failures };
}

/** Computes the state of symbols of a dataset at their last bars. */
export const scanSymbols: Task<ScanTaskInput, ScanTaskOutput> = task({ version: 2, run: runScan });

/** Closes the datasets of this thread. */
export function disposeWorker(): void {
  datasets.close();
}
