import { flatDeviation } from "../base/flat-deviation.ts";
import type { ReturnMatrix } from "../base/return-matrix.ts";

/** The shape of a configuration's bar returns. */
export interface ReturnMoments {
  /** The number of returns. */
  readonly count: number;
  /** Mean / standard deviation with count - 1; 0 for returns that do not vary. */
  readonly sharpePerBar: number;
  /** The population skewness; undefined for returns that do not vary. */
  readonly skewness: number | undefined;
  /** The excess kurtosis of the population; undefined for returns that do not vary. */
  readonly kurtosis: number | undefined;
}

/** The moments of a column. The column must exist. */
export function returnMoments({ rows, columns, values }: ReturnMatrix, column: number): ReturnMoments {
  let sum = 0;
  for (let at = column; at < values.length; at += columns) sum += values[at];
  const mean = sum / rows;
  let [second, third, fourth] = [0, 0, 0];
  for (let at = column; at < values.length; at += columns) {
    const deviation = values[at] - mean;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  const deviation = Math.sqrt(second / (rows - 1));
  if (!(deviation > flatDeviation)) return { count: rows, sharpePerBar: 0, skewness: undefined, kurtosis: undefined };
  const variance = second / rows;
  return {
    count: rows,
    sharpePerBar: mean / deviation,
    skewness: third / rows / variance ** 1.5,
    kurtosis: fourth / rows / variance ** 2 - 3,
  };
}
