import { type BarChunk, millisecondsAt } from "../bar-chunk.ts";
import { endOfPeriod, type PeriodKind } from "../calendar-period.ts";

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

/**
 * Creates the periods of no bars. The base of a return is the equity at the bar before the period, and for the first
 * period the first equity.
 *
 * @param onReturn - receives the return and a time in the period, in ms, of every period with a bar after bar 0 and a
 * base above 0
 */
export function createPeriodReturns(kind: PeriodKind, onReturn: (value: number, ms: number) => void): PeriodReturns {
  let end = 0;
  let base = 0;

  function close({ equity, row, words, unit }: BarChunk, place: number): void {
    if (row + place > 0 && base > 0) onReturn(equity[place] / base - 1, millisecondsAt(words, place, unit));
    base = equity[place];
  }

  return {
    begin({ equity, words, unit }) {
      base = equity[0];
      end = endOfPeriod(kind, millisecondsAt(words, 0, unit));
    },
    add(chunk) {
      const { words, unit, length } = chunk;
      for (let place = placeFrom(chunk, 1, end); place <= length; place = placeFrom(chunk, place + 1, end)) {
        close(chunk, place - 1);
        end = endOfPeriod(kind, millisecondsAt(words, place, unit));
      }
    },
    finish: (chunk) => close(chunk, chunk.length),
  };
}
