import type { BarBlock, ReportBars } from "../data/report-data.ts";
import { sparkPoints } from "./block-format.ts";
import { type CollectedSignal, createSignalCollector } from "./collect-signal.ts";

/** The candles of a symbol: one per bucket that has a bar. */
export interface CollectedBars {
  readonly symbol: string;
  readonly bits: number;
  /** Number of the bucket of each candle, rising. */
  readonly rows: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly hasRange: boolean;
  /** The signals; absent if the bars have none. */
  readonly signal?: CollectedSignal | undefined;
  /** The symbol's equity, or its close, at {@link sparkPoints} places; 0 is the lowest, 255 the highest. */
  readonly spark: Uint8Array;
}

/** The values as steps from 0 to 255 between the lowest and the highest. */
function sparkOf(values: Float64Array): Uint8Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const span = high - low;
  return Uint8Array.from(values, (value) => (span > 0 ? Math.round((255 * (value - low)) / span) : 128));
}

/** Candles for which there is room at first. */
const firstRoom = 1024;

function twiceAsLong(values: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * values.length);
  longer.set(values);
  return longer;
}

/** Whether each bar has a row of its own, after `last`. */
function areRising(rows: Int32Array, last: number): boolean {
  let before = last;
  for (let i = 0; i < rows.length; i++) {
    if (rows[i] <= before) return false;
    before = rows[i];
  }
  return rows.length > 0;
}

/** Reads the bars of a symbol into candles of 2^bits rows of the curve. Memory grows with the candles. */
export function collectBars({ symbol, length, blocks }: ReportBars, bits: number): CollectedBars {
  let rows = new Float64Array(firstRoom);
  let [open, high, low, close] = Array.from({ length: 4 }, () => new Float64Array(firstRoom));
  const spark = new Float64Array(sparkPoints).fill(Number.NaN);
  let candles = 0;
  let last = -1;
  let bar = 0;
  let hasRange = true;
  const signals = createSignalCollector(bits);

  function addSingles({ row, close: closes, range }: BarBlock): void {
    while (candles + row.length > rows.length)
      [rows, open, high, low, close] = [rows, open, high, low, close].map(twiceAsLong);
    rows.set(row, candles);
    open.set(range?.open ?? closes, candles);
    high.set(range?.high ?? closes, candles);
    low.set(range?.low ?? closes, candles);
    close.set(closes, candles);
    candles += row.length;
    last = row[row.length - 1];
  }

  for (const block of blocks()) {
    signals.add(block);
    const { row, range, close: closes, equity = closes } = block;
    if (range === undefined) hasRange = false;
    for (let i = 0; i < block.length; i++)
      spark[Math.min(sparkPoints - 1, Math.floor((bar++ * sparkPoints) / length))] = equity[i];
    if (bits === 0 && areRising(row, last)) {
      addSingles(block);
      continue;
    }
    for (let i = 0; i < block.length; i++) {
      const bucket = row[i] >>> bits;
      const price = closes[i];
      const top = range === undefined ? price : range.high[i];
      const bottom = range === undefined ? price : range.low[i];
      if (bucket !== last) {
        last = bucket;
        if (candles === rows.length) [rows, open, high, low, close] = [rows, open, high, low, close].map(twiceAsLong);
        rows[candles] = bucket;
        open[candles] = range === undefined ? price : range.open[i];
        high[candles] = top;
        low[candles] = bottom;
        candles++;
      }
      const place = candles - 1;
      if (top > high[place]) high[place] = top;
      if (bottom < low[place]) low[place] = bottom;
      close[place] = price;
    }
  }
  // Fewer bars than points, or than expected, leave points without a value.
  for (let i = 1; i < sparkPoints; i++) if (Number.isNaN(spark[i])) spark[i] = spark[i - 1];
  const part = (values: Float64Array): Float64Array => values.slice(0, candles);
  return {
    symbol,
    bits,
    rows: part(rows),
    open: part(open),
    high: part(high),
    low: part(low),
    close: part(close),
    hasRange,
    signal: signals.finish(),
    spark: sparkOf(spark),
  };
}
