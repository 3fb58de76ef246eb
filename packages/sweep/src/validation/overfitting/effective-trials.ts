import { flatDeviation } from "../base/flat-deviation.ts";
import { openColumns, type Returns } from "../base/return-columns.ts";

/**
 * The mean correlation of all pairs of columns that vary; undefined if fewer than two do. It reads each column once,
 * and takes 8 bytes per row. Time grows with the returns, not with the number of pairs.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns
 */
export function meanCorrelation(given: Returns): number | undefined {
  const returns = openColumns(given);
  const { rows, columns } = returns;
  // The square of a row's sum holds all products of its standardised returns, each pair twice.
  const sums = new Float64Array(rows);
  let varying = 0;
  for (let column = 0; column < columns; column++) {
    const own = returns.column(column);
    let [mean, squares] = [0, 0];
    for (let row = 0; row < rows; row++) mean += own[row];
    mean /= rows;
    for (let row = 0; row < rows; row++) squares += (own[row] - mean) ** 2;
    if (!(Math.sqrt(squares / (rows - 1)) > flatDeviation)) continue;
    varying++;
    const scale = 1 / Math.sqrt(squares);
    for (let row = 0; row < rows; row++) sums[row] += (own[row] - mean) * scale;
  }
  if (varying < 2) return undefined;
  let products = 0;
  for (let row = 0; row < rows; row++) products += sums[row] * sums[row];
  return (products - varying) / (varying * (varying - 1));
}

/**
 * How many independent configurations are as many as these: rho + (1 - rho) N, with rho as `meanCorrelation` has it.
 * Undefined if fewer than two vary.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns
 */
export function effectiveTrials(returns: Returns): number | undefined {
  const correlation = meanCorrelation(returns);
  return correlation === undefined ? undefined : correlation + (1 - correlation) * returns.columns;
}
