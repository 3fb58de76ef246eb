import type { BacktestJson, BacktestResult, Strategy } from "@atc/backtest";
import { atcStrategy, backtest, resultToJson, resultVersion } from "@atc/backtest";
import type { Cache, CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { AtcErrorCode, Dataset, JsonObject, OperationOptions } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { asJson, backtestPart, signalPart } from "./config-parts.ts";
import type { DataOptions, OpenedData } from "./data.ts";
import { contentOf, openData } from "./data.ts";
import type { ResultBatches } from "./result-batches.ts";
import { batchesOf, resultBatches } from "./result-batches.ts";
import type { Runtime } from "./runtime.ts";
import { threadBatches } from "./thread-batches.ts";
import { timeframeMs } from "./timeframe.ts";

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

/** What a backtest gives. */
export interface BacktestOutcome {
  /** The figures. */
  readonly report: BacktestReport;
  /** Curves, trades and directions; undefined where the figures came from the cache and curves were not asked for. */
  readonly result: BacktestResult | undefined;
  /** Whether the figures came from the cache. */
  readonly cached: boolean;
  /** Whether the dataset was there already and up to date. */
  readonly reused: boolean;
}

/** How to run a backtest. */
export interface RunBacktestOptions extends DataOptions {
  /** Only these symbols; all where absent. */
  readonly symbols?: readonly string[];
  /** Replaces ATC. Its name, version and parameters are part of every cache key. */
  readonly strategy?: Strategy;
  /** Whether `result` is wanted, also where the figures are in the cache. */
  readonly curves?: boolean;
}

/** Errors of the cache's folder: they cost the cache, never the computation. */
const diskCodes: ReadonlySet<AtcErrorCode> = new Set(["ATC_IO", "ATC_READ_ONLY", "ATC_NO_SPACE", "ATC_NOT_FOUND"]);

/** The cache, or undefined where none is wanted or its folder cannot be used. */
export async function usableCache(runtime: Runtime): Promise<Cache | undefined> {
  if (!runtime.usesCache) return undefined;
  try {
    return await runtime.cache();
  } catch (error) {
    if (!(isAtcError(error) && diskCodes.has(error.code))) throw error;
    runtime.warn(`results are not cached: ${error.message}`);
    return undefined;
  }
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

type Figures = Pick<BacktestReport, "portfolio" | "symbols" | "skipped">;

function reportWith(runtime: Runtime, path: string, { manifest }: Dataset, figures: Figures): BacktestReport {
  const { fingerprint, rows, series } = manifest;
  return {
    config: asJson({ ...runtime.config }),
    data: { path, fingerprint, rows, symbols: series.length },
    ...figures,
  };
}

/** Makes the keys of a run's cache entries: the data's content, everything that configures the arithmetic, the strategy and its version. */
function keysOf(config: AtcConfig, dataset: Dataset, strategy: Strategy): (kind: string, part: JsonObject) => CacheKey {
  const input = contentOf(dataset.manifest);
  const parameters = { ...signalPart(config), ...backtestPart(config), limit: config.limit ?? null, resultVersion };
  const { name: algorithm, version } = strategy;
  return (kind, part) => ({ kind, input, parameters: asJson({ ...parameters, ...part }), algorithm, version });
}

/** How a run is told of, and ended. */
interface RunOptions extends OperationOptions {
  /** The symbols, sorted. */
  readonly symbols: readonly string[];
  /** Whether the strategy is ATC, which threads can start for themselves; a function of the user's stays in this thread. */
  readonly isAtc: boolean;
}

/** Where the results of the symbols come from: the cache, other threads, or this one. Progress of threads is told here, else by the backtest. */
function resultsOf(
  runtime: Runtime,
  cache: Cache | undefined,
  dataset: Dataset,
  key: ReturnType<typeof keysOf>,
  { symbols, isAtc, signal, onProgress }: RunOptions,
): ResultBatches & { readonly onProgress: OperationOptions["onProgress"] } {
  const { limit: most = Number.POSITIVE_INFINITY, batchSize } = runtime.config;
  const sized = symbols.map((symbol) => ({ symbol, bars: Math.min(dataset.series(symbol).length, most) }));
  const batches = batchesOf(sized, batchSize);
  const bars = sized.reduce((sum, one) => sum + one.bars, 0);
  const executor = isAtc && batches.length > 1 ? runtime.executor(bars) : undefined;
  const computer =
    executor === undefined ? undefined : threadBatches(runtime, { dataset, executor, bars, signal, onProgress });
  const results = resultBatches({ cache, batches, computer, key: (batch) => key("results", { symbols: batch }) });
  return { ...results, onProgress: computer === undefined ? onProgress : undefined };
}

/**
 * Backtests a CSV file or a dataset under the runtime's configuration. Figures, and the curves of each symbol, are taken from the cache where the same data
 * was computed with the same parameters before.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for a symbol that the data does not have
 */
export async function runBacktest(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions = {},
): Promise<BacktestOutcome> {
  using opened = await openData(runtime, data, options);
  warnOfTimeframe(runtime, opened);
  const { config } = runtime;
  const { dataset, reused, path = data ?? opened.dataset.manifest.name } = opened;
  const strategy = options.strategy ?? atcStrategy(signalPart(config));
  const symbols = options.symbols === undefined ? dataset.symbols() : [...new Set(options.symbols)].sort(byCodeUnit);
  const cache = await usableCache(runtime);
  const key = keysOf(config, dataset, strategy);
  const whole = key("report", { symbols });
  const stored = options.curves === true ? undefined : await cache?.get(whole);
  if (stored !== undefined) {
    const report = reportWith(runtime, path, dataset, stored.attributes as unknown as Figures);
    return { report, result: undefined, cached: true, reused };
  }
  const { signal } = options;
  const isAtc = options.strategy === undefined;
  const { remember, flush, onProgress } = resultsOf(runtime, cache, dataset, key, {
    symbols,
    isAtc,
    signal,
    onProgress: options.onProgress,
  });
  const { limit } = config;
  const result = await backtest(dataset, {
    strategy,
    symbols,
    limit,
    signal,
    onProgress,
    config: backtestPart(config),
    remember,
  });
  await flush();
  const figures = resultToJson(result);
  await cache?.set(whole, { arrays: {}, attributes: asJson(figures) });
  return { report: reportWith(runtime, path, dataset, figures), result, cached: false, reused };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
