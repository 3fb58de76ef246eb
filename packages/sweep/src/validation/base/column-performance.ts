import { flatDeviation } from "./flat-deviation.ts";
import type { ReturnMatrix } from "./return-matrix.ts";
import type { Span } from "./span.ts";

/** Computes statistics of every column over some rows. The arrays hold the results of the latest rows. */
export interface ColumnPerformance {
  /** The mean return per column. */
  readonly means: Float64Array;
  /** The Sharpe ratio per bar and column: mean / standard deviation, 0 for returns that do not vary. */
  readonly sharpes: Float64Array;
  /** Computes both arrays over the rows of the spans, and returns the number of rows. */
  over(spans: readonly Span[]): number;
}

/** Creates the statistics of a matrix, which takes 16 bytes per column. */
export function createColumnPerformance({ columns, values }: ReturnMatrix): ColumnPerformance {
  const means = new Float64Array(columns);
  const sharpes = new Float64Array(columns);
  return {
    means,
    sharpes,
    over(spans) {
      means.fill(0);
      sharpes.fill(0);
      let rows = 0;
      for (const [from, to] of spans) {
        rows += to - from;
        for (let row = from, at = from * columns; row < to; row++)
          for (let column = 0; column < columns; column++, at++) means[column] += values[at];
      }
      for (let column = 0; column < columns; column++) means[column] /= rows;
      // A second pass: sums of squares minus the square of the sum would leave rounding of equal returns.
      for (const [from, to] of spans)
        for (let row = from, at = from * columns; row < to; row++)
          for (let column = 0; column < columns; column++, at++) {
            const deviation = values[at] - means[column];
            sharpes[column] += deviation * deviation;
          }
      for (let column = 0; column < columns; column++) {
        const deviation = Math.sqrt(sharpes[column] / (rows - 1));
        sharpes[column] = deviation > flatDeviation ? means[column] / deviation : 0;
      }
      return rows;
    },
  };
}
