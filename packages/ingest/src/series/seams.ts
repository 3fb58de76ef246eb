import type { PlacedSeries } from "../files/placed-series.ts";
import { sortTimes } from "../order/near-order.ts";
import type { TimeSorter } from "../order/time-order.ts";

/** The share of rows that may be moved: for more, writing all rows again takes no longer. */
const mostMoved = 0.25;

/** What seams are mended with. */
export interface SeamTools {
  readonly sorter: TimeSorter;
  /** Columns beside the times. */
  readonly columns: number;
  /** Rows that are put in order at once, at most. */
  readonly mostRows: number;
}

/**
 * Puts the pieces of a series in order where one goes back behind the end of the one ahead of it, as neighbouring rows do that were parted by the
 * border of two slices. Each piece is in order itself; rows of one time stay in their order. False, with some of it done, where that would move many rows.
 */
export function mendSeams(series: PlacedSeries, seams: Float64Array, tools: SeamTools): boolean {
  const time = new BigInt64Array(1);
  const bytes = new Uint8Array(time.buffer);
  const timeAt = (row: number): bigint => {
    series.read(0, row, bytes);
    return time[0];
  };
  let moved = 0;
  for (const [s, seam] of seams.entries()) {
    const end = seams[s + 1] ?? series.rows;
    const first = timeAt(seam);
    const last = timeAt(seam - 1);
    if (first >= last) continue;
    // All ahead of the seam is in order by now.
    const from = firstRow(0, seam, (row) => timeAt(row) > first);
    const to = firstRow(seam, end, (row) => timeAt(row) >= last);
    moved += to - from;
    if (to - from > tools.mostRows || moved > mostMoved * series.rows) return false;
    moveRows(series, from, to, tools);
  }
  return true;
}

/** The first row from `from` to `to` of which `isPast` is true, as it is of all behind it. */
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

/** Puts rows `from` to `to` in order. */
function moveRows(series: PlacedSeries, from: number, to: number, { sorter, columns }: SeamTools): void {
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
