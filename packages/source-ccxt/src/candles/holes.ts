import type { CandleRow } from "./candle-rows.ts";

/** Missing candles: either nothing traded, or the exchange lost them in this answer. */
interface Hole {
  /** The time of the first missing candle. */
  readonly from: number;
  /** How many are missing. */
  readonly candles: number;
}

/** Holes of this length are always asked for again. */
const longHole = 10;

/** Decides which holes are asked for again. */
export interface HoleWatch {
  /** The first hole of an answer that is to be asked for again, except one that begins at `confirmed`. */
  firstOpen(rows: readonly CandleRow[], since: number, confirmed: number | undefined): Hole | undefined;
  /** Registers that a hole was asked for twice, and that its end is `end`. */
  confirm(from: number, end: number): void;
}

/**
 * The holes of one symbol. Each long hole is asked for again. A short one, as rarely traded symbols have in every page,
 * only if it is longer than all that were confirmed before.
 */
export function createHoleWatch(lengthMs: number): HoleWatch {
  let longestShort = 0;
  return {
    firstOpen(rows, since, confirmed) {
      let expected = since;
      for (const [time] of rows) {
        const candles = Math.floor((time - expected) / lengthMs);
        const isOpen = candles >= longHole || candles > longestShort;
        if (isOpen && candles > 0 && expected !== confirmed) return { from: expected, candles };
        expected = time + lengthMs;
      }
      return undefined;
    },
    confirm(from, end) {
      const candles = Math.floor((end - from) / lengthMs);
      if (candles < longHole) longestShort = Math.max(longestShort, candles);
    },
  };
}
