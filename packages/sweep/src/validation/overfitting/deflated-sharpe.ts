import { normalCdf, normalInverse } from "@atc/backtest";
import { bestOf } from "../base/best-of.ts";
import { invalidInput, invalidSetting } from "../base/check-settings.ts";
import { meanAndDeviation } from "../base/list-performance.ts";
import { openColumns, type Returns } from "../base/return-columns.ts";
import { sharpeOver } from "../base/split-choice.ts";
import { momentsOf, type ReturnMoments } from "./return-moments.ts";

const eulerGamma = 0.5772156649015329;

/**
 * The Sharpe ratio per bar that the best of `trials` configurations without skill is expected to have, if their ratios
 * have this variance. 0 for at most one trial.
 *
 * @throws ATC_INVALID_CONFIG for trials or a variance that are not finite or below 0
 */
export function expectedMaxSharpe(variance: number, trials: number): number {
  for (const [name, value] of Object.entries({ variance, trials }))
    if (!(Number.isFinite(value) && value >= 0))
      throw invalidSetting(name, `${name} is ${value}; give a finite number of 0 or more`);
  if (trials <= 1) return 0;
  // The upper tails by symmetry: 1 - 1/T has no digits left for many trials.
  const upper = -normalInverse(1 / trials);
  const further = -normalInverse(1 / (trials * Math.E));
  return Math.sqrt(variance) * ((1 - eulerGamma) * upper + eulerGamma * further);
}

/**
 * The probability that the true Sharpe ratio is above a threshold, both per bar (Bailey and López de Prado 2012).
 * Undefined if the returns do not vary, or are too few or too skewed for it.
 */
export function probabilityAbove(moments: ReturnMoments, threshold: number): number | undefined {
  const { count, sharpePerBar, skewness, kurtosis } = moments;
  if (skewness === undefined || kurtosis === undefined) return undefined;
  const variance = 1 - skewness * sharpePerBar + ((kurtosis + 2) / 4) * sharpePerBar ** 2;
  const probability = normalCdf(((sharpePerBar - threshold) * Math.sqrt(count - 1)) / Math.sqrt(variance));
  return variance > 0 && Number.isFinite(probability) ? probability : undefined;
}

/** Whether the best Sharpe ratio is more than what the best of as many configurations without skill would have. */
export interface DeflatedSharpe {
  /** The column of the largest Sharpe ratio, the first of equals. */
  readonly best: number;
  /** Its Sharpe ratio per bar. */
  readonly sharpePerBar: number;
  /** The variance of the Sharpe ratios per bar with count - 1; 0 for one configuration. */
  readonly variance: number;
  /** Number of trials that the expected maximum assumes. */
  readonly trials: number;
  /** The largest Sharpe ratio per bar that as many trials without skill are expected to have. */
  readonly expectedMaxSharpe: number;
  /** The probability that the true Sharpe ratio is above the expected maximum. */
  readonly deflatedSharpe: number | undefined;
}

/**
 * The deflated Sharpe ratio of a matrix's best column (Bailey and López de Prado 2014). `trials` defaults to the number
 * of columns; give it if more were evaluated. It takes 8 bytes per configuration. For a winner by another measure,
 * combine `returnMoments`, {@link expectedMaxSharpe} and {@link probabilityAbove}.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns, or none
 * @throws ATC_INVALID_CONFIG for a number of trials that is not finite or below 0
 */
export function deflatedSharpe(given: Returns, trials: number = given.columns): DeflatedSharpe {
  const returns = openColumns(given);
  const { rows, columns } = returns;
  if (columns === 0) throw invalidInput("the matrix has no configuration; give at least one");
  const sharpes = Float64Array.from({ length: columns }, (_, column) =>
    sharpeOver(returns.column(column), [[0, rows]]),
  );
  const best = bestOf(sharpes);
  const variance = meanAndDeviation(sharpes).deviation ** 2;
  const moments = momentsOf(returns.column(best));
  const threshold = expectedMaxSharpe(variance, trials);
  return {
    best,
    sharpePerBar: moments.sharpePerBar,
    variance,
    trials,
    expectedMaxSharpe: threshold,
    deflatedSharpe: probabilityAbove(moments, threshold),
  };
}
