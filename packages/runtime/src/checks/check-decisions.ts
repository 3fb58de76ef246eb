import type { BoundStrategy, LookaheadFinding, SkippedSymbol, WarmupFinding } from "@atc/backtest";
import { checkData, isSymbolFault, periodRows } from "@atc/backtest";
import { AtcError, type Dataset, type Executor, type OperationOptions } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { knownTimes } from "@atc/resample";
import { type ChosenStrategy, chooseStrategy, type OwnStrategy } from "../backtest/chosen-strategy.ts";
import type { CheckTaskInput, CheckTaskOutput } from "../compute/check-task.ts";
import { checkedRows, checkSteps, type DecisionCheck, type DecisionFinding } from "../compute/decision-check.ts";
import { datasetRef } from "../compute/thread-datasets.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import { chosenSymbols } from "../data/chosen-symbols.ts";
import { type DataOptions, openData } from "../data/open-data.ts";
import { strategyFault } from "../strategy/guarded-strategy.ts";
import { ofSymbols } from "../strategy/of-symbols.ts";
import { runWatched } from "../strategy/strategy-watch.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** What checks a strategy that sees all symbols. */
const forUniverse = "check it with strategyCases of @atc/testing";

/** Options of every check of decisions. */
export interface CheckOptions extends DataOptions {
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /** Replaces the configured strategy. It runs on this thread and has no deadline. */
  readonly strategy?: BoundStrategy;
}

/** Options of {@link checkLookahead}. */
export interface LookaheadCheckOptions extends CheckOptions {
  /** Rows per symbol at which the data ends, besides the ends of blocks. Default: 100. */
  readonly cuts?: number;
  /** Chooses other rows. Default: 1. */
  readonly seed?: number;
}

/** Options of {@link checkWarmup}. */
export interface WarmupCheckOptions extends CheckOptions {
  /** By how many bars the start moves. Default: 250, 1,000 and 4,000. */
  readonly shifts?: readonly number[];
}

/** The outcome of a check of decisions. */
export interface DecisionChecks<Finding> {
  /** The name of the strategy. */
  readonly strategy: string;
  /** The data as it was given. */
  readonly path: string;
  /** The name of the dataset that holds the rows. */
  readonly dataset: string;
  /** The checked symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly Finding[];
  /** Symbols that could not be checked, each with its reason. */
  readonly skipped: readonly SkippedSymbol[];
}

/** One run of a check. */
interface CheckRun {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly chosen: ChosenStrategy;
  readonly check: DecisionCheck;
  readonly options: CheckOptions;
}

/** Checks one symbol. `advance` receives its finished rows. */
type SymbolCheck = (
  symbol: string,
  advance: (rows: number) => void,
) => Promise<{ readonly finding: DecisionFinding } | { readonly skipped: SkippedSymbol }>;

const checkTask = { task: "@atc/runtime#checkSymbols", version: 1 };

/** Checks on this thread; yields to the event loop between blocks. */
function checkHere({ runtime, dataset, chosen, check, options }: CheckRun): SymbolCheck {
  const pacer = createPacer({ signal: options.signal });
  const { limit } = runtime.config;
  const config = backtestPart(runtime.config);
  const times = knownTimes(dataset.manifest);
  return async (symbol, advance) => {
    try {
      const strategy = ofSymbols(chosen.on(dataset), "this check", forUniverse);
      const steps = checkSteps(dataset.series(symbol), { strategy, config, limit, times, check });
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) {
        advance(step.value);
        await pacer.pause();
      }
      return { finding: step.value };
    } catch (error) {
      if (!isSymbolFault(error, symbol)) throw error;
      return { skipped: { symbol, reason: error.message, code: error.code } };
    }
  };
}

/** Checks on threads, in one task per symbol: one that does not return costs no other its result. */
function checkOn(
  executor: Executor,
  own: OwnStrategy | undefined,
  { runtime, dataset, check, options: { signal } }: CheckRun,
): SymbolCheck {
  const { config } = runtime;
  const { strategy, parameters, limit } = config;
  const ref = datasetRef(runtime.storeRef, dataset.manifest);
  const parts = { strategy, parameters, signals: signalPart(config), config: backtestPart(config), limit, check };
  return async (symbol, advance) => {
    const inputOf = (watched: WatchedModule | undefined): CheckTaskInput => ({
      ...ref,
      ...parts,
      symbols: [symbol],
      own: watched,
    });
    const operation: OperationOptions = { signal, onProgress: ({ done }) => advance(done) };
    let output: CheckTaskOutput;
    if (own === undefined)
      output = await executor.submit<CheckTaskInput, CheckTaskOutput>(checkTask, inputOf(undefined), operation);
    else {
      const { module, deadline } = own;
      const outcome = await runWatched<CheckTaskInput, CheckTaskOutput>((watch) => inputOf({ module, watch }), {
        executor,
        task: checkTask,
        deadline,
        ...operation,
      });
      if (outcome.kind === "failed") {
        const { code, message } = strategyFault({ ...module, symbol }, outcome.what, outcome.cause);
        return { skipped: { symbol, reason: message, code } };
      }
      output = outcome.output;
    }
    const [finding] = output.findings;
    const [failure] = output.failures;
    if (finding !== undefined) return { finding };
    return { skipped: { symbol, reason: failure?.message ?? "", code: failure?.code ?? "ATC_STRATEGY" } };
  };
}

/** Checks all symbols, some at the same time, and returns the outcomes in their order. */
async function checkAll(
  symbols: readonly string[],
  { concurrency, run }: { readonly concurrency: number; readonly run: (symbol: string) => Promise<void> },
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < symbols.length; i = next++) await run(symbols[i] as string);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, symbols.length) }, work));
}

async function checkDecisions(
  runtime: Runtime,
  data: string | undefined,
  { check, options }: { readonly check: DecisionCheck; readonly options: CheckOptions },
): Promise<DecisionChecks<DecisionFinding>> {
  await using chosen = await chooseStrategy(runtime, options);
  if (chosen.signals !== undefined)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the decisions of "${chosen.signals.label}" cannot be checked, because a file does not say what they were made from; check the program that made them`,
    );
  using opened = await openData(runtime, data, options);
  const { dataset, path = data ?? opened.dataset.manifest.name } = opened;
  const strategy = ofSymbols(chosen.on(dataset), "this check", forUniverse);
  checkData(backtestPart(runtime.config), strategy, dataset);
  const symbols = chosenSymbols(dataset, options.symbols);
  const { limit } = runtime.config;
  const rows = symbols.map((symbol) => {
    const { start, to } = periodRows(dataset.series(symbol), { limit });
    return checkedRows(to - start, check);
  });
  const total = rows.reduce((sum, one) => sum + one, 0);
  const run: CheckRun = { runtime, dataset, chosen, check, options };
  await using leased =
    chosen.isPortable && chosen.own === undefined && symbols.length > 1 ? await runtime.executor(total) : undefined;
  const executor = chosen.own?.executor ?? leased;
  const checkSymbol = executor === undefined ? checkHere(run) : checkOn(executor, chosen.own, run);
  const findings = new Map<string, DecisionFinding>();
  const skipped: SkippedSymbol[] = [];
  let sum = 0;
  await checkAll(symbols, {
    concurrency: executor?.concurrency ?? 1,
    async run(symbol) {
      let own = 0;
      const outcome = await checkSymbol(symbol, (done) => {
        if (done <= own) return;
        sum += done - own;
        own = done;
        options.onProgress?.({ phase: "computing", done: Math.min(sum, total), total, unit: "bars" });
      });
      if ("finding" in outcome) findings.set(symbol, outcome.finding);
      else skipped.push(outcome.skipped);
    },
  });
  return {
    strategy: strategy.name,
    path,
    dataset: dataset.manifest.name,
    symbols: symbols.flatMap((symbol) => findings.get(symbol) ?? []),
    skipped: skipped.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

/**
 * Checks that decisions do not depend on later bars. The strategy runs twice on each symbol: as a backtest runs it, and
 * in blocks that end at many rows, so that it has seen nothing later when it decides there. It compares every decision
 * that the account would read. If one differs, runs over data that ends there find the cause.
 *
 * @throws what `openBacktest` throws for the data, the strategy and the configuration; ATC_INVALID_ARGUMENT for a
 * number of cuts below 1, or a seed with a fraction
 */
export async function checkLookahead(
  runtime: Runtime,
  data: string | undefined,
  options: LookaheadCheckOptions = {},
): Promise<DecisionChecks<LookaheadFinding>> {
  const { cuts = 100, seed = 1 } = options;
  const found = await checkDecisions(runtime, data, { check: { kind: "lookahead", cuts, seed }, options });
  return found as DecisionChecks<LookaheadFinding>;
}

/**
 * Measures how far decisions depend on the bars before: runs the strategy on each symbol from later starts, and counts
 * the directions that change. Costs one run for the start, and at most one for each shift.
 *
 * @throws what `openBacktest` throws for the data, the strategy and the configuration; ATC_INVALID_ARGUMENT for a shift
 * below 1
 */
export async function checkWarmup(
  runtime: Runtime,
  data: string | undefined,
  options: WarmupCheckOptions = {},
): Promise<DecisionChecks<WarmupFinding>> {
  const { shifts = [250, 1_000, 4_000] } = options;
  const found = await checkDecisions(runtime, data, { check: { kind: "warmup", shifts }, options });
  return found as DecisionChecks<WarmupFinding>;
}
