import { AtcError, type BacktestConfig, throwIfAborted } from "@atc/contract";
import { isoTime, type TimeUnit } from "../base/calendar.ts";
import type { BenchmarkBlock } from "../metrics/benchmark-join.ts";
import type { MetricTotals } from "../metrics/metric-options.ts";
import type { MetricName } from "../metrics/table/metric-names.ts";
import { metricsFor, type PortfolioFigures } from "../portfolio/portfolio.ts";
import { accountWarnings, withLossWarning } from "../prices/warnings.ts";
import type { CurveReader, CurveSink } from "../results/curves.ts";
import { createAccount } from "../simulation/account.ts";
import type { Account, AccountPoints, SimulatedAccount } from "../simulation/account-rows.ts";
import { readsHistory } from "../simulation/terms.ts";
import {
  type DecidedSymbol,
  type SymbolCursor,
  type SymbolCursorOptions,
  scalesWithCapital,
  symbolCursor,
} from "./account-symbols.ts";
import { accountTotals } from "./account-totals.ts";
import { readEquities } from "./backtest-series.ts";
import { createContributions, type SymbolContribution } from "./contributions.ts";
import { createFillVolumes } from "./fill-volumes.ts";
import { firstOverflow } from "./first-overflow.ts";
import { type MergedRows, mergeRows } from "./row-merge.ts";

/** Options of {@link sharedSteps}. */
export interface SharedOptions extends Omit<SymbolCursorOptions, "volume"> {
  /** Keys of the simulation that replace those with which the decisions were made. Default: none. */
  readonly costs?: Partial<BacktestConfig> | undefined;
  /** Symbols of the data that are left out. `weights` may name them. */
  readonly skipped: readonly string[];
  /** The metrics besides the first 23. */
  readonly metrics: Iterable<MetricName>;
  /** Closes of the configured benchmark. Default: the mean of the symbols' own closes. */
  readonly benchmark: Iterable<BenchmarkBlock> | undefined;
  /** The start of the period in the unit of the data. */
  readonly from: bigint | undefined;
  /** Receives the account's points, trades and fills. */
  readonly sink: CurveSink;
  readonly signal: AbortSignal | undefined;
}

/** The figures of an account that many symbols share. */
export interface SharedFigures {
  readonly portfolio: PortfolioFigures;
  /** What each symbol contributed, in symbol order. */
  readonly contributions: readonly SymbolContribution[];
  /** The account's points, trades and fills. */
  readonly curves: CurveReader;
}

/** Mean over the symbols of the latest close divided by the first one, 1 before a symbol's first bar. */
function createOwnBenchmark(symbols: number): (rows: MergedRows, into: Float64Array) => void {
  const first = new Float64Array(symbols).fill(Number.NaN);
  const growth = new Float64Array(symbols).fill(1);
  return ({ times, symbols: rowSymbols, close }, into) => {
    // Summed again in every block, so that rounding does not accumulate.
    let sum = growth.reduce((total, value) => total + value, 0);
    const words = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
    let point = -1;
    for (let row = 0; row < times.length; row++) {
      const isNew = row === 0 || words[2 * row] !== words[2 * row - 2] || words[2 * row + 1] !== words[2 * row - 1];
      if (isNew) point++;
      const symbol = rowSymbols[row];
      if (Number.isNaN(first[symbol])) first[symbol] = close[row];
      const value = close[row] / first[symbol];
      sum += value - growth[symbol];
      growth[symbol] = value;
      into[point] = sum / symbols;
    }
  };
}

/** The time at which all accounts are in cash: the last bar of any symbol before the period. */
function lastBefore(symbols: readonly DecidedSymbol[], from: bigint | undefined): bigint | undefined {
  if (from === undefined) return undefined;
  const time = new BigInt64Array(1);
  let last: bigint | undefined;
  for (const { decisions } of symbols) {
    decisions.times(0, time);
    if (time[0] < from && (last === undefined || time[0] > last)) [last] = time;
  }
  return last;
}

function overflow(unit: TimeUnit, { times, equity }: AccountPoints, at: number): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `the shared account exceeds the range of a double: at ${isoTime(times[at], unit)} its equity is ${equity[at]}; check the prices, or leave the symbol out`,
    { details: { time: isoTime(times[at], unit) } },
  );
}

/** Shows the account each symbol's bars before the period, of which volatilities and true ranges depend. */
function warmUp(account: Account, cursors: readonly SymbolCursor[], signal: AbortSignal | undefined): void {
  for (const [place, { cursor }] of cursors.entries())
    for (const rows of cursor.history()) {
      account.warmUp({ ...rows, symbols: new Int32Array(rows.times.length).fill(place) });
      throwIfAborted(signal);
    }
}

/** Mean over the symbols of the return of holding from the first close to the last. */
function meanHolding({ symbols }: SimulatedAccount): number {
  return symbols.reduce((sum, { firstClose, lastClose }) => sum + (lastClose / firstClose - 1), 0) / symbols.length;
}

/**
 * Simulates one account over the bars of many symbols from their stored decisions; prices are read again, merged by
 * time. Memory does not grow with the bars. Yields the number of finished bars after each block.
 *
 * @param symbols - one or more, in symbol order, with the same time unit
 * @throws ATC_INVALID_CONFIG, ATC_INVALID_DATA if the equity overflows, ATC_ABORTED; what the sink throws
 */
export function* sharedSteps(
  symbols: readonly DecidedSymbol[],
  timeUnit: TimeUnit,
  options: SharedOptions,
): Generator<number, SharedFigures, void> {
  const { config, sink, signal, skipped, metrics, benchmark } = options;
  const computation = metricsFor(config, timeUnit, { metrics, benchmark });
  const volumes = computation.readsFills ? createFillVolumes(computation) : undefined;
  const names = symbols.map(({ series }) => series.symbol);
  const contributions = createContributions(names);
  const { takeFills } = sink;
  const account = createAccount(
    { ...config, ...options.costs },
    {
      symbols: symbols.map(({ series, decisions }) => ({ name: series.symbol, bars: decisions.bars })),
      skipped,
      timeUnit,
      onTrades(trades, tradeSymbols) {
        computation.addTrades(trades);
        contributions.addTrades(trades, tradeSymbols);
        sink.takeTrades(trades, tradeSymbols);
      },
      onFills:
        volumes === undefined && takeFills === undefined
          ? undefined
          : (fills, fillSymbols) => {
              volumes?.take(fills, fillSymbols);
              takeFills?.(fills, fillSymbols);
            },
    },
  );
  const cursors = symbols.map((symbol) => symbolCursor(symbol, { ...options, volume: volumes !== undefined }));
  if (readsHistory(config)) warmUp(account, cursors, signal);
  const merged = mergeRows(
    cursors.map(({ cursor }, place) => ({ cursor, bars: (symbols[place] as DecidedSymbol).decisions.bars })),
    { columns: cursors[0].window, earliest: lastBefore(symbols, options.from) },
  );
  const benchmarkOf = computation.readsBenchmark ? createOwnBenchmark(symbols.length) : undefined;
  let values = new Float64Array(0);
  let done = 0;
  for (const rows of merged) {
    const { length } = rows.times;
    const room = sink.room(length);
    const points = {
      times: room.times.subarray(0, length),
      equity: room.equity.subarray(0, length),
      ...pointColumns(room.columns, length),
    };
    volumes?.begin(rows);
    const count = account.push(rows, points);
    const infinite = firstOverflow(points.equity, count);
    if (infinite >= 0) throw overflow(timeUnit, points, infinite);
    if (benchmarkOf !== undefined) {
      if (values.length < length) values = new Float64Array(length);
      benchmarkOf(rows, values);
    }
    computation.addBars({ times: points.times, equity: points.equity, length: count, benchmark: values });
    sink.takeBars(count);
    done += length;
    yield done;
    throwIfAborted(signal);
  }
  const totals = account.totals();
  account.finish();
  const curves = sink.finish();
  const own = accountTotals(totals, config.initialCapital, timeUnit);
  const figures = computation.finish(metricTotals(totals, config, curves));
  const warnings = accountWarnings({ account: totals, timeUnit, config: { ...config, ...options.costs } });
  return {
    portfolio: {
      metrics: figures.metrics,
      costs: own.costs,
      traded: own.traded,
      bankruptAt: own.bankruptAt,
      warnings: [...withLossWarning(warnings, figures.metrics), ...figures.warnings],
      timeUnit,
    },
    contributions: contributions.finish(totals, config.initialCapital),
    curves,
  };
}

function pointColumns(
  { cash, exposure, grossEquity }: ReturnType<CurveSink["room"]>["columns"],
  length: number,
): Pick<AccountPoints, "cash" | "exposure" | "grossEquity"> {
  return {
    ...(cash === undefined ? {} : { cash: cash.subarray(0, length) }),
    ...(exposure === undefined ? {} : { exposure: exposure.subarray(0, length) }),
    ...(grossEquity === undefined ? {} : { grossEquity: grossEquity.subarray(0, length) }),
  };
}

function metricTotals(account: SimulatedAccount, config: BacktestConfig, curves: CurveReader): MetricTotals {
  const { firstTime, lastTime, statistics, trades, rows, traded, fees, grossEquity } = account;
  return {
    firstTime,
    lastTime,
    statistics,
    trades,
    grossReturn: grossEquity / config.initialCapital - 1,
    buyAndHold: meanHolding(account),
    exposure: account.heldBars / rows,
    longExposure: account.longBars / rows,
    shortExposure: account.shortBars / rows,
    traded,
    fees,
    isProportional: scalesWithCapital(config),
    reread: (visit) => readEquities(curves, visit),
  };
}
