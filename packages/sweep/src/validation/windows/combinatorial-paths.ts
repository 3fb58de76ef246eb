import { bestOf } from "../base/best-of.ts";
import { invalidInput, invalidSetting } from "../base/check-settings.ts";
import { createColumnPerformance } from "../base/column-performance.ts";
import { compounded, meanAndDeviation, sharpePerBar } from "../base/list-performance.ts";
import { checkMatrix, type ReturnMatrix } from "../base/return-matrix.ts";
import type { CombinatorialPlan } from "./combinatorial-splits.ts";

/** The out-of-sample returns of all bars, joined from the splits of a path. */
export interface PathOutcome {
  /** Sharpe ratio per bar over the whole path. */
  readonly sharpePerBar: number;
  /** Compounded return over the whole path. */
  readonly totalReturn: number;
}

/** What combinatorial cross-validation finds out of sample. */
export interface CombinatorialPaths {
  /** The column chosen in each split: that of the largest Sharpe ratio per bar in training, the first of equals. */
  readonly chosen: readonly number[];
  /** The outcomes, in the order of the plan's paths. */
  readonly paths: readonly PathOutcome[];
  /** The mean of the paths' Sharpe ratios per bar. */
  readonly meanSharpe: number;
  /** The standard deviation of the paths' Sharpe ratios with count - 1; undefined for a single path. */
  readonly sdSharpe: number | undefined;
  /** The smallest of them. */
  readonly minSharpe: number;
}

/**
 * Chooses a configuration per split, and follows each path. Besides the matrix, it takes 16 bytes per configuration and
 * 8 bytes per row.
 *
 * @throws ATC_INVALID_ARGUMENT for an invalid matrix, or a plan of another number of bars than its rows
 * @throws ATC_INVALID_CONFIG if purge and embargo leave a split fewer than two bars to train on
 */
export function combinatorialPaths(
  matrix: ReturnMatrix,
  { groups, splits, paths }: CombinatorialPlan,
): CombinatorialPaths {
  checkMatrix(matrix);
  const { rows, columns, values } = matrix;
  const bars = groups.at(-1)?.[1] ?? 0;
  if (columns === 0 || bars !== rows)
    throw invalidInput(
      `the matrix has ${rows} rows and ${columns} columns, and the plan has ${bars} bars; give a plan of the matrix`,
      { rows, columns, bars },
    );
  const training = createColumnPerformance(matrix);
  const chosen = splits.map(({ train, testGroups }) => {
    if (training.over(train) < 2)
      throw invalidSetting(
        "purge",
        `purge and embargo leave fewer than 2 bars to train on if groups ${testGroups.join(", ")} are tested; make them shorter`,
      );
    return bestOf(training.sharpes);
  });
  const returns = new Float64Array(rows);
  const outcomes = paths.map((path): PathOutcome => {
    path.forEach((split, group) => {
      const [from, to] = groups[group];
      const column = chosen[split];
      for (let row = from; row < to; row++) returns[row] = values[row * columns + column];
    });
    return { sharpePerBar: sharpePerBar(returns), totalReturn: compounded(returns) };
  });
  const sharpes = outcomes.map((outcome) => outcome.sharpePerBar);
  const { mean, deviation } = meanAndDeviation(sharpes);
  return {
    chosen,
    paths: outcomes,
    meanSharpe: mean,
    sdSharpe: sharpes.length > 1 ? deviation : undefined,
    minSharpe: Math.min(...sharpes),
  };
}
