import {
  AtcError,
  type BacktestConfig,
  type Block,
  type OperationOptions,
  type ReadonlyTypedArray,
  type Series,
  throwIfAborted,
} from "@atc/contract";
import { isoTime, type TimeUnit } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { checkCount, outsidePeriod, type Period, type PeriodRows, periodRows, periodText } from "../base/period.ts";
import { createPriceScreen, type PriceScreen } from "../prices/price-screen.ts";
import { createSplitScan, type SplitScan } from "../prices/split-scan.ts";
import { warningsOf, withLossWarning } from "../prices/warnings.ts";
import { arraySink } from "../results/array-curves.ts";
import type { CurveReader, CurveSink } from "../results/curves.ts";
import type { SymbolFigures, SymbolResult } from "../results/symbol-result.ts";
import type { AccountRows, SimulatedAccount } from "../simulation/account-rows.ts";
import { createSimulator } from "../simulation/simulator.ts";
import { createShortfall } from "../statistics/equity-statistics.ts";
import { metricsOf } from "../statistics/metrics.ts";
import type { Strategy, StrategyBars, StrategyRun } from "../strategy/strategy.ts";

/** Options of `backtestSeries`. */
export interface BacktestSeriesOptions extends OperationOptions {
  /** The strategy, which decides the directions. */
  readonly strategy: Strategy;
  /** Fills and costs. Default: `backtestDefaults`. */
  readonly config?: Partial<BacktestConfig>;
  /** Number of last bars to use, 1 or more. Defaults to all. */
  readonly limit?: number | undefined;
  /** The time in which the account trades. The strategy sees all bars before it. Defaults to all bars. */
  readonly period?: Period | undefined;
  /** Maximum number of bars per block. Defaults to 32,768. Results do not depend on it. */
  readonly blockLength?: number | undefined;
}

const priceNames: readonly string[] = ["close", "open", "high", "low"];
const defaultBlockLength = 32_768;
/** Rows between two progress reports: about ten reports per second under ATC, without reading a clock. */
export const rowsBetweenReports = 131_072;

interface Columns {
  readonly timeUnit: TimeUnit;
  /** The column whose prices fill orders. */
  readonly fill: "open" | "close";
  readonly prices: readonly string[];
  readonly others: readonly string[];
}

/** Chooses the columns to read. Ticks, and bars without an open, fill at the close of the next row. */
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
  /** Number of valid bars that the strategy saw, before the period and in it. */
  readonly seenBars: number;
  readonly splits: SplitScan;
  readonly screen: PriceScreen;
  readonly sentences: readonly string[];
  readonly curves: CurveReader;
}

/** Options of {@link pass}. */
interface PassOptions extends BacktestSeriesOptions {
  readonly rows: PeriodRows;
  readonly columns: Columns;
  readonly config: BacktestConfig;
  readonly sink: CurveSink;
}

/** The parts of one run over the bars, which both of its stages use. */
interface PassParts {
  readonly run: StrategyRun;
  readonly screen: PriceScreen;
  readonly splits: SplitScan;
  /** The blocks of rows `from` to `to`; each is counted when the next one is requested. */
  readonly blocks: (from: number, to: number) => Generator<Block, void, void>;
  /** Reports progress up to the end of a block, and returns the number of finished rows. */
  readonly finished: (block: Block) => number;
}

/** The last bar before the period, and the number of valid bars up to it. */
interface WarmUp {
  readonly bars: number;
  readonly last: AccountRows | undefined;
}

/** Shows the strategy the bars before the period. Nothing is traded, but the last decision is filled in the period. */
function* warmUp(parts: PassParts, options: PassOptions): Generator<number, WarmUp, void> {
  const { run, screen, splits, blocks, finished } = parts;
  const { columns, rows } = options;
  let times = new BigInt64Array(0);
  let directions = new Int8Array(0);
  let bars = 0;
  let last: AccountRows | undefined;
  for (const block of blocks(rows.start, rows.from)) {
    if (times.length < block.length) {
      times = new BigInt64Array(block.length);
      directions = new Int8Array(block.length);
    }
    const taken = screen.take(block, times.subarray(0, block.length)) as StrategyBars;
    const { length } = taken.close;
    directions.fill(0);
    if (length > 0) {
      run.decide(taken, directions.subarray(0, length));
      const open = columns.fill === "open" ? taken[columns.fill] : undefined;
      last = {
        times: times.slice(length - 1, length),
        close: Float64Array.of(taken.close[length - 1]),
        ...(open === undefined ? {} : { open: Float64Array.of(open[length - 1]) }),
        directions: directions.slice(length - 1, length),
      };
    }
    splits.push(taken.close, times.subarray(0, length));
    bars += length;
    yield finished(block);
    throwIfAborted(options.signal);
  }
  return { bars, last };
}

/** The parts of a run over the rows of `options`. */
function partsOf(series: Series, options: PassOptions): PassParts {
  const { columns, rows } = options;
  const total = rows.to - rows.start;
  let reported = 0;
  return {
    run: options.strategy.start(series.symbol),
    screen: createPriceScreen({ ...columns, symbol: series.symbol, policy: options.config.invalidPrices }),
    splits: createSplitScan(),
    *blocks(from, to) {
      if (from < to)
        yield* series.blocks({
          columns: ["timestamp", ...columns.prices, ...columns.others],
          from,
          to,
          blockLength: options.blockLength ?? defaultBlockLength,
        });
    },
    finished(block) {
      const done = block.row + block.length - rows.start;
      if (done === total || done - reported >= rowsBetweenReports) {
        reported = done;
        options.onProgress?.({ phase: "computing", done, total, unit: "bars" });
      }
      return done;
    },
  };
}

/** Reads the bars once. Yields the number of finished rows after every block. */
function* pass(series: Series, options: PassOptions): Generator<number, Pass, void> {
  const { columns, config, sink, rows } = options;
  const simulator = createSimulator(config, {
    symbol: series.symbol,
    timeUnit: columns.timeUnit,
    onTrades: (trades) => sink.takeTrades(trades),
  });
  const parts = partsOf(series, options);
  const { run, screen, splits } = parts;
  const before = yield* warmUp(parts, options);
  if (before.last !== undefined) {
    // The account is in cash at this close. The simulator fills its decision in the first bar of the period.
    const room = sink.room(1);
    room.times.set(before.last.times);
    room.directions.set(before.last.directions);
    simulator.push(before.last, room);
    sink.takeBars(1);
  }
  let bars = 0;
  for (const block of parts.blocks(rows.from, rows.to)) {
    const room = sink.room(block.length);
    const taken = screen.take(block, room.times) as StrategyBars;
    const { length } = taken.close;
    const open = columns.fill === "open" ? taken[columns.fill] : undefined;
    const directions = room.directions.subarray(0, length);
    const times = room.times.subarray(0, length);
    if (length > 0) run.decide(taken, directions);
    simulator.push({ times, close: taken.close, ...(open === undefined ? {} : { open }), directions }, room);
    assertFinite(series.symbol, columns.timeUnit, taken.close, room.equity, times);
    splits.push(taken.close, times);
    sink.takeBars(length);
    bars += length;
    yield parts.finished(block);
    // Checked here and not in the caller, so that the iteration over the series ends too.
    throwIfAborted(options.signal);
  }
  if (bars === 0) throw noBars(series.symbol, screen.skipped, options.period);
  const account = simulator.totals();
  if (!Number.isFinite(account.fees)) throw overflow(series.symbol, `its fees add up to ${account.fees}`);
  simulator.finish();
  const seenBars = before.bars + bars;
  return { account, seenBars, splits, screen, sentences: run.finish?.() ?? [], curves: sink.finish() };
}

/** An equity that is not finite never becomes finite again, so checking the last of a block is enough. */
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
    `symbol "${symbol}" exceeds the range of a double: ${what}; check its prices, or leave the symbol out`,
    { details: { symbol } },
  );
}

function noBars(symbol: string, skipped: number, period: Period | undefined): AtcError {
  const where = period === undefined ? "" : ` ${periodText(period)}`;
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has no valid bar${where}: ${skipped} bars were left out because a price is missing, zero or negative; correct the data`,
    { details: { symbol, skipped } },
  );
}

/** Options of {@link backtestSteps}. */
export interface BacktestStepsOptions extends BacktestSeriesOptions {
  /** Receives bars and trades. It must have room for every bar. */
  readonly sink: CurveSink;
}

/**
 * Tests a series step by step. Yields the number of finished rows after each block, so that the caller can yield to
 * the event loop.
 */
export function* backtestSteps(series: Series, options: BacktestStepsOptions): Generator<number, SymbolFigures, void> {
  throwIfAborted(options.signal);
  checkCount("blockLength", options.blockLength);
  const config = validateBacktestConfig(options.config ?? {});
  const columns = chooseColumns(series, options.strategy, config);
  const rows = periodRows(series, options);
  if (rows.from === rows.to) throw outsidePeriod(series, options);
  const { account, seenBars, splits, screen, sentences, curves } = yield* pass(series, {
    ...options,
    rows,
    columns,
    config,
  });
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
  const warnings = warningsOf({ account, seenBars, timeUnit, config, splits, skippedBars, strategy: sentences });
  return {
    symbol: series.symbol,
    timeUnit,
    metrics,
    warnings: withLossWarning(warnings, metrics),
    skippedBars,
    totals,
  };
}

/** The sum of squared shortfalls below `target`. Reads the equity again, block by block. */
function shortfallOf(curves: CurveReader, target: number): number {
  const shortfall = createShortfall(target);
  const block = new Float64Array(Math.min(curves.bars, defaultBlockLength));
  for (let row = 0; row < curves.bars; row += block.length) {
    const equity = block.subarray(0, Math.min(block.length, curves.bars - row));
    curves.equity(row, equity);
    shortfall.add(equity, equity.length);
  }
  return shortfall.squares;
}

/** Runs steps to their end without a pause. */
function lastOf<Result>(steps: Generator<number, Result, void>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/**
 * Tests a strategy on one series, in one pass over its blocks. Only the result (17 bytes per bar, 66 per trade) and
 * one block are in memory. With a sink, bars and trades go to the sink block by block, the result has only the
 * figures, and memory does not grow with the bars.
 *
 * @throws ATC_INVALID_DATA if a price is missing, zero or negative (under `invalidPrices: error`), if a column is
 * missing, if no bar is left or in the period, or if prices are so small or large that the equity overflows;
 * ATC_INVALID_CONFIG; ATC_INVALID_ARGUMENT for a limit or block length below 1 or a direction other than -1, 0 and 1;
 * ATC_ABORTED between blocks; what the sink throws
 */
export function backtestSeries(
  series: Series,
  options: BacktestSeriesOptions & { readonly sink: CurveSink },
): SymbolFigures;
/** Without a sink, bars and trades are in arrays of the result. */
export function backtestSeries(series: Series, options: BacktestSeriesOptions): SymbolResult;
export function backtestSeries(
  series: Series,
  options: BacktestSeriesOptions & { readonly sink?: CurveSink },
): SymbolFigures | SymbolResult {
  const { sink } = options;
  if (sink !== undefined) return lastOf(backtestSteps(series, { ...options, sink }));
  const arrays = arraySink(periodRows(series, options).curveBars);
  const figures = lastOf(backtestSteps(series, { ...options, sink: arrays }));
  return { ...figures, ...arrays.arrays() };
}
