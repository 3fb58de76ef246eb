import type { BacktestConfig } from "@atc/contract";
import type { TimeUnit } from "../base/calendar.ts";
import type { AccountRows } from "./account-rows.ts";
import { createAverageTrueRange } from "./average-true-range.ts";
import type { Bars } from "./bars.ts";
import { createClock } from "./clock.ts";
import { createSchedule } from "./schedule.ts";
import { sizings, type Terms, usesVolatility } from "./terms.ts";
import { createVolatility } from "./volatility.ts";

/** Prepares rows for the loops: what does not depend on money is computed once for all books. */
export interface BlockReader {
  /** The next rows. The columns are reused by the next call. */
  read(rows: AccountRows): Bars;
  /** Rows before the account: volatilities and true ranges know them, and nothing else does. */
  warmUp(rows: Omit<AccountRows, "directions">): void;
}

/** What a block reader is made of. */
export interface BlockReaderOptions {
  readonly config: BacktestConfig;
  readonly terms: Terms;
  readonly timeUnit: TimeUnit;
  /** Number of symbols. */
  readonly symbols: number;
  /** Number of rows in all, by which the last account time is known; infinite if that does not matter. */
  readonly rows: number;
}

/** Columns that grow with the longest block. */
interface Columns {
  readonly starts: Int32Array;
  readonly symbols: Int32Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly directions: Int8Array;
  readonly strengths: Float64Array;
  readonly range: Float64Array;
  readonly volatility: Float64Array;
  readonly elapsed: Float64Array;
  readonly milliseconds: Float64Array;
  readonly scheduled: Uint8Array;
}

function columnsOf(rows: number): Columns {
  return {
    starts: Int32Array.from({ length: rows + 1 }, (_, row) => row),
    symbols: new Int32Array(rows),
    high: new Float64Array(rows),
    low: new Float64Array(rows),
    directions: new Int8Array(rows),
    strengths: new Float64Array(rows),
    range: new Float64Array(rows),
    volatility: new Float64Array(rows),
    elapsed: new Float64Array(rows),
    milliseconds: new Float64Array(rows),
    scheduled: new Uint8Array(rows),
  };
}

function wordsOf(times: BigInt64Array): Int32Array {
  return new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
}

/** Writes the first row of each account time and returns their number. */
function divide(words: Int32Array, rows: number, starts: Int32Array): number {
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const isNew = row === 0 || words[2 * row] !== words[2 * row - 2] || words[2 * row + 1] !== words[2 * row - 1];
    if (isNew) starts[count++] = row;
  }
  starts[count] = rows;
  return count;
}

/** Whether no bar opens or closes outside its range, so that high and low are the extremes. */
function hasTrueRange({ open, high, low, close }: AccountRows): boolean {
  if (high === undefined || low === undefined) return false;
  const first = open ?? close;
  for (let row = 0; row < close.length; row++) {
    const top = high[row];
    const bottom = low[row];
    if (!(first[row] <= top && first[row] >= bottom && close[row] <= top && close[row] >= bottom)) return false;
  }
  return true;
}

/** Writes the highest and the lowest of the prices that each bar has. */
function writeRange(
  { open, high, low, close }: Omit<AccountRows, "directions">,
  { high: highs, low: lows }: Columns,
): void {
  const first = open ?? close;
  const top = high ?? first;
  const bottom = low ?? first;
  for (let row = 0; row < close.length; row++) {
    highs[row] = Math.max(first[row], close[row], top[row], bottom[row]);
    lows[row] = Math.min(first[row], close[row], top[row], bottom[row]);
  }
}

/** Restricts decisions to the configured side. Under proportional sizing the weight decides the direction. */
function writeDecisions(rows: AccountRows, terms: Terms, columns: Columns): void {
  const { directions, strengths = directions } = rows;
  const isProportional = terms.sizing === sizings.signalProportional;
  for (let row = 0; row < directions.length; row++) {
    const weight = strengths[row];
    const strength = weight > 0 ? weight * terms.highest : weight * -terms.lowest;
    columns.strengths[row] = strength;
    columns.directions[row] = isProportional
      ? Math.sign(strength)
      : Math.max(terms.lowest, Math.min(directions[row], terms.highest));
  }
}

/** Creates a reader of blocks. */
export function createBlockReader({ config, terms, timeUnit, symbols, rows: total }: BlockReaderOptions): BlockReader {
  const isShared = config.account === "shared";
  const averageTrueRange = terms.isAtr ? createAverageTrueRange(symbols, config.atrLength) : undefined;
  const volatility = usesVolatility(config) ? createVolatility(symbols, config.volatilityLookback) : undefined;
  const schedule = createSchedule(config.rebalance);
  const restricts = config.side !== "both" || terms.sizing === sizings.signalProportional;
  const clock = createClock(timeUnit);
  let columns = columnsOf(0);
  let taken = 0;

  /** The extremes of each bar: written only if the data's own columns are not the extremes. */
  function rangeOf(rows: AccountRows): Pick<Bars, "high" | "low"> {
    const { open, high, low, close } = rows;
    if (open === undefined && high === undefined && low === undefined) return { high: close, low: close };
    if (high !== undefined && low !== undefined && hasTrueRange(rows)) return { high, low };
    writeRange(rows, columns);
    return { high: columns.high, low: columns.low };
  }

  function read(rows: AccountRows): Bars {
    const { times, close, open } = rows;
    const { length } = close;
    if (columns.symbols.length < length) columns = columnsOf(length);
    const words = wordsOf(times);
    const range = rangeOf(rows);
    if (restricts) writeDecisions(rows, terms, columns);
    const directions = restricts ? columns.directions : rows.directions;
    taken += length;
    const bars: Bars = {
      length,
      count: isShared ? divide(words, length, columns.starts) : length,
      starts: columns.starts,
      words,
      symbols: rows.symbols ?? columns.symbols,
      open: open ?? close,
      close,
      high: range.high,
      low: range.low,
      hasOpen: open !== undefined,
      directions,
      strengths: restricts ? columns.strengths : (rows.strengths ?? directions),
      entries: terms.unlocksAtEntry ? rows.entries : undefined,
      averageTrueRange: undefined,
      volatility: undefined,
      elapsed: undefined,
      scheduled: undefined,
      moreFollow: taken < total,
    };
    if (terms.hasRates || volatility !== undefined) {
      clock.elapsed(words, length, columns.elapsed);
      bars.elapsed = columns.elapsed;
    }
    if (averageTrueRange !== undefined) {
      averageTrueRange.push(bars, columns.range);
      bars.averageTrueRange = columns.range;
    }
    if (volatility !== undefined) {
      volatility.push(bars, columns.elapsed, columns.volatility);
      bars.volatility = columns.volatility;
    }
    if (schedule !== undefined) {
      const { milliseconds, scheduled, starts } = columns;
      if (schedule.usesTimes) clock.milliseconds(times, starts, bars.count, milliseconds);
      schedule.push(milliseconds, bars.count, scheduled);
      bars.scheduled = columns.scheduled;
    }
    return bars;
  }

  function warmUp(rows: Omit<AccountRows, "directions">): void {
    if (averageTrueRange === undefined && volatility === undefined) return;
    const { times, close, open, high, low } = rows;
    const { length } = close;
    if (columns.symbols.length < length) columns = columnsOf(length);
    const hasRange = open !== undefined || high !== undefined || low !== undefined;
    if (hasRange) writeRange(rows, columns);
    const bars = {
      length,
      symbols: rows.symbols ?? columns.symbols,
      close,
      high: hasRange ? columns.high : close,
      low: hasRange ? columns.low : close,
    };
    averageTrueRange?.push(bars, columns.range);
    if (volatility === undefined) return;
    clock.elapsed(wordsOf(times), length, columns.elapsed);
    volatility.push(bars, columns.elapsed, columns.volatility);
  }

  return { read, warmUp };
}
