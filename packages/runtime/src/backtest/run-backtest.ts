import type { AnyBoundStrategy, BacktestFigures, BacktestIntoOptions, CurveReader, Period } from "@atc/backtest";
import {
  backtestInto,
  checkData,
  checkPeriod,
  resultToJson,
  scalesWithCapital,
  sharedAccountName,
} from "@atc/backtest";
import type { CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { Dataset } from "@atc/contract";
import { batchesOf } from "../compute/symbol-batches.ts";
import type { DataOptions, OpenedData } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { timeframeLabel, timeframeMs } from "../data/timeframe.ts";
import { openSpool, type Spool } from "../spool/open-spool.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { asJson, backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import { type BacktestCurves, curveOfAccount } from "./backtest-curves.ts";
import { keysOf } from "./backtest-keys.ts";
import { type BacktestReport, notesOf, reportWith } from "./backtest-report.ts";
import { type ChosenStrategy, chooseStrategy } from "./chosen-strategy.ts";
import { type StoredRun, storedFiguresOf, storedOf } from "./known-results.ts";
import { type ReadSymbol, readSymbols } from "./read-symbols.ts";
import { resultBatches } from "./result-batches.ts";
import { decisionsCodec, figuresCodec, type ResultCodec } from "./result-codecs.ts";
import { type ContentOptions, contentOf, metricsPart, orderedColumns, orderedMetrics } from "./run-content.ts";
import { type RunDecisions, runDecisions } from "./run-decisions.ts";
import { storedFigures } from "./stored-report.ts";
import type { StoredResults } from "./stored-results.ts";
import { threadBatches } from "./thread-batches.ts";
import { keyOptionsOf, rememberedUniverse } from "./universe-decisions.ts";

/** What every backtest returns. */
export interface BacktestEnd {
  /** The figures. */
  readonly report: BacktestReport;
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** Whether the whole report came from the cache. Always false if curves are requested. */
  readonly cached: boolean;
  /** Symbols whose results came from the cache, curves included. */
  readonly cachedSymbols: number;
  /** Whether the dataset already existed and was up to date. */
  readonly reused: boolean;
}

/** The results of a backtest, with curves outside of the heap. Disposal frees them. */
export interface OpenBacktest extends BacktestEnd, Disposable {
  /** Curves and trades, to be read in portions until disposal; undefined if they were not requested. */
  readonly curves: BacktestCurves | undefined;
}

/** The open results of a backtest whose curves were requested. */
export interface OpenBacktestWithCurves extends OpenBacktest {
  /** Curves and trades, to be read in portions until disposal. */
  readonly curves: BacktestCurves;
}

/** How to run a backtest. */
export interface RunBacktestOptions extends DataOptions, ContentOptions {
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /**
   * Replaces the configured strategy. It runs on this thread and has no deadline. Its name, its version and the values
   * of its parameters are part of every cache key, but not its code: increase its version if a change may change a
   * decision.
   */
  readonly strategy?: AnyBoundStrategy;
  /**
   * The time in which accounts trade, within the bars of the configuration's `limit`. Signals see all bars before it.
   * An account is in cash at the last close before it. Default: all bars.
   */
  readonly period?: Period;
}

/** A period without start and end is none. */
function periodOf({ period }: RunBacktestOptions): Period | undefined {
  if (period?.from === undefined && period?.to === undefined) return undefined;
  checkPeriod(period);
  return period;
}

function warnOfTimeframe(runtime: Runtime, data: OpenedData): void {
  const { timeframe } = runtime.config;
  const wanted = timeframe === undefined ? undefined : timeframeMs(timeframe);
  if (wanted === undefined) return;
  for (const { symbol, interval } of data.report?.series ?? []) {
    if (interval === undefined || interval === wanted) continue;
    runtime.warn(`timeframe is ${timeframe}, but the bars of ${symbol} are ${timeframeLabel(interval)} apart`);
    return;
  }
}

/** A run, without its runtime. */
interface RunOptions extends StoredRun {
  /** Receives the curves of accounts that are simulated again. */
  readonly accountSpool: Spool | undefined;
  readonly dataset: Dataset;
  /** The symbols, sorted, with the bars of each. */
  readonly symbols: readonly ReadSymbol[];
  readonly period: Period | undefined;
  readonly chosen: ChosenStrategy;
  readonly strategy: AnyBoundStrategy;
  readonly partsOf: RunDecisions["partsOf"];
  readonly options: RunBacktestOptions;
}

/**
 * Backtests a file or a dataset with the configuration of the runtime. Figures and curves come from the cache if the
 * same data was computed with the same parameters before. Curves and trades go through nameless files in the data
 * folder, so memory does not grow with the bars; {@link writeCurves} writes them to files of your own.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for an unknown symbol; ATC_NO_SPACE if the data folder is too
 * full for the curves
 */
export async function openBacktest(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions & { readonly curves: true },
): Promise<OpenBacktestWithCurves>;
/** Like the first form, without curves unless `options.curves` is true. */
export async function openBacktest(
  runtime: Runtime,
  data: string | undefined,
  options?: RunBacktestOptions,
): Promise<OpenBacktest>;
export async function openBacktest(
  given: Runtime,
  data: string | undefined,
  options: RunBacktestOptions = {},
): Promise<OpenBacktest> {
  const period = periodOf(options);
  await given.checkCodec();
  await using chosen = await chooseStrategy(given, options);
  using opened = await openData(given, data, options);
  warnOfTimeframe(given, opened);
  const { dataset, reused, path = data ?? opened.dataset.manifest.name } = opened;
  const symbols = readSymbols(given, dataset, options.symbols, period);
  const names = symbols.map(({ symbol }) => symbol);
  const decisions = await runDecisions(given, dataset, chosen, { symbols: names, signal: options.signal });
  const { runtime, strategy } = decisions;
  const { config } = runtime;
  const cache = await usableCache(runtime);
  const metrics = orderedMetrics(options);
  const simulation = backtestPart(config);
  checkData(simulation, strategy, dataset);
  const { keyPart, partsOf } = decisions;
  const key = keysOf(config, dataset, strategy, keyOptionsOf(chosen, { symbols: names, period, keyPart }));
  const whole = key("report", { symbols: names, ...metricsPart(metrics) });
  const notes = [...decisions.notes(), ...(await notesOf(runtime, dataset, options))];
  const context = { notes, period, values: strategy.values };
  const end = { dataset: dataset.manifest.name, reused };
  const wantsCurves = options.curves === true;
  const stored = wantsCurves ? undefined : storedFigures(await cache?.get(whole), names);
  if (stored !== undefined) {
    const report = reportWith(runtime, path, dataset, context, stored);
    const cachedSymbols = report.symbols.length;
    return { ...end, report, curves: undefined, cached: true, cachedSymbols, [Symbol.dispose]: () => undefined };
  }
  const content = contentOf(options, { config: simulation, symbols: symbols.length, metrics });
  const place = { folders: [config.dataDir, config.cacheDir], warn: (message: string) => runtime.warn(message) };
  const spool = openSpool({ symbols, content: content.symbols, ...place });
  const accountSpool = openAccountSpool(config, symbols, { content: content.account, ...place });
  const dispose = (): void => {
    accountSpool?.[Symbol.dispose]();
    spool[Symbol.dispose]();
  };
  try {
    const startedAt = performance.now();
    const run = {
      dataset,
      spool,
      accountSpool,
      content,
      metrics,
      cache,
      key,
      symbols,
      period,
      chosen,
      strategy,
      partsOf,
      options,
    };
    const { figures, cachedSymbols } = await compute(runtime, run);
    const json = resultToJson(figures);
    const costMs = performance.now() - startedAt;
    // A strategy that failed may not fail again: it may have passed its deadline on a busy machine.
    if (!figures.skipped.some(({ code }) => code === "ATC_STRATEGY"))
      await cache?.set(whole, { arrays: {}, attributes: asJson(json) }, { costMs });
    const report = reportWith(runtime, path, dataset, context, json);
    const curves = wantsCurves ? curvesOf(figures, run) : undefined;
    return { ...end, report, curves, cached: false, cachedSymbols, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The spool of accounts that are simulated again; undefined if there are none. */
function openAccountSpool(
  config: AtcConfig,
  symbols: readonly SizedSymbol[],
  options: Omit<Parameters<typeof openSpool>[0], "symbols">,
): Spool | undefined {
  if (config.account === "shared") {
    const bars = symbols.reduce((sum, one) => sum + one.bars, 0);
    return openSpool({ ...options, symbols: [{ symbol: sharedAccountName, bars }] });
  }
  return symbols.length < 2 || scalesWithCapital(config) ? undefined : openSpool({ ...options, symbols });
}

/** Computes what the cache does not have, and the portfolio; curves go to the spools. */
async function compute(
  runtime: Runtime,
  run: RunOptions,
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

/** The options of every backtest into the spools of a run. */
function sharedOptions({ config }: Runtime, run: RunOptions): BacktestIntoOptions {
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
  run: RunOptions,
  { codec, hook, stored }: ResultKind<Result>,
): Promise<{ readonly figures: BacktestFigures; readonly cachedSymbols: number }> {
  const { config } = runtime;
  const { dataset, spool, symbols, metrics, period, chosen, options } = run;
  const { signal, onProgress } = options;
  const batches = batchesOf(symbols, config.batchSize);
  const rows = symbols.reduce((sum, one) => sum + one.rows, 0);
  // A thread cannot create a strategy in code. Threads end before the spool is closed under them.
  await using leased =
    chosen.isPortable && chosen.own === undefined && batches.length > 1 ? await runtime.executor(rows) : undefined;
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
    onPortfolio: options.curves === true ? spool.portfolio.take : undefined,
  });
  await results.flush();
  const found = figures.symbols.length + (figures.contributions?.length ?? 0);
  return { figures, cachedSymbols: found - results.computed };
}

function curvesOf(
  figures: BacktestFigures,
  { spool, accountSpool, options: { columns = [] } }: RunOptions,
): BacktestCurves {
  const accounts = figures.symbols.map((one) => ({ figures: one, curves: spool.curves.reader(one.symbol) }));
  if (figures.portfolio === undefined)
    return { figures, accounts, columns: orderedColumns(columns), shared: undefined, portfolio: undefined };
  const { timeUnit } = figures.portfolio;
  if (figures.contributions !== undefined && accountSpool !== undefined) {
    const curves = accountSpool.curves.reader(sharedAccountName);
    const symbols = figures.contributions.map(({ symbol }) => symbol);
    const portfolio = curveOfAccount(curves, timeUnit);
    const decisions = (symbol: string): CurveReader => spool.curves.reader(symbol);
    return {
      figures,
      accounts,
      columns: orderedColumns(columns),
      shared: { symbols, timeUnit, curves },
      decisions,
      portfolio,
    };
  }
  const { length, read } = spool.portfolio;
  return {
    figures,
    accounts,
    columns: orderedColumns(columns),
    shared: undefined,
    portfolio: { timeUnit, length, read },
  };
}

/**
 * The key of the figures of a whole run: what a backtest without curves looks up first.
 *
 * @throws what `chooseStrategy` throws: a strategy of the user's is loaded
 */
export async function figuresKey(given: Runtime, dataset: Dataset, options: RunBacktestOptions): Promise<CacheKey> {
  const period = periodOf(options);
  await using chosen = await chooseStrategy(given, options);
  const symbols = readSymbols(given, dataset, options.symbols, period).map(({ symbol }) => symbol);
  const decisions = await runDecisions(given, dataset, chosen, { symbols, signal: options.signal });
  const { runtime, strategy, keyPart } = decisions;
  const key = keysOf(runtime.config, dataset, strategy, keyOptionsOf(chosen, { symbols, period, keyPart }));
  return key("report", { symbols, ...metricsPart(orderedMetrics(options)) });
}
