import { invalidInput, invalidSetting } from "../base/check-settings.ts";
import { compounded, sharpePerBar } from "../base/list-performance.ts";
import { openColumns, type Returns } from "../base/return-columns.ts";
import type { Span } from "../base/span.ts";
import { chooseBySplit, rowsOf } from "../base/split-choice.ts";
import type { Fold } from "./folds.ts";

/** What a fold chose, and how it did. */
export interface FoldOutcome {
  /** The bars of the test. */
  readonly test: Span;
  /** The column of the largest Sharpe ratio per bar in training, the first of equals. */
  readonly chosen: number;
  /** Its Sharpe ratio per bar in training. */
  readonly inSample: number;
  /** Its Sharpe ratio per bar in the test. */
  readonly outOfSample: number;
  /** Its compounded return in the test. */
  readonly totalReturn: number;
}

/** What cross-validation finds out of sample. */
export interface FoldOutcomes {
  /** In order. */
  readonly folds: readonly FoldOutcome[];
  /** Sharpe ratio per bar over all tests, in order. */
  readonly sharpePerBar: number;
  /** Compounded return over all tests. */
  readonly totalReturn: number;
}

/**
 * Chooses a configuration per fold, and follows it through the test. Besides the returns, it takes 8 bytes per row. It
 * reads each configuration once, and the chosen ones again.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid or no returns, or folds of another number of bars than their rows
 * @throws ATC_INVALID_CONFIG if purge and embargo leave a fold fewer than two bars to train on
 */
export function foldOutcomes(given: Returns, folds: readonly Fold[]): FoldOutcomes {
  const columns = openColumns(given);
  const { rows } = columns;
  const bars = folds.at(-1)?.test[1] ?? 0;
  if (columns.columns === 0 || bars !== rows)
    throw invalidInput(
      `there are ${rows} returns of ${columns.columns} configurations, and the folds have ${bars} bars; give folds of the returns`,
      { rows, columns: columns.columns, bars },
    );
  for (const [place, { train }] of folds.entries())
    if (rowsOf(train) < 2)
      throw invalidSetting(
        "purge",
        `purge and embargo leave fewer than 2 bars to train on if fold ${place + 1} of ${folds.length} is tested; make them shorter`,
      );
  const choices = chooseBySplit(
    columns,
    folds.map(({ train }) => train),
  );
  const returns = new Float64Array(rows);
  const outcomes = folds.map(({ test }, fold): FoldOutcome => {
    const { column, sharpe } = choices[fold];
    const own = columns.column(column).subarray(...test);
    returns.set(own, test[0]);
    return {
      test,
      chosen: column,
      inSample: sharpe,
      outOfSample: sharpePerBar(own),
      totalReturn: compounded(own),
    };
  });
  return { folds: outcomes, sharpePerBar: sharpePerBar(returns), totalReturn: compounded(returns) };
}
