import type { StoredSeries } from "../files/stored-series.ts";
import { sortTimes } from "../order/near-order.ts";
import type { TimeSorter } from "../order/time-order.ts";

/** The share of rows that may move. Beyond it, writing all rows again takes no longer. */
const mostMoved = 0.25;

/** What pieces are merged with. */
export interface InPlaceTools {
  readonly sorter: TimeSorter;
  /** Columns besides the times. */
  readonly columns: number;
  /** Rows that may be sorted at once. */
  readonly mostRows: number;
}

/**
 * Merges the pieces of a series in the files of the dataset. Each piece is sorted, but the first rows of one may be
 * earlier than the last rows of the one before: neighbours in the source that two slices share. Rows of one time keep
 * their order. Returns false, with some pieces merged, if many rows would move.
 */
export function mergeInPlace(series: StoredSeries, pieceStarts: Float64Array, tools: InPlaceTools): boolean {
  const time = new BigInt64Array(1);
  const bytes = new Uint8Array(time.buffer);
  const timeAt = (row: number): bigint => {
    series.read(0, row, bytes);
    return time[0];
  };
  let moved = 0;
  for (const [p, start] of pieceStarts.entries()) {
    const end = pieceStarts[p + 1] ?? series.rows;
    const first = timeAt(start);
    const last = timeAt(start - 1);
    if (first >= last) continue;
    // All rows before this piece are sorted by now.
    const from = firstRow(0, start, (row) => timeAt(row) > first);
    const to = firstRow(start, end, (row) => timeAt(row) >= last);
    moved += to - from;
    if (to - from > tools.mostRows || moved > mostMoved * series.rows) return false;
    sortRows(series, from, to, tools);
  }
  return true;
}

/** The first row from `from` to `to` for which `isPast` is true. It is true of all rows after that. */
function firstRow(from: number, to: number, isPast: (row: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Sorts rows `from` to `to`. */
function sortRows(series: StoredSeries, from: number, to: number, { sorter, columns }: InPlaceTools): void {
  const rows = to - from;
  const order = new Uint32Array(rows);
  const read = new Int32Array(2 * rows);
  const moved = new Int32Array(2 * rows);
  series.read(0, from, new Uint8Array(read.buffer));
  sortTimes(read, order, rows, sorter);
  series.write(0, from, new Uint8Array(read.buffer));
  for (let column = 1; column <= columns; column++) {
    series.read(column, from, new Uint8Array(read.buffer));
    for (let i = 0; i < rows; i++) {
      const row = order[i];
      moved[2 * i] = read[2 * row];
      moved[2 * i + 1] = read[2 * row + 1];
    }
    series.write(column, from, new Uint8Array(moved.buffer));
  }
}
