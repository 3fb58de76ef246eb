import type { BarBlock } from "../data/report-data.ts";
import type { RowIndex } from "./row-index.ts";

/** Prices of consecutive bars: closes alone, or open, high, low and close. */
export interface PriceColumns {
  /** Times, rising. */
  readonly times: BigInt64Array;
  /** Closing prices. */
  readonly close: ArrayLike<number>;
  /** The other prices; absent if there is one price per row. */
  readonly range?: {
    readonly open: ArrayLike<number>;
    readonly high: ArrayLike<number>;
    readonly low: ArrayLike<number>;
  };
}

function isPriced(i: number, close: ArrayLike<number>, range: PriceColumns["range"]): boolean {
  return close[i] > 0 && (range === undefined || (range.open[i] > 0 && range.high[i] > 0 && range.low[i] > 0));
}

function valuesAt(values: ArrayLike<number>, places: Int32Array): Float64Array {
  const found = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) found[i] = values[places[i]];
  return found;
}

/** The bars whose prices are all above 0, with their rows: an account has no others. */
export function pricedBars({ times, close, range }: PriceColumns, index: RowIndex): BarBlock {
  const { length } = times;
  const given = range === undefined ? [close] : [close, range.open, range.high, range.low];
  const places = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    places[count] = i;
    if (isPriced(i, close, range)) count++;
  }
  const row = new Int32Array(count);
  if (count === length) index.rowsFrom(times, row);
  else for (let i = 0; i < count; i++) row[i] = index.rowFrom(times[places[i]]);
  const [closes, open, high, low] = given.map((values) => valuesAt(values, places.subarray(0, count)));
  const bars = { length: count, row, close: closes };
  return range === undefined ? bars : { ...bars, range: { open, high, low } };
}
