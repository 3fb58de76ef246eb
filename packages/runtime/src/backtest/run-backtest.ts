import type { BacktestFigures, BacktestJson, BacktestResult, Strategy } from "@atc/backtest";
import { arraysOfReader, atcStrategy, backtestInto, resultToJson, resultVersion } from "@atc/backtest";
import type { Cache, CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { Dataset, Executor, JsonObject, OperationOptions } from "@atc/contract";
import { contentKeys } from "../compute/content-keys.ts";
import type { DataOptions, OpenedData } from "../data/data.ts";
import { openData } from "../data/data.ts";
import { timeframeMs } from "../data/timeframe.ts";
import { openSpool, type Spool } from "../spool/open-spool.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { asJson, backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import type { BacktestCurves } from "./backtest-curves.ts";
import type { ResultBatches } from "./result-batches.ts";
import { batchesOf, resultBatches } from "./result-batches.ts";
import { type Figures, storedFigures } from "./stored-report.ts";
import { storedResults } from "./stored-results.ts";
import { threadBatches } from "./thread-batches.ts";

/** What a backtest prints as JSON; the names are those of `docs/backtest-spec.md`. */
export interface BacktestReport {
  /** The effective configuration. */
  readonly config: JsonObject;
  /** What was computed on. */
  readonly data: {
    readonly path: string;
    readonly fingerprint: string;
    readonly rows: number;
    readonly symbols: number;
  };
  /** Metrics of the portfolio; null where every symbol was skipped. */
  readonly portfolio: BacktestJson["portfolio"];
  /** Metrics and warnings of each symbol, in the order of UTF-16 code units. */
  readonly symbols: BacktestJson["symbols"];
  /** Symbols that could not be computed, each with its reason. */
  readonly skipped: BacktestJson["skipped"];
}

/** What every backtest gives. */
interface BacktestEnd {
  /** The figures. */
  readonly report: BacktestReport;
  /** Whether the whole report came from the cache, which it does only if curves are not asked for. */
  readonly cached: boolean;
  /** Symbols whose results came from the cache, curves included. */
  readonly cachedSymbols: number;
  /** Whether the dataset was there already and up to date. */
  readonly reused: boolean;
}

/** What a backtest gives in arrays. */
export interface BacktestOutcome extends BacktestEnd {
  /** Curves, trades and directions; undefined if they were not asked for. */
  readonly result: BacktestResult | undefined;
}

/** What a backtest gives whose curves nobody has to hold in memory. Disposal gives them back. */
export interface OpenBacktest extends BacktestEnd, Disposable {
  /** Curves and trades, to be read in portions until disposal; undefined if they were not asked for. */
  readonly curves: BacktestCurves | undefined;
}

/** How to run a backtest. */
export interface RunBacktestOptions extends DataOptions {
  /** Only these symbols; all where absent. */
  readonly symbols?: readonly string[];
  /** Replaces ATC. Its name, version and parameters are part of every cache key. */
  readonly strategy?: Strategy;
  /** Whether curves and trades are wanted, also if the figures are in the cache. */
  readonly curves?: boolean;
}

function warnOfTimeframe(runtime: Runtime, data: OpenedData): void {
  const { timeframe } = runtime.config;
  const wanted = timeframe === undefined ? undefined : timeframeMs(timeframe);
  if (wanted === undefined) return;
  for (const { symbol, interval } of data.report?.series ?? []) {
    if (interval === undefined || interval === wanted) continue;
    runtime.warn(`timeframe is ${timeframe}, but the bars of ${symbol} are ${interval / 1000} s apart`);
    return;
  }
}

function reportWith(runtime: Runtime, path: string, { manifest }: Dataset, figures: Figures): BacktestReport {
  const { fingerprint, rows, series } = manifest;
  return {
    config: asJson({ ...runtime.config }),
    data: { path, fingerprint, rows, symbols: series.length },
    ...figures,
  };
}

/** What an entry holds: results of these symbols, whose rows alone its key depends on. */
type EntryPart = JsonObject & { readonly symbols: readonly string[] };

/** Makes the keys of a run's cache entries: the content of their symbols, everything that configures the arithmetic, the strategy and its version. */
function keysOf(config: AtcConfig, dataset: Dataset, strategy: Strategy): (kind: string, part: EntryPart) => CacheKey {
  const contentOf = contentKeys(dataset.manifest);
  const parameters = { ...signalPart(config), ...backtestPart(config), limit: config.limit ?? null, resultVersion };
  const { name: algorithm, version } = strategy;
  return (kind, part) => {
    const input = contentOf(part.symbols);
    return { kind, input, parameters: asJson({ ...parameters, ...part }), algorithm, version };
  };
}

/** What a run needs besides its runtime. */
interface RunOptions {
  readonly dataset: Dataset;
  readonly spool: Spool;
  readonly cache: Cache | undefined;
  readonly key: ReturnType<typeof keysOf>;
  /** The symbols, sorted, with the bars of each. */
  readonly symbols: readonly SizedSymbol[];
  readonly options: RunBacktestOptions;
}

/** Where the results of the symbols come from: the cache, other threads, or this one. Threads report progress here, else the backtest does. */
function resultsOf(
  runtime: Runtime,
  { dataset, spool, cache, key, symbols, options: { strategy, signal, onProgress } }: RunOptions,
): {
  readonly results: ResultBatches;
  readonly onProgress: OperationOptions["onProgress"];
  readonly executor: Executor | undefined;
} {
  const batches = batchesOf(symbols, runtime.config.batchSize);
  const bars = symbols.reduce((sum, one) => sum + one.bars, 0);
  // Threads can start ATC for themselves; a function of the user's stays in this thread.
  const executor = strategy === undefined && batches.length > 1 ? runtime.executor(bars) : undefined;
  const computer =
    executor === undefined ? undefined : threadBatches(runtime, { dataset, spool, executor, bars, signal, onProgress });
  const stored =
    cache === undefined
      ? undefined
      : storedResults({
          cache,
          curves: spool.curves,
          key: (batch, part = {}) => key("results", { symbols: batch, ...part }),
          bars,
          mostBytes: runtime.cacheBytes / 4,
          warn: (message) => runtime.warn(message),
        });
  const results = resultBatches({ stored, batches, computer });
  return { results, executor, onProgress: computer === undefined ? onProgress : undefined };
}

/** The symbols of a run, sorted, with the bars of each. */
function sizedSymbols(runtime: Runtime, dataset: Dataset, wanted: readonly string[] | undefined): SizedSymbol[] {
  const { limit = Number.POSITIVE_INFINITY } = runtime.config;
  const symbols = wanted === undefined ? dataset.symbols() : [...new Set(wanted)].sort(byCodeUnit);
  return symbols.map((symbol) => ({ symbol, bars: Math.min(dataset.series(symbol).length, limit) }));
}

/**
 * Backtests a CSV file or a dataset under the runtime's configuration. Figures, and the curves of each symbol, are taken from the cache if the same
 * data was computed with the same parameters before. Curves and trades go through files without a name in the data folder, so that memory does not
 * grow with the bars; {@link writeCurves} writes them out.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for a symbol that the data does not have; ATC_NO_SPACE if the data folder has no room for the curves
 */
export async function openBacktest(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions = {},
): Promise<OpenBacktest> {
  using opened = await openData(runtime, data, options);
  warnOfTimeframe(runtime, opened);
  const { config } = runtime;
  const { dataset, reused, path = data ?? opened.dataset.manifest.name } = opened;
  const symbols = sizedSymbols(runtime, dataset, options.symbols);
  const cache = await usableCache(runtime);
  const key = keysOf(config, dataset, strategyOf(config, options));
  const names = symbols.map(({ symbol }) => symbol);
  const whole = key("report", { symbols: names });
  const wantsCurves = options.curves === true;
  const stored = wantsCurves ? undefined : storedFigures(await cache?.get(whole), names);
  if (stored !== undefined) {
    const report = reportWith(runtime, path, dataset, stored);
    const cachedSymbols = report.symbols.length;
    return { report, curves: undefined, cached: true, cachedSymbols, reused, [Symbol.dispose]: () => undefined };
  }
  const spool = openSpool({
    symbols,
    folders: [config.dataDir, config.cacheDir],
    warn: (message) => runtime.warn(message),
  });
  try {
    const { figures, cachedSymbols } = await compute(runtime, { dataset, spool, cache, key, symbols, options });
    const json = resultToJson(figures);
    await cache?.set(whole, { arrays: {}, attributes: asJson(json) });
    const report = reportWith(runtime, path, dataset, json);
    const curves = wantsCurves ? curvesOf(figures, spool) : undefined;
    return { report, curves, cached: false, cachedSymbols, reused, [Symbol.dispose]: () => spool[Symbol.dispose]() };
  } catch (error) {
    spool[Symbol.dispose]();
    throw error;
  }
}

/** Computes what the cache does not have, and the portfolio; curves go to the spool. */
async function compute(
  runtime: Runtime,
  run: RunOptions,
): Promise<{ readonly figures: BacktestFigures; readonly cachedSymbols: number }> {
  const { config } = runtime;
  const { dataset, spool, symbols, options } = run;
  const { results, onProgress, executor } = resultsOf(runtime, run);
  // Threads end before the curves are written out, and before the spool is closed under them.
  await using _threads = executor;
  const figures = await backtestInto(dataset, {
    strategy: strategyOf(config, options),
    curves: spool.curves,
    symbols: symbols.map(({ symbol }) => symbol),
    limit: config.limit,
    signal: options.signal,
    onProgress,
    config: backtestPart(config),
    remember: results.remember,
    onPortfolio: options.curves === true ? spool.portfolio.take : undefined,
  });
  await results.flush();
  return { figures, cachedSymbols: figures.symbols.length - results.computed };
}

/** What decides the directions: the user's strategy, or ATC. */
function strategyOf(config: AtcConfig, { strategy }: RunBacktestOptions): Strategy {
  return strategy ?? atcStrategy(signalPart(config));
}

function curvesOf(figures: BacktestFigures, { curves, portfolio }: Spool): BacktestCurves {
  const accounts = figures.symbols.map((one) => ({ figures: one, curves: curves.reader(one.symbol) }));
  if (figures.portfolio === undefined) return { figures, accounts, portfolio: undefined };
  const { timeUnit } = figures.portfolio;
  return { figures, accounts, portfolio: { timeUnit, length: portfolio.length, read: portfolio.read } };
}

/** Curves as arrays. */
function arraysOf({ figures, accounts, portfolio }: BacktestCurves): BacktestResult {
  const symbols = accounts.map((account) => ({ ...account.figures, ...arraysOfReader(account.curves) }));
  if (figures.portfolio === undefined || portfolio === undefined) return { ...figures, symbols, portfolio: undefined };
  const times = new BigInt64Array(portfolio.length);
  const equity = new Float64Array(portfolio.length);
  portfolio.read(0, times, equity);
  return { ...figures, symbols, portfolio: { ...figures.portfolio, times, equity } };
}

/**
 * {@link openBacktest} with curves and trades in arrays, if they are asked for.
 *
 * @throws what {@link openBacktest} throws
 */
export async function runBacktest(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions = {},
): Promise<BacktestOutcome> {
  using run = await openBacktest(runtime, data, options);
  const { report, curves, cached, cachedSymbols, reused } = run;
  return { report, result: curves === undefined ? undefined : arraysOf(curves), cached, cachedSymbols, reused };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
