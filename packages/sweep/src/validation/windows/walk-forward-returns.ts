import { bestOf } from "../base/best-of.ts";
import { invalidInput } from "../base/check-settings.ts";
import { createColumnPerformance } from "../base/column-performance.ts";
import { compounded, sharpePerBar } from "../base/list-performance.ts";
import { createRankCorrelation } from "../base/rank-correlation.ts";
import { checkMatrix, type ReturnMatrix } from "../base/return-matrix.ts";
import { checkStitching } from "./stitch-windows.ts";
import type { WalkForwardWindow } from "./walk-forward-windows.ts";

/** What a window chose, and how it did. */
export interface WindowOutcome {
  /** The column of the largest Sharpe ratio per bar over the training rows, the first of equals. */
  readonly chosen: number;
  /** Its Sharpe ratio per bar over the training rows. */
  readonly inSample: number;
  /** Its Sharpe ratio per bar over the test rows. */
  readonly outOfSample: number;
  /** Mean return over test rows / over training rows (Pardo 2008); undefined if the latter is not above 0. */
  readonly efficiency: number | undefined;
}

/** A walk-forward over bar returns. */
export interface WalkForwardReturns {
  /** What each window chose, and how it did. */
  readonly windows: readonly WindowOutcome[];
  /** The returns of the chosen configurations over all tests, in order. */
  readonly returns: Float64Array;
  /** The compounded return over all tests. */
  readonly totalReturn: number;
  /** The Sharpe ratio per bar over all tests. */
  readonly sharpePerBar: number;
  /** Like that of a window, over all windows' rows. */
  readonly efficiency: number | undefined;
  /**
   * The mean over windows of Spearman's correlation of all configurations' Sharpe ratios in training and test.
   * Windows without one are left out; undefined if none has one, as with a single configuration.
   */
  readonly rankCorrelation: number | undefined;
  /** The share of windows with a total return above 0 in their test. */
  readonly consistency: number;
}

/**
 * Chooses by Sharpe ratio per bar in each window, and joins the test rows. Windows count rows of the matrix. Besides
 * the result, it takes 48 bytes per configuration.
 *
 * @throws ATC_INVALID_ARGUMENT for an invalid matrix, or windows outside it
 * @throws ATC_INVALID_CONFIG if tests overlap
 */
export function walkForwardReturns(matrix: ReturnMatrix, windows: readonly WalkForwardWindow[]): WalkForwardReturns {
  checkMatrix(matrix);
  checkStitching(windows);
  const { rows, columns, values } = matrix;
  const end = windows.at(-1)?.test[1] ?? 0;
  if (columns === 0 || windows.length === 0 || end > rows)
    throw invalidInput(
      `the matrix has ${rows} rows and ${columns} columns, and the ${windows.length} windows end at row ${end}; give windows of the matrix`,
      { rows, columns, end },
    );
  const training = createColumnPerformance(matrix);
  const test = createColumnPerformance(matrix);
  const correlate = createRankCorrelation(columns);
  const returns = new Float64Array(windows.reduce((sum, { test: [from, to] }) => sum + to - from, 0));
  const outcomes: WindowOutcome[] = [];
  const correlations: number[] = [];
  let [at, gains, inSum, inRows, outSum] = [0, 0, 0, 0, 0];
  for (const window of windows) {
    const trainRows = training.over([window.train]);
    const testRows = test.over([window.test]);
    const chosen = bestOf(training.sharpes);
    const [inMean, outMean] = [training.means[chosen], test.means[chosen]];
    const [from] = window.test;
    for (let row = 0; row < testRows; row++) returns[at + row] = values[(from + row) * columns + chosen];
    if (compounded(returns.subarray(at, at + testRows)) > 0) gains++;
    at += testRows;
    inSum += inMean * trainRows;
    inRows += trainRows;
    outSum += outMean * testRows;
    const correlation = correlate(training.sharpes, test.sharpes);
    if (correlation !== undefined) correlations.push(correlation);
    outcomes.push({
      chosen,
      inSample: training.sharpes[chosen],
      outOfSample: test.sharpes[chosen],
      efficiency: inMean > 0 ? outMean / inMean : undefined,
    });
  }
  const correlationSum = correlations.reduce((sum, one) => sum + one, 0);
  return {
    windows: outcomes,
    returns,
    totalReturn: compounded(returns),
    sharpePerBar: sharpePerBar(returns),
    efficiency: inSum > 0 ? outSum / at / (inSum / inRows) : undefined,
    rankCorrelation: correlations.length > 0 ? correlationSum / correlations.length : undefined,
    consistency: gains / windows.length,
  };
}
