import type { Bars } from "./bars.ts";

/** Wilder's average true range of many symbols, row by row. */
export interface AverageTrueRange {
  /** Writes the average at the close of each row; NaN until a symbol has enough bars. */
  push(bars: Pick<Bars, "length" | "symbols" | "close" | "high" | "low">, into: Float64Array): void;
}

/** Creates the average of the specification, section 7, over `length` bars. */
export function createAverageTrueRange(symbolCount: number, length: number): AverageTrueRange {
  // Until a symbol has `length` bars, its element holds the sum of their ranges.
  const average = new Float64Array(symbolCount);
  const count = new Float64Array(symbolCount);
  const lastClose = new Float64Array(symbolCount);
  // Each average waits for the one before it, and a division per bar would be most of that wait.
  const kept = (length - 1) / length;
  const added = 1 / length;

  function next(symbol: number, range: number): number {
    const bar = ++count[symbol];
    if (bar > length) average[symbol] = average[symbol] * kept + range * added;
    else average[symbol] += range;
    if (bar === length) average[symbol] /= length;
    return bar < length ? Number.NaN : average[symbol];
  }

  return {
    push(bars, into) {
      const { symbols, high, low, close } = bars;
      for (let row = 0; row < bars.length; row++) {
        const s = symbols[row];
        const before = count[s] === 0 ? high[row] : lastClose[s];
        // The largest of high - low, |high - before| and |low - before|.
        into[row] = next(s, Math.max(high[row], before) - Math.min(low[row], before));
        lastClose[s] = close[row];
      }
    },
  };
}
