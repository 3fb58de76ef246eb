import type { BacktestResult, Strategy, SymbolResult } from "@atc/backtest";
import { atcStrategy, backtest, decodeResult, encodeResult, resultToJson } from "@atc/backtest";
import type { Cache } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { AtcErrorCode, Dataset, JsonObject, JsonValue } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { asJson, backtestPart, signalPart } from "./config-parts.ts";
import type { DataOptions, OpenedData } from "./data.ts";
import { contentOf, openData } from "./data.ts";
import type { Runtime } from "./runtime.ts";
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
  readonly portfolio: JsonValue;
  /** Metrics and warnings of each symbol, in the order of UTF-16 code units. */
  readonly symbols: readonly JsonObject[];
  /** Symbols that could not be computed, each with its reason. */
  readonly skipped: readonly JsonObject[];
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

function parametersOf(config: AtcConfig): JsonObject {
  return asJson({ ...signalPart(config), ...backtestPart(config), limit: config.limit ?? null });
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

/**
 * Backtests a CSV file or a dataset under the runtime's configuration. Figures, and the curves of each symbol, are taken from the cache where the same data
 * was computed with the same parameters before.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for a symbol that the data does not have
 */
export async function runBacktest(
  runtime: Runtime,
  data: string,
  options: RunBacktestOptions = {},
): Promise<BacktestOutcome> {
  using opened = await openData(runtime, data, options);
  warnOfTimeframe(runtime, opened);
  const { config } = runtime;
  const { dataset, reused, path = data } = opened;
  const strategy = options.strategy ?? atcStrategy(signalPart(config));
  const cache = await usableCache(runtime);
  const input = contentOf(dataset.manifest);
  const parameters = parametersOf(config);
  const key = (kind: string, part: JsonObject) => ({
    kind,
    input,
    parameters: { ...parameters, ...part },
    algorithm: strategy.name,
    version: strategy.version,
  });
  const whole = key("report", { symbols: options.symbols ?? null });
  if (options.curves !== true) {
    const stored = await cache?.get(whole);
    if (stored !== undefined) {
      const report = reportWith(runtime, path, dataset, stored.attributes as unknown as Figures);
      return { report, result: undefined, cached: true, reused };
    }
  }
  const remember = async (
    symbol: string,
    compute: () => SymbolResult | Promise<SymbolResult>,
  ): Promise<SymbolResult> => {
    if (cache === undefined) return compute();
    const value = await cache.compute(key("results", { symbol }), async () => encodeResult(await compute()));
    return decodeResult({ arrays: value.arrays, attributes: value.attributes ?? {} });
  };
  const result = await backtest(dataset, {
    strategy,
    config: backtestPart(config),
    remember,
    signal: options.signal,
    onProgress: options.onProgress,
    ...(config.limit === undefined ? {} : { limit: config.limit }),
    ...(options.symbols === undefined ? {} : { symbols: options.symbols }),
  });
  const figures = resultToJson(result) as unknown as Figures;
  await cache?.set(whole, { arrays: {}, attributes: { ...figures } });
  const report = reportWith(runtime, path, dataset, figures);
  return { report, result, cached: false, reused };
}
