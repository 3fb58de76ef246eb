import { invalidInput } from "../base/check-settings.ts";
import type { EntryFill } from "./entry-points.ts";

/** A trade of a backtest, open ones too. */
export interface EntryTrade {
  /** The bar in which it was entered, from 0. */
  readonly entryBar: number;
  /** Bars from entry to exit. */
  readonly barsHeld: number;
  /** 1 for long, -1 for short. */
  readonly direction: number;
  /** Why it ended, as in the table of trades. */
  readonly reason: string;
  /** Whether it was still open at the last bar. */
  readonly open: boolean;
}

/** The trades of a symbol by points, in order of entry. Each array has a value per trade. */
export interface HeldTrades {
  /** Number of trades. */
  readonly count: number;
  /** The point of each entry. */
  readonly entries: Int32Array;
  /** Points from entry to exit. */
  readonly lengths: Int32Array;
  /** 1 for long, -1 for short. */
  readonly sides: Int8Array;
  /** The sum of `lengths`. */
  readonly held: number;
  /** Number of closed trades. */
  readonly closed: number;
}

/** Reasons of exits that fill at an open if orders do; all others leave inside a bar or at its close. */
const reasonsAtOpens = new Set(["signal", "timeExit", "rebalance", "bankruptcy"]);

/**
 * The trades of a symbol by points. The bar of an exit inside a bar counts whole, else the fall that set off a stop
 * would be cut away.
 *
 * @param last - the number of the symbol's last point
 * @throws ATC_INVALID_ARGUMENT for a trade outside the bars, without a side, or entered before an earlier one is left
 */
export function heldTrades(symbol: string, trades: readonly EntryTrade[], fill: EntryFill, last: number): HeldTrades {
  const points = trades.map(({ entryBar, barsHeld, direction, reason }, trade) => {
    const isCut = fill !== "nextClose" && !reasonsAtOpens.has(reason);
    const length = barsHeld + (isCut ? 1 : 0);
    const isValid = Number.isSafeInteger(entryBar) && entryBar >= 0 && Number.isSafeInteger(barsHeld) && barsHeld >= 0;
    if (!isValid || entryBar + length > last || (direction !== 1 && direction !== -1))
      throw invalidInput(
        `trade ${trade} of symbol "${symbol}" has direction ${direction} and holds ${barsHeld} bars from bar ${entryBar} on; give 1 or -1, and bars of the symbol`,
        { symbol, trade },
      );
    return { entry: entryBar, length, side: direction };
  });
  points.sort((a, b) => a.entry - b.entry || a.length - b.length);
  for (let trade = 1; trade < points.length; trade++) {
    const { entry, length } = points[trade - 1];
    if (points[trade].entry < entry + length)
      throw invalidInput(
        `symbol "${symbol}" has trades that overlap: one from point ${entry} to ${entry + length}, and one from ${points[trade].entry} on; give trades of one position`,
        { symbol },
      );
  }
  return {
    count: points.length,
    entries: Int32Array.from(points, ({ entry }) => entry),
    lengths: Int32Array.from(points, ({ length }) => length),
    sides: Int8Array.from(points, ({ side }) => side),
    held: points.reduce((sum, { length }) => sum + length, 0),
    closed: trades.filter(({ open }) => !open).length,
  };
}
