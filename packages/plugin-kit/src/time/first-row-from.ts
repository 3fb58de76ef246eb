import type { Series } from "@atc/contract";

/**
 * The first row whose time is `time` or later; the length of the series if there is none. A binary search: it reads
 * few rows.
 *
 * @param time - in the unit of the series' timestamp
 */
export function firstRowFrom(series: Series, time: bigint): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (timeOfRow(series, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timeOfRow(series: Series, row: number): bigint {
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 })) return block.times()[0];
  throw new RangeError(`row ${row} of ${series.length}`);
}
