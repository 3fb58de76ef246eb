import { checkInteger } from "../base/check-settings.ts";
import { meanAndDeviation } from "../base/list-performance.ts";
import { openColumns, type ReturnColumns, type Returns } from "../base/return-columns.ts";
import { sharpeOver } from "../base/split-choice.ts";
import { type BacktestOverfitting, backtestOverfitting } from "./backtest-overfitting.ts";
import { expectedMaxSharpe, probabilityAbove } from "./deflated-sharpe.ts";
import { meanCorrelation } from "./effective-trials.ts";
import { type Haircuts, haircuts } from "./haircuts.ts";
import { momentsOf, type ReturnMoments } from "./return-moments.ts";
import { type SuperiorAbility, superiorAbility } from "./superior-ability.ts";
import { sweepVerdict } from "./sweep-verdict.ts";

/** What is known of a sweep besides the returns of a sample of its configurations. */
export interface SweepTrials {
  /** The column of the winner in the sample. */
  readonly winner: number;
  /** Every evaluated configuration: runs on a part of the bars, failed and excluded ones count too. */
  readonly trials: number;
  /**
   * The Sharpe ratio per bar of every configuration that ran over all bars, those outside of the sample included; NaN
   * if a configuration has none. Default: those of the sample.
   */
  readonly sharpes?: Float64Array | undefined;
  /** Undefined if the bars span no time; then there are no haircuts. */
  readonly barsPerYear: number | undefined;
  /** From 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/** Whether the winner is better than the best of as many configurations without skill. */
export interface DeflatedWinner {
  /** The probability that its true Sharpe ratio is above `expectedMaxSharpe`; undefined if its returns do not vary. */
  readonly deflatedSharpe: number | undefined;
  /** The largest Sharpe ratio per bar that as many trials without skill are expected to have. */
  readonly expectedMaxSharpe: number;
  /** Number of trials. */
  readonly trials: number;
  /** The variance of the Sharpe ratios per bar of all configurations that ran over all bars. */
  readonly variance: number;
  /** How many of them have a Sharpe ratio. */
  readonly ratios: number;
}

/** What is found about the winner of a sweep. */
export interface SweepJudgement {
  /** By {@link sweepVerdict}. */
  readonly verdict: "survives" | "luck" | "unknown";
  /** The shape of the winner's returns. */
  readonly winner: ReturnMoments;
  /** The deflated Sharpe ratio, by all trials. */
  readonly deflated: DeflatedWinner;
  /** By the sample; undefined for fewer than two configurations, or fewer than 32 returns. */
  readonly overfitting: BacktestOverfitting | undefined;
  /** By the sample, against a return of 0; undefined for fewer than three returns, or if none vary. */
  readonly superiorAbility: SuperiorAbility | undefined;
  /**
   * Independent configurations that are as many as those that ran over all bars, by the correlation of the sample;
   * undefined if fewer than two vary.
   */
  readonly effectiveTrials: number | undefined;
  /** Of the largest Sharpe ratio, which need not be the winner's; undefined without ratios or bars per year. */
  readonly haircuts: Haircuts | undefined;
}

function sharpesOf(returns: ReturnColumns): Float64Array {
  const { rows, columns } = returns;
  return Float64Array.from({ length: columns }, (_, column) => sharpeOver(returns.column(column), [[0, rows]]));
}

/**
 * Judges the winner of a sweep by a sample of its configurations' returns. It yields before each statistic, so that the
 * caller can do something else. It takes what the statistics take, one after the other, and 16 bytes per Sharpe ratio.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns; ATC_INVALID_CONFIG for a seed out of range
 */
export function* judgeSteps(given: Returns, sweep: SweepTrials): Generator<void, SweepJudgement, void> {
  const { trials, barsPerYear, seed } = sweep;
  if (seed !== undefined) checkInteger("seed", seed, 0);
  const returns = openColumns(given);
  const { rows } = returns;
  const sharpes = (sweep.sharpes ?? sharpesOf(returns)).filter(Number.isFinite);
  const variance = meanAndDeviation(sharpes).deviation ** 2;
  const threshold = expectedMaxSharpe(variance, trials);
  const winner = momentsOf(returns.column(sweep.winner));
  const deflated = probabilityAbove(winner, threshold);
  yield;
  const correlation = meanCorrelation(returns);
  yield;
  const overfitting = backtestOverfitting(returns);
  yield;
  const superior = superiorAbility(returns, { seed });
  yield;
  const hasHaircuts = sharpes.length > 0 && rows >= 2 && barsPerYear !== undefined;
  return {
    verdict: sweepVerdict({ deflatedSharpe: deflated, pbo: overfitting?.pbo }),
    winner,
    deflated: { deflatedSharpe: deflated, expectedMaxSharpe: threshold, trials, variance, ratios: sharpes.length },
    overfitting,
    superiorAbility: superior,
    effectiveTrials: correlation === undefined ? undefined : correlation + (1 - correlation) * sharpes.length,
    haircuts: hasHaircuts ? haircuts({ sharpes, rows, barsPerYear }) : undefined,
  };
}
