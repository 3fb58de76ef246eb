import {
  AtcError,
  type BacktestConfig,
  type OperationOptions,
  type ReadonlyTypedArray,
  type Series,
  throwIfAborted,
} from "@atc/contract";
import { isoTime, type TimeUnit } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { createPriceScreen, type PriceScreen } from "../prices/price-screen.ts";
import { createSplitScan, type SplitScan } from "../prices/split-scan.ts";
import { warningsOf } from "../prices/warnings.ts";
import { arraySink } from "../results/array-curves.ts";
import type { CurveReader, CurveSink } from "../results/curves.ts";
import type { SymbolFigures, SymbolResult } from "../results/symbol-result.ts";
import { createSimulator, type SimulatedAccount } from "../simulation/simulator.ts";
import { createShortfall } from "../statistics/equity-statistics.ts";
import { metricsOf } from "../statistics/metrics.ts";
import type { Strategy, StrategyBars } from "../strategy/strategy.ts";

/** How to test one series. */
export interface BacktestSeriesOptions extends OperationOptions {
  /** What decides the directions. */
  readonly strategy: Strategy;
  /** Fills and costs; the defaults where absent. */
  readonly config?: Partial<BacktestConfig>;
  /** Only the last so many bars, 1 or more; all where absent. */
  readonly limit?: number | undefined;
  /** The most bars handled at once; 32,768 where absent. Results do not depend on it. */
  readonly blockLength?: number | undefined;
}

const priceNames: readonly string[] = ["close", "open", "high", "low"];
const defaultBlockLength = 32_768;
/** Rows between two reports of progress: some ten a second under ATC, and no clock is needed. */
export const rowsBetweenReports = 131_072;

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${name} is "${value}"; give a whole number of bars, 1 or more`, {
    details: { [name]: String(value) },
  });
}

/** Bars of a series that a limit leaves. */
export function barsWithin(series: Series, limit: number | undefined): number {
  checkCount("limit", limit);
  return limit === undefined ? series.length : Math.min(limit, series.length);
}

interface Columns {
  readonly timeUnit: TimeUnit;
  /** The column whose prices fill orders. */
  readonly fill: "open" | "close";
  readonly prices: readonly string[];
  readonly others: readonly string[];
}

/** Which columns are read. Ticks, and bars with no open, fill at the close of the next row. */
function chooseColumns(series: Series, strategy: Strategy, config: BacktestConfig): Columns {
  const types = new Map(series.columns.map(({ name, type }) => [name, type]));
  const timeUnit = types.get("timestamp") === "timestamp[ns]" ? "ns" : "ms";
  const fill = config.fill === "nextOpen" && types.has("open") && timeUnit === "ms" ? "open" : "close";
  const wanted = [...new Set(["close", fill, ...strategy.columns])];
  const missing = wanted.find((name) => !types.has(name));
  if (missing !== undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `symbol "${series.symbol}" has no column "${missing}", which the strategy "${strategy.name}" needs; its columns are ${[...types.keys()].join(", ")}`,
      { details: { symbol: series.symbol, column: missing } },
    );
  const prices = wanted.filter((name) => priceNames.includes(name));
  return { timeUnit, fill, prices, others: wanted.filter((name) => !priceNames.includes(name)) };
}

interface Pass {
  readonly account: SimulatedAccount;
  readonly splits: SplitScan;
  readonly screen: PriceScreen;
  readonly sentences: readonly string[];
  readonly curves: CurveReader;
}

/** What one pass needs besides its series. */
interface PassOptions extends BacktestSeriesOptions {
  readonly columns: Columns;
  readonly config: BacktestConfig;
  readonly sink: CurveSink;
}

/** Goes through the bars once; yields after every block how many rows are done. */
function* pass(series: Series, options: PassOptions): Generator<number, Pass, void> {
  const { columns, config, sink } = options;
  const rows = barsWithin(series, options.limit);
  const simulator = createSimulator(config, (trades) => sink.takeTrades(trades));
  const splits = createSplitScan();
  const screen = createPriceScreen({ ...columns, symbol: series.symbol, policy: config.invalidPrices });
  const run = options.strategy.start(series.symbol);
  let bars = 0;
  let reported = 0;
  for (const block of series.blocks({
    columns: ["timestamp", ...columns.prices, ...columns.others],
    from: series.length - rows,
    blockLength: options.blockLength ?? defaultBlockLength,
  })) {
    const room = sink.room(block.length);
    const taken = screen.take(block, room.times) as StrategyBars;
    const { length } = taken.close;
    const fill = taken[columns.fill] as ReadonlyTypedArray<number>;
    const directions = room.directions.subarray(0, length);
    const times = room.times.subarray(0, length);
    if (length > 0) run.decide(taken, directions);
    simulator.push({ times, close: taken.close, fill, directions }, room.equity);
    assertFinite(series.symbol, columns.timeUnit, taken.close, room.equity, times);
    splits.push(taken.close, times);
    sink.takeBars(length);
    bars += length;
    const done = block.row + block.length - (series.length - rows);
    if (done === rows || done - reported >= rowsBetweenReports) {
      reported = done;
      options.onProgress?.({ phase: "computing", done, total: rows, unit: "bars" });
    }
    yield done;
    // Here and not in the caller, so that the series' own iteration is ended too.
    throwIfAborted(options.signal);
  }
  if (bars === 0) throw noBars(series.symbol, screen.skipped);
  const account = simulator.account();
  if (!Number.isFinite(account.fees)) throw overflow(series.symbol, `its fees add up to ${account.fees}`);
  simulator.finish();
  return { account, splits, screen, sentences: run.finish?.() ?? [], curves: sink.finish() };
}

/** An equity that is no number never becomes one again, so the last of a block speaks for the block. */
function assertFinite(
  symbol: string,
  unit: TimeUnit,
  close: ReadonlyTypedArray<number>,
  equity: Float64Array,
  times: BigInt64Array,
): void {
  const { length } = close;
  if (length === 0 || Number.isFinite(equity[length - 1])) return;
  const row = equity.findIndex((value) => !Number.isFinite(value));
  const time = isoTime(times[row], unit);
  throw overflow(symbol, `at ${time} the close is ${close[row]} and the equity ${equity[row]}`);
}

function overflow(symbol: string, what: string): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" goes beyond what a double can hold: ${what}; check its prices, or leave the symbol out`,
    { details: { symbol } },
  );
}

function noBars(symbol: string, skipped: number): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has no bar to test: ${skipped} were left out because a price is missing, zero or negative; correct the data`,
    { details: { symbol, skipped } },
  );
}

/** What {@link backtestSteps} needs: a sink that has room for every bar. */
export interface BacktestStepsOptions extends BacktestSeriesOptions {
  /** Takes bars and trades. */
  readonly sink: CurveSink;
}

/** Tests a series step by step: yields after each block how many rows are done, so that the caller can let others run. */
export function* backtestSteps(series: Series, options: BacktestStepsOptions): Generator<number, SymbolFigures, void> {
  throwIfAborted(options.signal);
  checkCount("blockLength", options.blockLength);
  const config = validateBacktestConfig(options.config ?? {});
  const columns = chooseColumns(series, options.strategy, config);
  const { account, splits, screen, sentences, curves } = yield* pass(series, { ...options, columns, config });
  const { timeUnit } = columns;
  const { skipped: skippedBars } = screen;
  const { firstTime, lastTime, statistics, trades, heldBars, traded, fees } = account;
  const totals = {
    heldBars,
    traded,
    grossReturn: account.grossEquity / config.initialCapital - 1,
    buyAndHold: account.lastClose / account.firstClose - 1,
  };
  const metrics = metricsOf({
    ...totals,
    timeUnit,
    firstTime,
    lastTime,
    statistics,
    trades,
    shortfallSquares: (target) => shortfallOf(curves, target),
    riskFreeRate: config.riskFreeRate,
    exposure: heldBars / account.bars,
    fees,
  });
  const warnings = warningsOf({ account, timeUnit, config, splits, skippedBars, strategy: sentences });
  return { symbol: series.symbol, timeUnit, metrics, warnings, skippedBars, totals };
}

/** Reads the equity again, a portion at a time. */
function shortfallOf(curves: CurveReader, target: number): number {
  const shortfall = createShortfall(target);
  const portion = new Float64Array(Math.min(curves.bars, defaultBlockLength));
  for (let row = 0; row < curves.bars; row += portion.length) {
    const equity = portion.subarray(0, Math.min(portion.length, curves.bars - row));
    curves.equity(row, equity);
    shortfall.add(equity, equity.length);
  }
  return shortfall.squares;
}

/** Drives steps to their end without a pause. */
function lastOf<Result>(steps: Generator<number, Result, void>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/**
 * Tests a strategy on one series: one pass over its blocks, in memory only the result (17 bytes a bar, 66 a trade) and one block. With a sink the
 * result is the figures alone: bars and trades go to the sink, block by block, and memory does not grow with the bars.
 *
 * @throws ATC_INVALID_DATA if a price is missing, zero or negative (under `invalidPrices: error`), a column is missing, no bar is left or prices are
 * so small or large that the equity overflows; ATC_INVALID_CONFIG; ATC_INVALID_ARGUMENT for a limit or block length below 1 or a direction other
 * than -1, 0 and 1; ATC_ABORTED between blocks; what the sink throws.
 */
export function backtestSeries(
  series: Series,
  options: BacktestSeriesOptions & { readonly sink: CurveSink },
): SymbolFigures;
/** The same into arrays, without a sink. */
export function backtestSeries(series: Series, options: BacktestSeriesOptions): SymbolResult;
export function backtestSeries(
  series: Series,
  options: BacktestSeriesOptions & { readonly sink?: CurveSink },
): SymbolFigures | SymbolResult {
  const { sink } = options;
  if (sink !== undefined) return lastOf(backtestSteps(series, { ...options, sink }));
  const arrays = arraySink(barsWithin(series, options.limit));
  const figures = lastOf(backtestSteps(series, { ...options, sink: arrays }));
  return { ...figures, ...arrays.arrays() };
}
