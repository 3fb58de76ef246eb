import type { Bars } from "./bars.ts";

/** Wilder's average true range of many symbols, row by row. */
export interface AverageTrueRange {
  /** Writes the average at the close of each row; NaN until a symbol has enough bars. */
  push(bars: Bars, into: Float64Array): void;
}

/** Creates the average of the specification, section 7, over `length` bars. */
export function createAverageTrueRange(symbolCount: number, length: number): AverageTrueRange {
  const average = new Float64Array(symbolCount);
  const count = new Float64Array(symbolCount);
  const lastClose = new Float64Array(symbolCount);

  return {
    push(bars, into) {
      const { symbols, high, low, close } = bars;
      for (let row = 0; row < bars.length; row++) {
        const s = symbols[row];
        const top = high[row];
        const bottom = low[row];
        let range = top - bottom;
        if (count[s] > 0) {
          const before = lastClose[s];
          range = Math.max(range, Math.abs(top - before), Math.abs(bottom - before));
        }
        lastClose[s] = close[row];
        const bar = ++count[s];
        // Until there are `length` bars, `average` holds their sum.
        if (bar < length) {
          average[s] += range;
          into[row] = Number.NaN;
        } else {
          average[s] = bar === length ? (average[s] + range) / length : (average[s] * (length - 1) + range) / length;
          into[row] = average[s];
        }
      }
    },
  };
}
