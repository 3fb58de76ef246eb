import type { AccountRows } from "../simulation/account-rows.ts";
import { allocateWindow, type BarCursor, type BarWindow, partOfWindow, type WindowColumns } from "./bar-cursor.ts";

/** The bars of one symbol, in order of time, each time once. */
export interface MergedSymbol {
  readonly cursor: BarCursor;
  /** Number of its bars. */
  readonly bars: number;
}

/** Rows of many symbols, merged by time. Valid until the next block. */
export interface MergedRows extends AccountRows {
  readonly symbols: Int32Array;
  /** Volume of each row; undefined if it is not read. */
  readonly volume?: Float64Array | undefined;
}

/** The most rows of all symbols in memory: 18 MiB with every column. */
const windowRows = 2 ** 18;
/** The least rows of a symbol in memory. */
const leastWindow = 16;
/** Rows after which a block ends with the next time. */
const blockRows = 8192;

/** The symbols that have rows left, the one with the earliest row first; equal times go in symbol order. */
interface RowHeap {
  readonly order: Int32Array;
  length: number;
}

/** The current row of each symbol. */
interface Heads {
  /** Words of its time. */
  readonly high: Int32Array;
  readonly low: Uint32Array;
  /** Its place in the windows, and the end of its own. */
  readonly at: Int32Array;
  readonly end: Int32Array;
}

function isBefore({ high, low }: Heads, a: number, b: number): boolean {
  if (high[a] !== high[b]) return high[a] < high[b];
  if (low[a] !== low[b]) return low[a] < low[b];
  return a < b;
}

function sink({ order, length }: RowHeap, heads: Heads, from: number): void {
  const moved = order[from];
  let node = from;
  for (;;) {
    let child = 2 * node + 1;
    if (child >= length) break;
    if (child + 1 < length && isBefore(heads, order[child + 1], order[child])) child++;
    if (!isBefore(heads, order[child], moved)) break;
    order[node] = order[child];
    node = child;
  }
  order[node] = moved;
}

/** Options of {@link mergeRows}. */
export interface MergeRowsOptions {
  readonly columns: WindowColumns;
  /** Replaces the times of bars before it: accounts are in cash at the last time before a period. */
  readonly earliest: bigint | undefined;
}

/**
 * Merges the bars of many symbols by time, for one account. A block never divides the rows of a time. Memory does not
 * depend on the bars: a window of each symbol is held, together at most 2^18 rows, or 16 rows per symbol if that is
 * more. A row takes log2(symbols) comparisons.
 */
export function* mergeRows(symbols: readonly MergedSymbol[], options: MergeRowsOptions): Generator<MergedRows, void> {
  const { columns, earliest } = options;
  const count = symbols.length;
  const longest = symbols.reduce((most, { bars }) => Math.max(most, bars), 1);
  const length = Math.min(longest, Math.max(leastWindow, Math.floor(windowRows / count)));
  const windows = allocateWindow(count * length, columns);
  const words = new Int32Array(windows.times.buffer);
  const heads: Heads = {
    high: new Int32Array(count),
    low: new Uint32Array(count),
    at: new Int32Array(count),
    end: new Int32Array(count),
  };
  const heap: RowHeap = { order: new Int32Array(count), length: 0 };
  const block = allocateWindow(blockRows + count, columns);
  const blockWords = new Int32Array(block.times.buffer);
  const blockSymbols = new Int32Array(blockRows + count);

  /** Reads the time of the current row; false after the last one. */
  function look(symbol: number): boolean {
    if (heads.at[symbol] === heads.end[symbol]) {
      const from = symbol * length;
      const window = partOfWindow(windows, from, from + length);
      const found = symbols[symbol].cursor.next(window);
      if (earliest !== undefined)
        for (let i = 0; i < found && window.times[i] < earliest; i++) window.times[i] = earliest;
      heads.at[symbol] = from;
      heads.end[symbol] = from + found;
      if (found === 0) return false;
    }
    const at = heads.at[symbol];
    heads.low[symbol] = words[2 * at];
    heads.high[symbol] = words[2 * at + 1];
    return true;
  }

  for (let symbol = 0; symbol < count; symbol++) if (look(symbol)) heap.order[heap.length++] = symbol;
  for (let node = (heap.length >> 1) - 1; node >= 0; node--) sink(heap, heads, node);
  while (heap.length > 0) {
    let filled = 0;
    while (heap.length > 0) {
      const symbol = heap.order[0];
      const { [symbol]: low } = heads.low;
      const { [symbol]: high } = heads.high;
      const isSameTime = filled > 0 && blockWords[2 * filled - 2] >>> 0 === low && blockWords[2 * filled - 1] === high;
      if (filled >= blockRows && !isSameTime) break;
      blockWords[2 * filled] = low;
      blockWords[2 * filled + 1] = high;
      blockSymbols[filled] = symbol;
      copyRow(windows, heads.at[symbol], block, filled);
      filled++;
      heads.at[symbol] = heads.at[symbol] + 1;
      if (!look(symbol)) heap.order[0] = heap.order[--heap.length];
      if (heap.length > 1) sink(heap, heads, 0);
    }
    yield rowsOf(partOfWindow(block, 0, filled), blockSymbols.subarray(0, filled));
  }
}

function copyRow(from: BarWindow, row: number, to: BarWindow, place: number): void {
  to.close[place] = from.close[row];
  to.directions[place] = from.directions[row];
  if (from.open !== undefined && to.open !== undefined) to.open[place] = from.open[row];
  if (from.high !== undefined && to.high !== undefined) to.high[place] = from.high[row];
  if (from.low !== undefined && to.low !== undefined) to.low[place] = from.low[row];
  if (from.strengths !== undefined && to.strengths !== undefined) to.strengths[place] = from.strengths[row];
  if (from.entries !== undefined && to.entries !== undefined) to.entries[place] = from.entries[row];
  if (from.volume !== undefined && to.volume !== undefined) to.volume[place] = from.volume[row];
}

/** The rows of a window as an account reads them: columns that are absent have no member. */
export function accountRows(window: BarWindow): AccountRows {
  const { times, close, directions, open, high, low, strengths, entries } = window;
  return {
    times,
    close,
    directions,
    ...(open === undefined ? {} : { open }),
    ...(high === undefined ? {} : { high }),
    ...(low === undefined ? {} : { low }),
    ...(strengths === undefined ? {} : { strengths }),
    ...(entries === undefined ? {} : { entries }),
  };
}

function rowsOf(window: BarWindow, symbols: Int32Array): MergedRows {
  return { ...accountRows(window), symbols, volume: window.volume };
}
