import { createTimeSorter } from "./time-order.ts";

/** The rows of a series in an arena, in order of time. */
export interface PieceOrder {
  /** Numbers of rows of the arena; valid until the next call. */
  readonly order: Uint32Array;
  readonly length: number;
}

/** Sorts the series of an arena by time, one after another. `extents` holds pairs of first row and number of rows. */
export type PieceOrderer = (times: Int32Array, extents: readonly number[]) => PieceOrder;

export function createPieceOrder(): PieceOrderer {
  const sorter = createTimeSorter();
  let rows = new Uint32Array(0);
  let sorted = new Uint32Array(0);
  let words = new Int32Array(0);

  function reserve(length: number): void {
    if (rows.length >= length) return;
    const room = Math.ceil(1.25 * length);
    rows = new Uint32Array(room);
    sorted = new Uint32Array(room);
    words = new Int32Array(2 * room);
  }

  return (times, extents) => {
    let length = 0;
    for (let e = 1; e < extents.length; e += 2) length += extents[e];
    reserve(length);
    if (!gather(times, extents, rows, words)) return { order: rows, length };
    const { order } = sorter.order(words, length);
    for (let i = 0; i < length; i++) sorted[i] = rows[order[i]];
    return { order: sorted, length };
  };
}

/**
 * Fills `rows` and `words` with the rows of the extents and their times. Returns whether any time is before the
 * previous one.
 */
function gather(times: Int32Array, extents: readonly number[], rows: Uint32Array, words: Int32Array): boolean {
  let at = 0;
  let unsorted = false;
  let lastHigh = -2_147_483_648;
  let lastLow = 0;
  for (let e = 0; e < extents.length; e += 2) {
    const first = extents[e];
    const end = first + extents[e + 1];
    for (let row = first; row < end; row++) {
      const low = times[2 * row];
      const high = times[2 * row + 1];
      if (high < lastHigh || (high === lastHigh && low >>> 0 < lastLow)) unsorted = true;
      lastHigh = high;
      lastLow = low >>> 0;
      rows[at] = row;
      words[2 * at] = low;
      words[2 * at + 1] = high;
      at++;
    }
  }
  return unsorted;
}
