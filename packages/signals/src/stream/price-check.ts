import type { PriceColumns, ReadonlyTypedArray, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { PriceBar } from "./signal-stream.ts";

/** The two columns that a computation reads; every price is finite and above 0. */
export interface CheckedPrices {
  readonly close: ReadonlyTypedArray<number>;
  /** The calculation source. */
  readonly source: ReadonlyTypedArray<number>;
  /** Checks bars `from` to `from + count` (exclusive), if the check was deferred. */
  readonly check?: (from: number, count: number) => void;
}

type PriceName = keyof PriceColumns;

function priceError(column: PriceName, bar: number, value: unknown): AtcError {
  const message = `the ${column} of bar ${bar} is "${String(value)}"; prices must be finite and above 0; repair or remove the bar`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { column, bar, value: String(value) } });
}

function missingSource(column: PriceName): AtcError {
  const message = `the calculation source is "${column}", but the prices have no such column; pass it, or set calculationSource to "close"`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { column } });
}

function checkLengths(prices: PriceColumns): void {
  const { length } = prices.close;
  for (const column of ["open", "high", "low"] as const) {
    const other = prices[column]?.length ?? length;
    if (other === length) continue;
    const message = `the columns differ in length: close has ${length} bars, ${column} has ${other}`;
    throw new AtcError("ATC_INVALID_DATA", message, { details: { column, length: other, closeLength: length } });
  }
}

/**
 * The first bar of `from` to `end` (exclusive) at which a scan of four bars at a time cannot rule out a fault; all bars
 * before it are finite and above 0.
 */
function firstUnsure(prices: ReadonlyTypedArray<number>, from: number, end: number): number {
  const last = end - 3;
  let i = from;
  for (; i < last; i += 4) {
    const a = prices[i];
    const b = prices[i + 1];
    const c = prices[i + 2];
    const d = prices[i + 3];
    // The sum of four finite prices is finite, except near the largest doubles.
    if (!(a > 0 && b > 0 && c > 0 && d > 0 && a + b + c + d < Number.POSITIVE_INFINITY)) break;
  }
  return i;
}

/** The first bar of `from` to `end` (exclusive) whose price is not finite and above 0, or `end`. */
function firstFault(prices: ReadonlyTypedArray<number>, from: number, end: number): number {
  let i = firstUnsure(prices, from, end);
  for (; i < end; i++) {
    const price = prices[i];
    if (!(price > 0 && price < Number.POSITIVE_INFINITY)) break;
  }
  return i;
}

function checkColumn(column: PriceName, prices: ReadonlyTypedArray<number>, position: number): void {
  const fault = firstFault(prices, 0, prices.length);
  if (fault < prices.length) throw priceError(column, position + fault, prices[fault]);
}

/**
 * The columns to compute from; `position` is the absolute index of their first bar.
 *
 * @throws ATC_INVALID_DATA if the calculation source is missing, columns differ in length, or a price in use is not
 * finite and above 0
 */
export function checkPrices(prices: PriceColumns, config: SignalConfig, position: number): CheckedPrices {
  const source = prices[config.calculationSource];
  if (source === undefined) throw missingSource(config.calculationSource);
  checkLengths(prices);
  checkColumn("close", prices.close, position);
  if (config.calculationSource !== "close") checkColumn(config.calculationSource, source, position);
  return { close: prices.close, source };
}

/**
 * Like {@link checkPrices}, but checks prices just before they are computed, while they are in the cache. For
 * computations that end with the error.
 *
 * @throws ATC_INVALID_DATA if the calculation source is missing or columns differ in length
 */
export function deferPriceCheck(prices: PriceColumns, config: SignalConfig, position: number): CheckedPrices {
  const { close } = prices;
  const source = prices[config.calculationSource];
  if (source === undefined) throw missingSource(config.calculationSource);
  checkLengths(prices);
  return {
    close,
    source,
    check(from, count) {
      const end = from + count;
      const sound = firstFault(close, from, end) === end && (source === close || firstFault(source, from, end) === end);
      // Names the same bar as checkPrices would: faults of the close come first.
      if (!sound) checkPrices(prices, config, position);
    },
  };
}

/** A bar in arrays of one element: V8 may allocate a double that is passed between functions. */
export interface BarPrices {
  readonly close: Float64Array;
  /** The calculation source. */
  readonly source: Float64Array;
}

/** Close and source of the bar being checked, in an array for the same reason. */
const candidate = new Float64Array(2);

/** Copies both prices; an absent source becomes NaN. */
function readCandidate(bar: PriceBar, column: PriceName): void {
  candidate[0] = bar.close;
  if (column === "close") candidate[1] = bar.close;
  else if (column === "open") candidate[1] = bar.open ?? Number.NaN;
  else if (column === "high") candidate[1] = bar.high ?? Number.NaN;
  else candidate[1] = bar.low ?? Number.NaN;
}

/** Throws as {@link readBar} for a bar that is not pushed yet. */
export function checkBar(bar: PriceBar, column: PriceName, position: number): void {
  readBar(bar, column, position, { close: checkedClose, source: checkedSource });
}

const checkedClose = new Float64Array(1);
const checkedSource = new Float64Array(1);

/**
 * Copies a bar to `target`; `position` is its absolute index.
 *
 * @throws ATC_INVALID_DATA if the calculation source is missing, or a price in use is not finite and above 0; `target`
 * is then unchanged
 */
export function readBar(bar: PriceBar, column: PriceName, position: number, target: BarPrices): void {
  readCandidate(bar, column);
  const close = candidate[0];
  const source = candidate[1];
  if (!(source > 0 && source < Number.POSITIVE_INFINITY && close > 0 && close < Number.POSITIVE_INFINITY)) {
    if (bar[column] === undefined) throw missingSource(column);
    throw close > 0 && close < Number.POSITIVE_INFINITY
      ? priceError(column, position, bar[column])
      : priceError("close", position, bar.close);
  }
  target.close[0] = close;
  target.source[0] = source;
}
