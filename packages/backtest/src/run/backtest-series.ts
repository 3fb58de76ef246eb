import {
  AtcError,
  type BacktestConfig,
  type OperationOptions,
  type ReadonlyTypedArray,
  type Series,
  throwIfAborted,
} from "@atc/contract";
import type { KnownTimes } from "@atc/resample";
import { isoTime, type TimeUnit } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { checkCount, outsidePeriod, type Period, type PeriodRows, periodRows, periodText } from "../base/period.ts";
import type { MetricsComputation } from "../metrics/create-metrics.ts";
import type { MetricTotals } from "../metrics/metric-options.ts";
import type { MetricName } from "../metrics/table/metric-names.ts";
import { metricsFor } from "../portfolio/portfolio.ts";
import { warningsOf, withLossWarning } from "../prices/warnings.ts";
import { arraySink } from "../results/array-curves.ts";
import type { BarRoom, CurveReader, CurveSink } from "../results/curves.ts";
import type { AccountTotals, SymbolFigures, SymbolResult } from "../results/symbol-result.ts";
import type { Account, AccountRows, SimulatedAccount } from "../simulation/account-rows.ts";
import { createSimulator } from "../simulation/simulator.ts";
import type { BoundStrategy } from "../strategy/strategy.ts";
import { scalesWithCapital } from "./account-symbols.ts";
import { accountTotals } from "./account-totals.ts";
import { benchmarkCloses } from "./benchmark-closes.ts";
import { type DecidedReading, defaultBlockLength, readDecisions } from "./decided-bars.ts";
import { createFillVolumes } from "./fill-volumes.ts";
import { firstOverflow } from "./first-overflow.ts";
import { type ReadColumns, readColumns, timeUnitOf } from "./read-columns.ts";

/** Options of `backtestSeries`. */
export interface BacktestSeriesOptions extends OperationOptions {
  /** The strategy, which decides the directions. */
  readonly strategy: BoundStrategy;
  /** The simulation. Default: `backtestDefaults`. */
  readonly config?: Partial<BacktestConfig>;
  /** Number of last bars to use, 1 or more. Defaults to all. */
  readonly limit?: number | undefined;
  /** The time in which the account trades. The strategy sees all bars before it. Defaults to all bars. */
  readonly period?: Period | undefined;
  /** Maximum number of bars per block. Defaults to 32,768. Results do not depend on it. */
  readonly blockLength?: number | undefined;
  /** The metrics besides the first 23. Default: none. */
  readonly metrics?: Iterable<MetricName> | undefined;
  /** The series with whose closes the account is compared. Defaults to its own. */
  readonly benchmark?: Series | undefined;
  /** What the dataset says of its times, for longer bars. Default: instants, at the start of their bars. */
  readonly times?: KnownTimes | undefined;
}

interface Pass {
  readonly computation: MetricsComputation;
  readonly account: SimulatedAccount;
  readonly reading: DecidedReading;
  readonly sentences: readonly string[];
  readonly curves: CurveReader;
}

/** Options of {@link pass}. */
interface PassOptions extends BacktestSeriesOptions {
  readonly rows: PeriodRows;
  readonly columns: ReadColumns;
  readonly config: BacktestConfig;
  readonly computation: MetricsComputation;
  readonly sink: CurveSink;
}

/** Writes the requested columns that are not the account's. */
export function writeColumns({ columns }: BarRoom, { close, directions, strengths, entries }: AccountRows): void {
  columns.close?.set(close as Float64Array);
  columns.strength?.set(strengths ?? directions);
  if (columns.entry !== undefined) {
    if (entries === undefined) columns.entry.fill(0, 0, directions.length);
    else columns.entry.set(entries);
  }
}

/** Adds rows to the account, whose points go to the first elements of a room. */
function pushRows(account: Account, rows: AccountRows, { equity, columns }: BarRoom): void {
  const { length } = rows.directions;
  const { cash, exposure, grossEquity } = columns;
  account.push(rows, {
    times: rows.times,
    equity: equity.subarray(0, length),
    ...(cash === undefined ? {} : { cash: cash.subarray(0, length) }),
    ...(exposure === undefined ? {} : { exposure: exposure.subarray(0, length) }),
    ...(grossEquity === undefined ? {} : { grossEquity: grossEquity.subarray(0, length) }),
  });
}

/** Reads the bars once. Yields the number of finished rows after every block. */
function* pass(series: Series, options: PassOptions): Generator<number, Pass, void> {
  const { columns, config, computation, sink, blockLength = defaultBlockLength } = options;
  const { timeUnit } = columns;
  const volumes = computation.readsFills ? createFillVolumes(computation) : undefined;
  const account = createSimulator(config, {
    symbol: series.symbol,
    timeUnit,
    onTrades(trades) {
      computation.addTrades(trades);
      sink.takeTrades(trades);
    },
    onFills:
      volumes === undefined && sink.takeFills === undefined
        ? undefined
        : (fills, symbols) => {
            volumes?.take(fills, symbols);
            sink.takeFills?.(fills);
          },
  });
  const add = (rows: AccountRows, volume: ReadonlyTypedArray<number> | undefined, room: BarRoom): void => {
    volumes?.begin({ times: rows.times, volume });
    writeColumns(room, rows);
    pushRows(account, rows, room);
    computation.addBars({
      length: rows.times.length,
      times: rows.times,
      equity: room.equity,
      benchmark: rows.close,
    });
  };
  const reading = readDecisions(series, { ...options, blockLength, strength: sink.columns.includes("strength") });
  const last = yield* reading.warmUp((rows) => account.warmUp(rows));
  if (last !== undefined) {
    // The account is in cash at this close. Its decision is filled in the first bar of the period.
    const room = sink.room(1);
    room.times.set(last.times);
    room.directions.set(last.directions);
    add(last, undefined, room);
    sink.takeBars(1);
  }
  const seenBefore = reading.bars;
  let room: BarRoom | undefined;
  const roomOf = (length: number): BarRoom => {
    room = sink.room(length);
    return room;
  };
  for (const { rows, volume, length, done } of reading.blocks(roomOf)) {
    if (room !== undefined && length > 0) {
      add(rows, volume, room);
      assertFinite(series.symbol, timeUnit, rows, room.equity);
    }
    sink.takeBars(length);
    yield done;
  }
  if (reading.bars === seenBefore) throw noBars(series.symbol, reading.screen.skipped, options.period);
  const totals = account.totals();
  if (!Number.isFinite(totals.fees)) throw overflow(series.symbol, `its fees add up to ${totals.fees}`);
  account.finish();
  return { account: totals, computation, reading, sentences: reading.finish(), curves: sink.finish() };
}

/** Throws ATC_INVALID_DATA unless the equity at every close is finite. */
function assertFinite(symbol: string, unit: TimeUnit, { close, times }: AccountRows, equity: Float64Array): void {
  const row = firstOverflow(equity, close.length);
  if (row < 0) return;
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

/** The ATC_INVALID_DATA of a symbol without a valid bar. */
export function noBars(symbol: string, skipped: number, period: Period | undefined): AtcError {
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
  const timeUnit = timeUnitOf(series);
  const benchmark = options.benchmark === undefined ? undefined : benchmarkCloses(options.benchmark);
  const computation = metricsFor(config, timeUnit, { metrics: options.metrics, benchmark });
  const columns = readColumns(series, options.strategy, config, computation.readsFills);
  const rows = periodRows(series, options);
  if (rows.from === rows.to) throw outsidePeriod(series, options);
  const passed = yield* pass(series, { ...options, rows, columns, config, computation });
  const { account, reading, curves } = passed;
  const { skipped: skippedBars } = reading.screen;
  const totals = {
    ...accountTotals(account, config.initialCapital, timeUnit),
    buyAndHold: account.lastClose / account.firstClose - 1,
  };
  const computed = computation.finish(metricTotals(account, totals, config, curves));
  const warnings = warningsOf({
    account,
    seenBars: reading.bars,
    timeUnit,
    config,
    splits: reading.splits,
    skippedBars,
    strategy: passed.sentences,
  });
  return {
    symbol: series.symbol,
    timeUnit,
    metrics: computed.metrics,
    warnings: withLossWarning(warnings, computed.metrics),
    metricWarnings: computed.warnings,
    skippedBars,
    totals,
  };
}

/** What metrics need to know of an account after its last bar. */
function metricTotals(
  account: SimulatedAccount,
  { grossReturn, buyAndHold }: AccountTotals,
  config: BacktestConfig,
  curves: CurveReader,
): MetricTotals {
  const { firstTime, lastTime, statistics, trades, heldBars, longBars, shortBars, bars, traded, fees } = account;
  return {
    firstTime,
    lastTime,
    statistics,
    trades,
    grossReturn,
    buyAndHold,
    exposure: heldBars / bars,
    longExposure: longBars / bars,
    shortExposure: shortBars / bars,
    traded,
    fees,
    isProportional: scalesWithCapital(config),
    reread: (visit) => readEquities(curves, visit),
  };
}

/** Passes all equities of a curve to `visit`, block by block. */
export function readEquities(curves: CurveReader, visit: (equity: Float64Array, length: number) => void): void {
  const block = new Float64Array(Math.min(curves.bars, defaultBlockLength));
  for (let row = 0; row < curves.bars; row += block.length) {
    const equity = block.subarray(0, Math.min(block.length, curves.bars - row));
    curves.equity(row, equity);
    visit(equity, equity.length);
  }
}

/** Runs steps to their end without a pause. */
function lastOf<Result>(steps: Generator<number, Result, void>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/**
 * Tests a strategy on one series, in one pass over its blocks. Only the result and one block are in
 * memory. With a sink, bars and trades go to the sink block by block, the result has only the
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
