import { allocateTrades, partOfTrades, type Trades } from "../account/trades.ts";

/** The trades of one account, in the order in which they ended, open ones last. A `CurveReader` is one. */
export interface TradeSource {
  /** Number of trades. */
  readonly trades: number;
  /** Fills the `into.length` rows of `into` with the trades from trade `row`. */
  readTrades(row: number, into: Trades): void;
}

/** Receives the next trades and the position of the source of each. The arrays are reused after the call. */
export type MergedTradeListener = (trades: Trades, sources: Int32Array) => void;

/** Rows of a block that is passed on. */
const blockRows = 1024;
/** Rows of all sources that are in memory: 7 MB. */
const windowRows = 2 ** 16;

/** Some trades of one source, of which `row` is the next one. */
interface Window {
  readonly rows: Trades;
  readonly exitWords: Int32Array;
  row: number;
  filled: number;
  /** The trade after those in the window. */
  following: number;
}

function wordsOf(times: BigInt64Array): Int32Array {
  return new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
}

/** Reads the next trades of a source. Returns whether there are any. */
function refill(source: TradeSource, window: Window): boolean {
  window.filled = Math.min(window.rows.length, source.trades - window.following);
  window.row = 0;
  if (window.filled <= 0) return false;
  source.readTrades(window.following, partOfTrades(window.rows, 0, window.filled));
  window.following += window.filled;
  return true;
}

/** Whether the current trade of window `a` is before that of window `b`, whose source comes later if they are equal. */
function isBefore(a: Window, b: Window, isEarlierSource: boolean): boolean {
  const openA = a.rows.open[a.row];
  const openB = b.rows.open[b.row];
  if (openA !== openB) return openA < openB;
  if (openA === 1) return isEarlierSource;
  const high = a.exitWords[2 * a.row + 1] - b.exitWords[2 * b.row + 1];
  if (high !== 0) return high < 0;
  const low = (a.exitWords[2 * a.row] >>> 0) - (b.exitWords[2 * b.row] >>> 0);
  return low === 0 ? isEarlierSource : low < 0;
}

/** Copies one row. A loop over the columns would take ten times as long, because their arrays differ in type. */
function copyRow(from: Trades, i: number, to: Trades, k: number): void {
  to.entryTime[k] = from.entryTime[i];
  to.exitTime[k] = from.exitTime[i];
  to.direction[k] = from.direction[i];
  to.quantity[k] = from.quantity[i];
  to.entryPrice[k] = from.entryPrice[i];
  to.exitPrice[k] = from.exitPrice[i];
  to.fees[k] = from.fees[i];
  to.slippage[k] = from.slippage[i];
  to.profit[k] = from.profit[i];
  to.return[k] = from.return[i];
  to.barsHeld[k] = from.barsHeld[i];
  to.mae[k] = from.mae[i];
  to.mfe[k] = from.mfe[i];
  to.reason[k] = from.reason[i];
  to.open[k] = from.open[i];
}

/** A heap of windows: the one whose trade is next is first. */
interface WindowHeap {
  push(source: number): void;
  /** The source of the next trade; -1 if there is none. */
  first(): number;
  /** Puts the first source in its place after its window has moved, or removes it. */
  settle(isEmpty: boolean): void;
}

function createHeap(windows: readonly Window[]): WindowHeap {
  const heap: number[] = [];

  function precedes(a: number, b: number): boolean {
    return isBefore(windows[a] as Window, windows[b] as Window, a < b);
  }

  function sink(): void {
    const moved = heap[0] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1] as number, heap[child] as number)) child++;
      if (precedes(moved, heap[child] as number)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moved;
  }

  return {
    push(source) {
      let at = heap.length;
      heap.push(source);
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!precedes(source, heap[parent] as number)) break;
        heap[at] = heap[parent] as number;
        at = parent;
      }
      heap[at] = source;
    },
    first: () => heap[0] ?? -1,
    settle(isEmpty) {
      const last = isEmpty ? heap.pop() : undefined;
      if (isEmpty && last !== undefined && heap.length > 0) heap[0] = last;
      if (heap.length > 0) sink();
    },
  };
}

/**
 * Passes on the trades of many accounts in the order in which they ended, and in the order of the sources if they ended
 * at the same time; open trades come last. Only a window of each source is in memory.
 */
export function mergeTrades(sources: readonly TradeSource[], onTrades: MergedTradeListener): void {
  const rows = Math.max(16, Math.min(blockRows, Math.floor(windowRows / Math.max(1, sources.length))));
  const windows = sources.map((source): Window => {
    const table = allocateTrades(Math.min(rows, source.trades));
    return { rows: table, exitWords: wordsOf(table.exitTime), row: 0, filled: 0, following: 0 };
  });
  const heap = createHeap(windows);
  sources.forEach((source, i) => {
    if (refill(source, windows[i] as Window)) heap.push(i);
  });
  const merged = allocateTrades(blockRows);
  const from = new Int32Array(blockRows);
  let filled = 0;
  for (let next = heap.first(); next >= 0; next = heap.first()) {
    const window = windows[next] as Window;
    copyRow(window.rows, window.row, merged, filled);
    from[filled++] = next;
    window.row++;
    heap.settle(window.row === window.filled && !refill(sources[next] as TradeSource, window));
    if (filled === blockRows) {
      onTrades(merged, from);
      filled = 0;
    }
  }
  if (filled > 0) onTrades(partOfTrades(merged, 0, filled), from.subarray(0, filled));
}
