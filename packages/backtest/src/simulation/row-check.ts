import { AtcError } from "@atc/contract";
import { isoTime, type TimeUnit } from "../base/calendar.ts";
import type { AccountRows } from "./account-rows.ts";

/** What the rows of an account must be, over all blocks. */
export interface RowCheck {
  /**
   * Checks the next rows.
   *
   * @throws ATC_INVALID_ARGUMENT for a direction other than -1, 0 and 1, a strength that is not finite, or rows that
   * are not in order; ATC_INVALID_DATA if a symbol of a shared account has two rows of one time
   */
  check(rows: AccountRows): void;
}

/** What a row check needs to know of the account. */
export interface RowCheckOptions {
  readonly symbols: readonly string[];
  readonly timeUnit: TimeUnit;
  /** Whether times must rise strictly per symbol, and rows of a time must be in symbol order. */
  readonly isShared: boolean;
}

function invalid(symbol: string, bar: number, what: string, details: Record<string, unknown>): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `symbol "${symbol}" at bar ${bar}: ${what}`, {
    details: { symbol, bar, ...details },
  });
}

/** The error of a direction other than -1, 0 and 1; `bar` counts from 0. */
export function invalidDirection(symbol: string, bar: number, direction: number): AtcError {
  const what = `the direction is ${direction}; write -1 for short, 0 for flat or 1 for long`;
  return invalid(symbol, bar, what, { direction });
}

/** Creates the check of an account's rows. */
export function createRowCheck({ symbols, timeUnit, isShared }: RowCheckOptions): RowCheck {
  const bars = new Float64Array(symbols.length);
  let lastLow = 0;
  let lastHigh = 0;
  let lastSymbol = -1;

  function checkDecisions({ directions, strengths, symbols: places, close }: AccountRows): void {
    for (let row = 0; row < close.length; row++) {
      const direction = directions[row];
      const strength = strengths === undefined ? 0 : strengths[row];
      if (direction >= -1 && direction <= 1 && strength - strength === 0) continue;
      const s = places === undefined ? 0 : places[row];
      const bar = bars[s] + barsBefore(places, row, s);
      if (direction < -1 || direction > 1) throw invalidDirection(symbols[s], bar, direction);
      throw invalid(symbols[s], bar, `the strength is ${strength}; write a finite number`, { strength });
    }
  }

  // Times are compared as two words: a BigInt per row would be garbage.
  function checkTimes({ times, symbols: places }: AccountRows): void {
    const words = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
    for (let row = 0; row < times.length; row++) {
      const s = places === undefined ? 0 : places[row];
      const low = words[2 * row] >>> 0;
      const high = words[2 * row + 1];
      const isLater = high > lastHigh || (high === lastHigh && low > lastLow);
      const isEqual = high === lastHigh && low === lastLow;
      if (lastSymbol >= 0 && !isLater && !(isEqual && s > lastSymbol))
        throw unordered(s, times[row], isEqual && s === lastSymbol);
      lastLow = low;
      lastHigh = high;
      lastSymbol = s;
    }
  }

  function unordered(symbol: number, time: bigint, isRepeated: boolean): AtcError {
    const at = `symbol "${symbols[symbol]}" at ${isoTime(time, timeUnit)}`;
    const details = { symbol: symbols[symbol], time: isoTime(time, timeUnit) };
    if (isRepeated) {
      const what = "the time occurs twice; in a shared account the times of a symbol must rise";
      return new AtcError("ATC_INVALID_DATA", `${at}: ${what}; remove one of the bars`, { details });
    }
    return new AtcError("ATC_INVALID_ARGUMENT", `${at}: the row is out of order; sort rows by time, then by symbol`, {
      details,
    });
  }

  return {
    check(rows) {
      checkDecisions(rows);
      if (isShared) checkTimes(rows);
      const { symbols: places, close } = rows;
      if (places === undefined) bars[0] += close.length;
      else for (let row = 0; row < close.length; row++) bars[places[row]]++;
    },
  };
}

/** Number of rows of a symbol before `row` in a block. */
function barsBefore(places: Int32Array | undefined, row: number, symbol: number): number {
  if (places === undefined) return row;
  let count = 0;
  for (let i = 0; i < row; i++) if (places[i] === symbol) count++;
  return count;
}
