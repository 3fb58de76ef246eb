import { AtcError, type BacktestConfig, type ReadonlyTypedArray, type Series } from "@atc/contract";
import type { PeriodRows } from "../base/period.ts";
import { createPriceScreen } from "../prices/price-screen.ts";
import type { CurveReader } from "../results/curves.ts";
import { type ReadColumns, type RowPrices, rowPrices } from "./read-columns.ts";

/** Arrays of equal length for some bars of a symbol with their decisions. */
export interface BarWindow {
  readonly times: BigInt64Array;
  readonly close: Float64Array;
  readonly open?: Float64Array | undefined;
  readonly high?: Float64Array | undefined;
  readonly low?: Float64Array | undefined;
  readonly directions: Int8Array;
  readonly strengths?: Float64Array | undefined;
  readonly entries?: Uint8Array | undefined;
  readonly volume?: Float64Array | undefined;
}

/** Reads the bars of a symbol again, together with the decisions that were stored for them. */
export interface BarCursor {
  /** The valid bars before those of the curve, in order. Each block is valid until the next one. Call it first. */
  history(): Generator<RowPrices & { readonly times: BigInt64Array }, void, void>;
  /** Fills the first elements of a window with the next bars. Returns their number: 0 only after the last bar. */
  next(window: BarWindow): number;
}

/** Rows per read of the bars before a curve. */
const historyRows = 16_384;

/** Bars that were read again. */
interface ReadBars extends RowPrices {
  readonly volume: ReadonlyTypedArray<number> | undefined;
  /** The row after those that were read. */
  readonly end: number;
}

/** Options of {@link openBarCursor}. */
export interface BarCursorOptions {
  readonly columns: ReadColumns;
  readonly policy: BacktestConfig["invalidPrices"];
  readonly rows: PeriodRows;
  /** The bars with their directions, and the columns `strength` and `entry` if the account reads them. */
  readonly decisions: CurveReader;
}

/**
 * Opens a cursor at the first bar of a symbol's curve. That is the last valid bar before the period if there is one.
 * Rows are read in small requests, so that any number of cursors can be open.
 */
export function openBarCursor(series: Series, options: BarCursorOptions): BarCursor {
  const { columns, policy, rows, decisions } = options;
  const { symbol } = series;
  const { prices, excursions, timeUnit } = columns;
  const others = [...excursions, ...columns.volume];
  const names = ["timestamp", ...prices, ...others];
  const screen = createPriceScreen({ symbol, timeUnit, prices, others, policy });
  let row = -1;
  let bar = 0;
  let entryValues = new Float64Array(0);

  /** The valid bars from row `from` on: up to row `to`, or to the end of its segment, if that is earlier. */
  function read(from: number, to: number, times: BigInt64Array): ReadBars | undefined {
    for (const block of series.blocks({ columns: names, from, to, blockLength: to - from })) {
      const taken = screen.take(block, times);
      return { ...rowPrices(taken, columns), volume: taken["volume"], end: block.row + block.length };
    }
    return undefined;
  }

  /** The row of the first bar of the curve. */
  function firstRow(): number {
    const time = new BigInt64Array(1);
    for (let last = rows.from - 1; last >= rows.start; last--)
      if (read(last, last + 1, time)?.close.length === 1) return last;
    return rows.from;
  }

  function copyPrices({ close, open, high, low, volume }: ReadBars, window: BarWindow): void {
    window.close.set(close as Float64Array);
    window.open?.set((open ?? close) as Float64Array);
    window.high?.set((high ?? close) as Float64Array);
    window.low?.set((low ?? close) as Float64Array);
    if (volume !== undefined) window.volume?.set(volume as Float64Array);
  }

  function readDecisions(window: BarWindow, count: number): void {
    decisions.directions(bar, window.directions.subarray(0, count));
    if (window.strengths !== undefined) decisions.column("strength", bar, window.strengths.subarray(0, count));
    if (window.entries === undefined) return;
    if (entryValues.length < count) entryValues = new Float64Array(window.entries.length);
    const values = entryValues.subarray(0, count);
    decisions.column("entry", bar, values);
    window.entries.set(values);
  }

  return {
    *history() {
      if (row < 0) row = firstRow();
      const times = new BigInt64Array(Math.min(historyRows, row - rows.start));
      for (let from = rows.start; from < row; ) {
        const found = read(from, Math.min(row, from + historyRows), times);
        if (found === undefined) return;
        from = found.end;
        if (found.close.length > 0) yield { ...found, times: times.subarray(0, found.close.length) };
      }
    },
    next(window) {
      if (row < 0) row = firstRow();
      while (row < rows.to) {
        const found = read(row, Math.min(rows.to, row + window.times.length), window.times);
        if (found === undefined) return 0;
        row = found.end;
        const count = found.close.length;
        if (count === 0) continue;
        if (bar + count > decisions.bars)
          throw new AtcError("ATC_CORRUPT_DATA", `symbol "${symbol}" has more bars than decisions; run it again`, {
            details: { symbol },
          });
        copyPrices(found, window);
        readDecisions(window, count);
        bar += count;
        return count;
      }
      return 0;
    },
  };
}

/** Which optional columns a window has. */
export interface WindowColumns {
  readonly prices: readonly string[];
  readonly strengths: boolean;
  readonly entries: boolean;
  readonly volume: boolean;
}

/** A window of `length` bars. */
export function allocateWindow(length: number, { prices, strengths, entries, volume }: WindowColumns): BarWindow {
  const price = (name: string): Float64Array | undefined =>
    prices.includes(name) ? new Float64Array(length) : undefined;
  return {
    times: new BigInt64Array(length),
    close: new Float64Array(length),
    open: price("open"),
    high: price("high"),
    low: price("low"),
    directions: new Int8Array(length),
    strengths: strengths ? new Float64Array(length) : undefined,
    entries: entries ? new Uint8Array(length) : undefined,
    volume: volume ? new Float64Array(length) : undefined,
  };
}

/** Rows `from` (inclusive) to `to` (exclusive) of a window as views. */
export function partOfWindow(window: BarWindow, from: number, to: number): BarWindow {
  return {
    times: window.times.subarray(from, to),
    close: window.close.subarray(from, to),
    open: window.open?.subarray(from, to),
    high: window.high?.subarray(from, to),
    low: window.low?.subarray(from, to),
    directions: window.directions.subarray(from, to),
    strengths: window.strengths?.subarray(from, to),
    entries: window.entries?.subarray(from, to),
    volume: window.volume?.subarray(from, to),
  };
}
