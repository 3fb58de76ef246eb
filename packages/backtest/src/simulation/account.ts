import { AtcError, type BacktestConfig } from "@atc/contract";
import { createFillLedger } from "../account/fill-ledger.ts";
import { createTradeFill, createTradeLedger } from "../account/trade-ledger.ts";
import type { TimeUnit } from "../base/calendar.ts";
import { addEquities, createEquityStatistics } from "../statistics/equity-statistics.ts";
import type { Account, AccountListeners, AccountSymbol, SimulatedAccount } from "./account-rows.ts";
import { runAccountTime, runAloneTime } from "./account-time.ts";
import type { Bars } from "./bars.ts";
import { createBlockReader } from "./block.ts";
import { type Book, openBook } from "./book.ts";
import { type PointColumns, runQuietBars } from "./quiet-bars.ts";
import { createRowCheck } from "./row-check.ts";
import { sharesOf } from "./shares.ts";
import { hasCosts, termsOf, termsWithoutCosts } from "./terms.ts";

/** One symbol of an account. */
export interface AccountSymbolInput {
  /** Its name, for messages and for `weights`. */
  readonly name: string;
  /** Number of its rows in all. Only `delisting: exit` reads it. */
  readonly bars: number;
}

/** What an account is made for. */
export interface AccountOptions extends AccountListeners {
  /** The symbols in symbol order, by UTF-16 code unit. Rows and listeners name them by index. */
  readonly symbols: readonly AccountSymbolInput[];
  /** Symbols of the data that are left out. `weights` may name them. */
  readonly skipped?: readonly string[] | undefined;
  /** Unit of the times. Defaults to `ms`. */
  readonly timeUnit?: TimeUnit | undefined;
}

/** The first and the last row of each symbol. */
interface Spans {
  readonly bars: Float64Array;
  readonly firstClose: Float64Array;
  readonly lastClose: Float64Array;
  readonly lastLow: Int32Array;
  readonly lastHigh: Int32Array;
}

function extendSpans(spans: Spans, { symbols, close, words, length }: Bars): void {
  const isAlone = spans.bars.length === 1;
  if (isAlone && spans.bars[0] === 0) spans.firstClose[0] = close[0];
  if (isAlone) spans.bars[0] += length - 1;
  for (let row = isAlone ? length - 1 : 0; row < length; row++) {
    const s = symbols[row];
    if (spans.bars[s]++ === 0) spans.firstClose[s] = close[row];
    spans.lastClose[s] = close[row];
    spans.lastLow[s] = words[2 * row];
    spans.lastHigh[s] = words[2 * row + 1];
  }
}

function writePoint(book: Book, { equity, cash, exposure }: PointColumns, index: number): void {
  equity[index] = book.equity;
  if (cash !== undefined) cash[index] = book.cash;
  if (exposure !== undefined) exposure[index] = book.gross === 0 ? 0 : book.gross / book.equity;
}

/** Runs the account times of a block, and writes their points. */
function runBlock(book: Book, bars: Bars, points: PointColumns): void {
  const isAlone = book.positions.quantity.length === 1;
  for (let index = 0; index < bars.count; index++) {
    if (isAlone) index = runQuietBars(book, bars, points, index);
    if (index === bars.count) return;
    if (isAlone) runAloneTime(book, bars, index);
    else runAccountTime(book, bars, index);
    writePoint(book, points, index);
  }
}

function copyTimes(bars: Bars, times: BigInt64Array): void {
  const words = new Int32Array(times.buffer, times.byteOffset, 2 * bars.count);
  for (let index = 0; index < bars.count; index++) {
    const row = bars.starts[index];
    words[2 * index] = bars.words[2 * row];
    words[2 * index + 1] = bars.words[2 * row + 1];
  }
}

function joinWords(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

function notAlone(symbols: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `an account of ${symbols} symbols must be shared; create one account per symbol, or set account to shared`,
  );
}

/**
 * Creates an account of `docs/simulation.md` for one symbol or many, of `config.initialCapital`. It can simulate every
 * configuration. The caller has checked `config`, applies `invalidPrices`, and gives the columns that `config` needs.
 *
 * Memory is constant: about 500 bytes per symbol, 32 more per bar of `volatilityLookback` if volatilities are used, and
 * about 70 bytes per row of the longest block.
 *
 * @throws ATC_INVALID_CONFIG if `weights` names a symbol that is neither in `symbols` nor in `skipped`;
 * ATC_INVALID_ARGUMENT if an account that is not shared has not exactly one symbol
 */
export function createAccount(config: BacktestConfig, options: AccountOptions): Account {
  const { symbols, skipped, timeUnit = "ms", onTrades = () => undefined, onFills } = options;
  const isShared = config.account === "shared";
  if (!isShared && symbols.length !== 1) throw notAlone(symbols.length);
  const names = symbols.map(({ name }) => name);
  const terms = termsOf(config);
  const trades = createTradeLedger(symbols.length, onTrades);
  const fills = onFills === undefined ? undefined : createFillLedger(onFills);
  const lastBars = terms.exitsDelisted ? Float64Array.from(symbols, ({ bars }) => bars) : undefined;
  const shares = sharesOf(config, names, skipped);
  const net = openBook({ terms, shares, symbols: symbols.length, lastBars, trades, fills });
  const gross = hasCosts(terms)
    ? openBook({
        terms: termsWithoutCosts(config),
        shares,
        symbols: symbols.length,
        lastBars,
        trades: undefined,
        fills: undefined,
      })
    : undefined;
  const reader = createBlockReader({
    config,
    terms,
    timeUnit,
    symbols: symbols.length,
    rows: symbols.reduce((sum, { bars }) => sum + bars, 0),
  });
  const rowCheck = createRowCheck({ symbols: names, timeUnit, isShared });
  const statistics = createEquityStatistics();
  const spans: Spans = {
    bars: new Float64Array(symbols.length),
    firstClose: new Float64Array(symbols.length),
    lastClose: new Float64Array(symbols.length),
    lastLow: new Int32Array(symbols.length),
    lastHigh: new Int32Array(symbols.length),
  };
  let firstSymbol = 0;
  let firstTime = 0n;
  let lastTime = 0n;
  let grossEquity = new Float64Array(0);

  function runGross(bars: Bars, into: Float64Array | undefined, equity: Float64Array): void {
    if (gross === undefined) {
      into?.set(equity.subarray(0, bars.count));
      return;
    }
    if (into === undefined && grossEquity.length < bars.count) grossEquity = new Float64Array(bars.count);
    runBlock(gross, bars, { equity: into ?? grossEquity });
  }

  function symbolTotals(): AccountSymbol[] {
    return symbols.map((_, s) => ({
      bars: spans.bars[s],
      heldBars: net.positions.heldBars[s],
      firstClose: spans.firstClose[s],
      lastClose: spans.lastClose[s],
    }));
  }

  return {
    warmUp: reader.warmUp,
    push(rows, points) {
      const { length } = rows.close;
      if (length === 0) return 0;
      rowCheck.check(rows);
      const bars = reader.read(rows);
      if (statistics.bars === 0) {
        firstTime = rows.times[0];
        firstSymbol = bars.symbols[0];
      }
      lastTime = rows.times[length - 1];
      extendSpans(spans, bars);
      if (points.times !== rows.times) copyTimes(bars, points.times);
      runBlock(net, bars, points);
      runGross(bars, points.grossEquity, points.equity);
      addEquities(statistics, points.equity, points.times, bars.count);
      fills?.flush();
      return bars.count;
    },
    totals: (): SimulatedAccount => ({
      bars: statistics.bars,
      rows: spans.bars.reduce((sum, bars) => sum + bars, 0),
      firstTime,
      lastTime,
      firstClose: spans.firstClose[firstSymbol] ?? 0,
      lastClose: spans.lastClose[firstSymbol] ?? 0,
      symbols: symbolTotals(),
      trades: { ...trades.statistics },
      statistics: { ...statistics },
      heldBars: net.longBars + net.shortBars,
      longBars: net.longBars,
      shortBars: net.shortBars,
      traded: net.traded,
      fees: net.fees,
      slippage: net.slippage,
      borrowCost: net.borrowCost,
      marginInterest: net.marginInterest,
      cashInterest: net.cashInterest,
      grossEquity: (gross ?? net).equity,
      bankruptAt: net.isBankrupt ? joinWords(net.bankruptLow, net.bankruptHigh) : undefined,
    }),
    finish() {
      const last = createTradeFill();
      for (let s = 0; s < symbols.length; s++) {
        last.symbol = s;
        last.bar = spans.bars[s] - 1;
        last.timeLow = spans.lastLow[s];
        last.timeHigh = spans.lastHigh[s];
        last.price = spans.lastClose[s];
        trades.leaveOpen(last);
      }
      trades.flush();
      fills?.flush();
    },
  };
}
