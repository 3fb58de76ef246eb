import { createColumnPerformance } from "../base/column-performance.ts";
import { flatDeviation } from "../base/flat-deviation.ts";
import { checkMatrix, type ReturnMatrix } from "../base/return-matrix.ts";

/**
 * How many independent configurations are as many as these: rho + (1 - rho) N, with rho the mean correlation of all
 * pairs of columns that vary. Undefined if fewer than two vary. It takes 24 bytes per configuration, and time that
 * grows with the matrix, not with the number of pairs.
 *
 * @throws ATC_INVALID_ARGUMENT for an invalid matrix
 */
export function effectiveTrials(matrix: ReturnMatrix): number | undefined {
  checkMatrix(matrix);
  const { rows, columns, values } = matrix;
  const { means, over } = createColumnPerformance(matrix);
  over([[0, rows]]);
  const scales = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) scales[column] += (values[at] - means[column]) ** 2;
  let varying = 0;
  for (let column = 0; column < columns; column++) {
    const isFlat = !(Math.sqrt(scales[column] / (rows - 1)) > flatDeviation);
    if (!isFlat) varying++;
    scales[column] = isFlat ? 0 : 1 / Math.sqrt(scales[column]);
  }
  if (varying < 2) return undefined;
  // The square of a row's sum holds all products of its standardised returns, each pair twice.
  let products = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++, at++) sum += (values[at] - means[column]) * scales[column];
    products += sum * sum;
  }
  const correlation = (products - varying) / (varying * (varying - 1));
  return correlation + (1 - correlation) * columns;
}
