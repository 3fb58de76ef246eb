import type { AnyBoundStrategy, Period } from "@atc/backtest";
import { checkData, checkPeriod, resultToJson, scalesWithCapital, sharedAccountName } from "@atc/backtest";
import type { CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { BacktestConfig, Dataset } from "@atc/contract";
import type { DataOptions, OpenedData } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { timeframeLabel, timeframeMs } from "../data/timeframe.ts";
import { openSpool, type Spool } from "../spool/open-spool.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { asJson, backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import type { BacktestCurves } from "./backtest-curves.ts";
import { keysOf } from "./backtest-keys.ts";
import { type BacktestReport, notesOf, reportWith } from "./backtest-report.ts";
import { type ChosenStrategy, chooseStrategy } from "./chosen-strategy.ts";
import { computeFigures } from "./compute-figures.ts";
import { type CurveOverview, curveOverview, decodeOverview, encodeOverview } from "./curve-overview.ts";
import { readSymbols } from "./read-symbols.ts";
import { storableContent } from "./reported-content.ts";
import { type ContentOptions, contentOf, metricsPart, orderedMetrics } from "./run-content.ts";
import { runCurves } from "./run-curves.ts";
import { runDecisions } from "./run-decisions.ts";
import type { RunOrigin } from "./run-origin.ts";
import { storedFigures } from "./stored-report.ts";
import { keyOptionsOf } from "./universe-decisions.ts";

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
  /** The most bars of the curves of all symbols. */
  readonly bars: number;
  /** What the results come from. */
  readonly origin: RunOrigin;
  /**
   * Curves and trades, to be read in portions until disposal; undefined if they were not requested, or if the report
   * came from the cache and they were requested only if computed.
   */
  readonly curves: BacktestCurves | undefined;
  /** The curve of the portfolio in little space; undefined if it was not requested, or if there is no portfolio. */
  readonly overview: CurveOverview | undefined;
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
  /**
   * Whether there are curves if the report is computed, but not if it is in the cache: what `saveBacktest` stores.
   * Those of at most 5,000 bars have what the report of the run shows. Default: false.
   */
  readonly curvesIfComputed?: boolean;
  /** Whether there is an overview of the portfolio's curve, from the cache if the figures are. Default: false. */
  readonly overview?: boolean;
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
  const { backtest, opened } = await openRun(given, data, options);
  opened[Symbol.dispose]();
  return backtest;
}

/** A backtest whose data is still open, so that its prices can be read again. */
export interface OpenRun {
  readonly backtest: OpenBacktest;
  /** The caller closes it. */
  readonly opened: OpenedData;
  /** The simulation, with the keys that a file of decisions or a strategy of all symbols needs. */
  readonly config: BacktestConfig;
  /** What decided. Its code may not run here. */
  readonly strategy: AnyBoundStrategy;
  /** The time in which accounts trade; undefined for all. */
  readonly period: Period | undefined;
}

/**
 * Like {@link openBacktest}, with the data still open.
 *
 * @throws what {@link openBacktest} throws
 */
export async function openRun(given: Runtime, data: string | undefined, options: RunBacktestOptions): Promise<OpenRun> {
  const period = periodOf(options);
  await given.checkCodec();
  await using chosen = await chooseStrategy(given, options);
  const opened = await openData(given, data, options);
  try {
    return { ...(await runOn(given, { data, opened, chosen, period, options })), opened, period };
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

/** What a run is computed from. */
interface RunSources {
  /** The data as it was named. */
  readonly data: string | undefined;
  readonly opened: OpenedData;
  readonly chosen: ChosenStrategy;
  readonly period: Period | undefined;
  readonly options: RunBacktestOptions;
}

async function runOn(
  given: Runtime,
  { data, opened, chosen, period, options }: RunSources,
): Promise<Pick<OpenRun, "backtest" | "config" | "strategy">> {
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
  const origin = originOf({ dataset, symbols: names, config, strategy, chosen, files: keyPart(names), period });
  const bars = symbols.reduce((sum, one) => sum + one.bars, 0);
  const end = { dataset: dataset.manifest.name, reused, origin, bars };
  const wantsCurves = options.curves === true;
  const keepsCurves = wantsCurves || options.curvesIfComputed === true;
  const overviewKey = options.overview === true ? key("overview", { symbols: names }) : undefined;
  const stored = wantsCurves ? undefined : storedFigures(await cache?.get(whole), names);
  const wantsOverview = overviewKey !== undefined && stored?.portfolio !== null;
  const known = stored !== undefined && wantsOverview ? decodeOverview(await cache?.get(overviewKey)) : undefined;
  if (stored !== undefined && (known !== undefined || !wantsOverview)) {
    const report = reportWith(runtime, path, dataset, context, stored);
    const figures = { report, overview: known, cached: true, cachedSymbols: report.symbols.length };
    const backtest = { ...end, ...figures, curves: undefined, [Symbol.dispose]: () => undefined };
    return { backtest, config: simulation, strategy };
  }
  const kept = storableContent(options, config, bars);
  const content = contentOf(kept, { config: simulation, symbols: symbols.length, metrics });
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
      options: kept,
    };
    const { figures, cachedSymbols } = await computeFigures(runtime, run);
    const json = resultToJson(figures);
    const costMs = performance.now() - startedAt;
    // A strategy that failed may not fail again: it may have passed its deadline on a busy machine.
    if (!figures.skipped.some(({ code }) => code === "ATC_STRATEGY"))
      await cache?.set(whole, { arrays: {}, attributes: asJson(json) }, { costMs });
    const report = reportWith(runtime, path, dataset, context, json);
    const all = keepsCurves || overviewKey !== undefined ? runCurves(figures, run) : undefined;
    const curve = overviewKey === undefined ? undefined : all?.portfolio;
    const overview = curve === undefined || curve.length === 0 ? undefined : curveOverview(curve);
    if (overviewKey !== undefined && overview !== undefined)
      await cache?.set(overviewKey, encodeOverview(overview), { costMs });
    const curves = keepsCurves ? all : undefined;
    const backtest = { ...end, report, curves, overview, cached: false, cachedSymbols, [Symbol.dispose]: dispose };
    return { backtest, config: simulation, strategy };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What the results of a run come from. */
function originOf({
  dataset,
  chosen,
  ...rest
}: Omit<RunOrigin, "manifest" | "codeDigest" | "isInCode"> & {
  readonly dataset: Dataset;
  readonly chosen: ChosenStrategy;
}): RunOrigin {
  const codeDigest = chosen.own?.module.digest;
  const isInCode = chosen.own === undefined && !chosen.isPortable;
  return { ...rest, manifest: dataset.manifest, codeDigest, isInCode };
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
