import { flatDeviation } from "../base/flat-deviation.ts";
import { openColumns, type Returns } from "../base/return-columns.ts";

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

/** The moments of a list of returns. */
export function momentsOf(returns: Float64Array): ReturnMoments {
  const rows = returns.length;
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += returns[row];
  const mean = sum / rows;
  let [second, third, fourth] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const deviation = returns[row] - mean;
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

/**
 * The moments of a column, which must exist.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns
 */
export function returnMoments(returns: Returns, column: number): ReturnMoments {
  return momentsOf(openColumns(returns).column(column));
}
