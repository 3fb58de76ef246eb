import { type BarChunk, chunkBars, millisecondsAt } from "../bar-chunk.ts";
import { endOfPeriod, msPerDay, type PeriodKind } from "../calendar-period.ts";

/** Splits bars into days, months or years in UTC and computes the return of each that has one. */
export interface PeriodReturns {
  begin(chunk: BarChunk): void;
  add(chunk: BarChunk): void;
  /** Ends the period of the last bar of `chunk`. No bars may follow. */
  finish(chunk: BarChunk): void;
}

/** The first place from `from` to `length` (inclusive) at or after a time; `length + 1` if there is none. */
function placeFrom({ words, unit, length }: BarChunk, from: number, ms: number): number {
  let step = 1;
  let before = from - 1;
  let at = from;
  while (at <= length && millisecondsAt(words, at, unit) < ms) {
    before = at;
    at += step;
    step *= 2;
  }
  let after = Math.min(at, length + 1);
  while (after - before > 1) {
    const middle = (before + after) >> 1;
    if (millisecondsAt(words, middle, unit) < ms) before = middle;
    else after = middle;
  }
  return after;
}

/** Receives the next `count` returns, and the end of the period of each, exclusive, in ms. The arrays are reused. */
export type PeriodListener = (values: Float64Array, ends: Float64Array, count: number) => void;

/**
 * Creates the periods of no bars. The base of a return is the equity at the bar before the period, and for the first
 * period the first equity. A period has a return if it holds a bar after bar 0 and its base is above 0.
 */
export function createPeriodReturns(kind: PeriodKind, onReturns: PeriodListener): PeriodReturns {
  const values = new Float64Array(chunkBars);
  const ends = new Float64Array(chunkBars);
  const step = kind === "day" ? msPerDay : 0;
  let end = 0;
  let base = 0;

  return {
    begin({ equity, words, unit }) {
      base = equity[0];
      end = endOfPeriod(kind, millisecondsAt(words, 0, unit));
    },
    add(chunk) {
      const { equity, words, unit, length } = chunk;
      if (length === 0) return;
      // A period that holds only bar 0 has no return, and neither has a base that is not above 0.
      let known = chunk.row === 0 && millisecondsAt(words, 1, unit) >= end ? Number.NaN : base;
      let until = end;
      let count = 0;
      for (let place = 1; place <= length; place++) {
        let ms = millisecondsAt(words, place, unit);
        if (ms < until) {
          place = placeFrom(chunk, place + 1, until);
          if (place > length) break;
          ms = millisecondsAt(words, place, unit);
        }
        const last = equity[place - 1];
        values[count] = last / known - 1;
        ends[count] = until;
        count += Number(known > 0);
        known = last;
        // Most days follow each other.
        until = step > 0 && ms < until + step ? until + step : endOfPeriod(kind, ms);
      }
      base = known;
      end = until;
      if (count > 0) onReturns(values, ends, count);
    },
    finish({ equity, row, length }) {
      if (row + length === 0 || !(base > 0)) return;
      values[0] = equity[length] / base - 1;
      ends[0] = end;
      onReturns(values, ends, 1);
    },
  };
}
