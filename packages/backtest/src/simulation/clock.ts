import type { TimeUnit } from "../base/calendar.ts";

/** Converts the times of an account to doubles. */
export interface Clock {
  /** Writes the ms of each time since the first time of all calls. Times are pairs of words, low word first. */
  elapsed(words: Int32Array, length: number, into: Float64Array): void;
  /** Writes the ms since 1970 of the rows `starts[0]` to `starts[count - 1]`. */
  milliseconds(times: BigInt64Array, starts: Int32Array, count: number, into: Float64Array): void;
}

const wordSize = 4_294_967_296;
const nsPerMs = 1e6;

/** Creates a clock for times in `unit`. */
export function createClock(unit: TimeUnit): Clock {
  const scale = unit === "ns" ? nsPerMs : 1;
  let firstLow = 0;
  let firstHigh = 0;
  let hasFirst = false;
  return {
    elapsed(words, length, into) {
      if (!hasFirst && length > 0) {
        firstLow = words[0] >>> 0;
        firstHigh = words[1];
        hasFirst = true;
      }
      // The difference of nanoseconds is exact for 104 days, and of milliseconds always; the times are not.
      for (let row = 0; row < length; row++)
        into[row] = ((words[2 * row + 1] - firstHigh) * wordSize + ((words[2 * row] >>> 0) - firstLow)) / scale;
    },
    milliseconds(times, starts, count, into) {
      // A double of nanoseconds would round to the next day; division of a BigInt rounds toward 1970.
      if (unit === "ns") for (let i = 0; i < count; i++) into[i] = Number(times[starts[i]] / 1000n) / 1000;
      else for (let i = 0; i < count; i++) into[i] = Number(times[starts[i]]);
    },
  };
}
