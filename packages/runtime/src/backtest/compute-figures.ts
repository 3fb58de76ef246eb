import {
  type AnyBoundStrategy,
  type BacktestFigures,
  type BacktestIntoOptions,
  backtestInto,
  type Period,
} from "@atc/backtest";
import type { Dataset, OperationOptions } from "@atc/contract";
import { batchesOf } from "../compute/symbol-batches.ts";
import type { Spool } from "../spool/open-spool.ts";
import { backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { ChosenStrategy } from "./chosen-strategy.ts";
import { type StoredRun, storedFiguresOf, storedOf } from "./known-results.ts";
import type { ReadSymbol } from "./read-symbols.ts";
import { resultBatches } from "./result-batches.ts";
import { decisionsCodec, figuresCodec, type ResultCodec } from "./result-codecs.ts";
import type { ContentOptions } from "./run-content.ts";
import type { RunDecisions } from "./run-decisions.ts";
import type { StoredResults } from "./stored-results.ts";
import { threadBatches } from "./thread-batches.ts";
import { rememberedUniverse } from "./universe-decisions.ts";

/** A run, without its runtime. */
export interface RunParts extends StoredRun {
  /** Receives the curves of accounts that are simulated again. */
  readonly accountSpool: Spool | undefined;
  readonly dataset: Dataset;
  /** The symbols, sorted, with the bars of each. */
  readonly symbols: readonly ReadSymbol[];
  readonly period: Period | undefined;
  readonly chosen: ChosenStrategy;
  readonly strategy: AnyBoundStrategy;
  readonly partsOf: RunDecisions["partsOf"];
  readonly options: ContentOptions &
    Pick<OperationOptions, "signal" | "onProgress"> & {
      readonly curvesIfComputed?: boolean;
      readonly overview?: boolean;
    };
}

/** Computes what the cache does not have, and the portfolio; curves go to the spools. */
export async function computeFigures(
  runtime: Runtime,
  run: RunParts,
): Promise<{ readonly figures: BacktestFigures; readonly cachedSymbols: number }> {
  const bars = run.symbols.reduce((sum, one) => sum + one.bars, 0);
  // Decisions do not depend on metrics.
  const decisions = { codec: decisionsCodec, bars, content: run.content.symbols, metrics: [] };
  if (run.chosen.scope === "universe") {
    const universe = rememberedUniverse(runtime, { ...run, stored: storedOf(runtime, run, decisions) });
    const figures = await backtestInto(run.dataset, {
      ...sharedOptions(runtime, run),
      onProgress: run.options.onProgress,
      rememberUniverse: universe.remember,
    });
    return { figures, cachedSymbols: universe.cachedSymbols };
  }
  return runtime.config.account === "shared"
    ? await computeWith(runtime, run, {
        codec: decisionsCodec,
        hook: "rememberDecisions",
        stored: storedOf(runtime, run, decisions),
      })
    : await computeWith(runtime, run, {
        codec: figuresCodec,
        hook: "remember",
        stored: storedFiguresOf(runtime, run, bars),
      });
}

/** Whether the curve of the portfolio is read after the run. */
function keepsPortfolio({ curves, curvesIfComputed, overview }: RunParts["options"]): boolean {
  return curves === true || curvesIfComputed === true || overview === true;
}

/** The options of every backtest into the spools of a run. */
function sharedOptions({ config }: Runtime, run: RunParts): BacktestIntoOptions {
  const { spool, accountSpool, symbols, metrics, period, strategy, options } = run;
  return {
    strategy,
    curves: spool.curves,
    accountCurves: accountSpool?.curves,
    symbols: symbols.map(({ symbol }) => symbol),
    limit: config.limit,
    period,
    metrics,
    signal: options.signal,
    config: backtestPart(config),
  };
}

/** How the results of one kind are computed and stored. */
interface ResultKind<Result> {
  readonly codec: ResultCodec<Result>;
  readonly hook: "remember" | "rememberDecisions";
  readonly stored: StoredResults<Result> | undefined;
}

/** Computes with results of one kind. */
async function computeWith<Result extends { readonly symbol: string }>(
  runtime: Runtime,
  run: RunParts,
  { codec, hook, stored }: ResultKind<Result>,
): Promise<{ readonly figures: BacktestFigures; readonly cachedSymbols: number }> {
  const { config } = runtime;
  const { dataset, spool, symbols, metrics, period, chosen, options } = run;
  const { signal, onProgress } = options;
  const batches = batchesOf(symbols, config.batchSize);
  const rows = symbols.reduce((sum, one) => sum + one.rows, 0);
  // A thread cannot create a strategy in code. Threads end before the spool is closed under them.
  await using leased =
    chosen.isPortable && chosen.own === undefined && batches.length > 1
      ? await runtime.executor(rows, "anywhere")
      : undefined;
  const executor = chosen.own?.executor ?? leased;
  const computer =
    executor === undefined
      ? undefined
      : threadBatches(runtime, {
          codec,
          metrics,
          dataset,
          spool,
          executor,
          own: chosen.own,
          partsOf: run.partsOf,
          bars: rows,
          period,
          signal,
          onProgress,
        });
  const results = resultBatches({ stored, batches, computer });
  const figures = await backtestInto(dataset, {
    ...sharedOptions(runtime, run),
    // With threads, the computer reports their progress.
    onProgress: computer === undefined ? onProgress : undefined,
    [hook]: results.remember,
    onPortfolio: keepsPortfolio(options) ? spool.portfolio.take : undefined,
  });
  await results.flush();
  const found = figures.symbols.length + (figures.contributions?.length ?? 0);
  return { figures, cachedSymbols: found - results.computed };
}
