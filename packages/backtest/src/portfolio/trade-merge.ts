import { allocateTrades, partOfTrades, type Trades } from "../account/trades.ts";
import type { MetricTrades } from "../metrics/parts/trade-sums.ts";
import type { CurveReader } from "../results/curves.ts";

/** Trades that are passed on at once. */
const blockRows = 1024;
/** The most trades of all accounts in memory: 25 MiB. */
const windowRows = 2 ** 18;

/** The closed trades of one account that are in memory. */
interface TradeWindow {
  readonly curves: CurveReader;
  readonly trades: Trades;
  /** The next trade in the window, and the end of those that are there. */
  at: number;
  end: number;
  /** The row after the window. */
  row: number;
}

/** Moves to the next closed trade; false after the last one. */
function advance(window: TradeWindow): boolean {
  for (;;) {
    if (window.at === window.end) {
      const count = Math.min(window.trades.length, window.curves.trades - window.row);
      if (count === 0) return false;
      window.curves.readTrades(window.row, partOfTrades(window.trades, 0, count));
      window.at = 0;
      window.end = count;
      window.row += count;
    }
    if (window.trades.open[window.at] === 0) return true;
    window.at++;
  }
}

/** Copies what metrics read of one trade. Views of single rows would cost more than the merge. */
function copyTrade(from: Trades, row: number, to: Trades, place: number): void {
  to.entryTime[place] = from.entryTime[row];
  to.exitTime[place] = from.exitTime[row];
  to.direction[place] = from.direction[row];
  to.profit[place] = from.profit[row];
  to.return[place] = from.return[row];
  to.barsHeld[place] = from.barsHeld[row];
  to.mae[place] = from.mae[row];
  to.mfe[place] = from.mfe[row];
}

/** Whether the next trade of one account ends before that of another; equal times go in symbol order. */
function isBefore(a: TradeWindow, b: TradeWindow, places: ReadonlyMap<TradeWindow, number>): boolean {
  const own = a.trades.exitTime[a.at];
  const other = b.trades.exitTime[b.at];
  return own < other || (own === other && (places.get(a) ?? 0) < (places.get(b) ?? 0));
}

/** Restores the order of a heap from its root down. */
function sink(heap: TradeWindow[], places: ReadonlyMap<TradeWindow, number>, from: number): void {
  let node = from;
  for (;;) {
    let least = node;
    for (const child of [2 * node + 1, 2 * node + 2])
      if (child < heap.length && isBefore(heap[child], heap[least], places)) least = child;
    if (least === node) return;
    [heap[node], heap[least]] = [heap[least], heap[node]];
    node = least;
  }
}

/**
 * Passes on the closed trades of many accounts in the order in which they ended; those that ended at the same time go
 * in the order of the accounts. Only a window of each account is in memory.
 *
 * @param onTrades - receives blocks, whose arrays are reused
 */
export function mergeTrades(accounts: readonly CurveReader[], onTrades: (trades: MetricTrades) => void): void {
  const rows = Math.max(1, Math.min(blockRows, Math.floor(windowRows / Math.max(1, accounts.length))));
  const windows = accounts.map(
    (curves): TradeWindow => ({
      curves,
      trades: allocateTrades(Math.min(rows, curves.trades)),
      at: 0,
      end: 0,
      row: 0,
    }),
  );
  const places = new Map(windows.map((window, place) => [window, place]));
  const heap = windows.filter(advance);
  for (let node = heap.length >> 1; node >= 0; node--) sink(heap, places, node);
  const block = allocateTrades(blockRows);
  let filled = 0;
  while (heap.length > 0) {
    const [first] = heap;
    copyTrade(first.trades, first.at, block, filled);
    first.at++;
    if (++filled === blockRows) {
      onTrades(block);
      filled = 0;
    }
    if (!advance(first)) {
      const last = heap.pop() as TradeWindow;
      if (heap.length > 0) heap[0] = last;
    }
    sink(heap, places, 0);
  }
  if (filled > 0) onTrades(partOfTrades(block, 0, filled));
}
