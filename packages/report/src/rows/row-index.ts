import { areSameTimes, timesAtOnce } from "./same-times.ts";

/** Sorted times that can be read anywhere. */
export interface TimeReader {
  /** Number of times. */
  readonly length: number;
  /** Fills `into` with the times from `row`. */
  times(row: number, into: BigInt64Array): void;
}

/** Finds the rows of a curve by their times. */
export interface RowIndex {
  /** The first row at a time or later; the last row if there is none. Rising times are found fastest. */
  rowFrom(time: bigint): number;
  /** Fills `into` with the row from each of some times. Those of consecutive rows are found fastest. */
  rowsFrom(times: BigInt64Array, into: Int32Array): void;
}

/** Times of a short curve are in one block. */
const mostInOne = 65_536;
const usualRows = 1024;

/** The first place in sorted times that is not before `time`. */
function placeFrom(times: BigInt64Array, time: bigint, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (times[middle] < time) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Reads the times of a curve once, and keeps one of 1024; all of a short curve. */
export function createRowIndex({ length, times: read }: TimeReader): RowIndex {
  const blockRows = length <= mostInOne ? Math.max(1, length) : usualRows;
  const blocks = Math.ceil(length / blockRows);
  const firsts = new BigInt64Array(blocks);
  const memory = new BigInt64Array(blockRows);
  const one = new BigInt64Array(1);
  for (let block = 0; block < blocks; block++) {
    read(block * blockRows, one);
    firsts[block] = one[0];
  }
  let current = -1;
  let times = memory.subarray(0, 0);
  let place = 0;

  function load(block: number): void {
    current = block;
    place = 0;
    times = memory.subarray(0, Math.min(blockRows, length - block * blockRows));
    read(block * blockRows, times);
  }

  /** Whether the row of a time is in the current block. */
  function isHere(time: bigint): boolean {
    return current >= 0 && time >= times[0] && time <= times[times.length - 1];
  }

  function rowFrom(time: bigint): number {
    if (!isHere(time)) {
      const after = placeFrom(firsts, time, 0, blocks);
      // The block before may hold it, unless the time is exactly the first one of a block.
      const block = after < blocks && firsts[after] === time ? after : Math.max(0, after - 1);
      if (block !== current) load(block);
    }
    const { length: rows } = times;
    if (place < rows && times[place] <= time) {
      // The next bar of a symbol is most often in the next row.
      for (let steps = 0; steps < 4 && place < rows && times[place] < time; steps++) place++;
      if (place < rows && times[place] < time) place = placeFrom(times, time, place, rows);
    } else place = placeFrom(times, time, 0, rows);
    return Math.min(length - 1, current * blockRows + place);
  }

  return {
    rowFrom,
    rowsFrom(wanted, into) {
      let next = 0;
      for (let i = 0; i < wanted.length; ) {
        const first = rowFrom(wanted[i]);
        into[i++] = first;
        if (i < next) continue;
        const count = Math.min(timesAtOnce, wanted.length - i, times.length - place - 1);
        if (areSameTimes(times, place + 1, { others: wanted, from: i, count })) {
          for (let k = 1; k <= count; k++) into[i++] = first + k;
          place += count;
        } else next = i + timesAtOnce;
      }
    },
  };
}
