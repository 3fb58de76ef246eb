import { createRandomNumbers } from "../../sample/random-numbers.ts";
import { checkInteger, checkSampling, invalidInput, invalidSetting } from "../base/check-settings.ts";
import { levelsOf } from "../base/quantile-levels.ts";
import { drawReturnSamples, type ResampledReturns, type ReturnSamples } from "./return-samples.ts";

/** How bar returns are resampled. */
export interface ReturnBootstrapOptions {
  /** The equity of the account or portfolio at each close; its first value is the initial capital. */
  readonly equity: Float64Array;
  /** The time from the first close to the last, in years of 365.25 days. */
  readonly years: number;
  /** Default: bar returns / years. */
  readonly barsPerYear?: number | undefined;
  /** The yearly risk-free rate. Default: 0. */
  readonly riskFreeRate?: number | undefined;
  /** Mean bar returns of a block. Default: the square root of their number, rounded down. */
  readonly block?: number | undefined;
  /** Default: 1,000. */
  readonly samples?: number | undefined;
  /** From 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/**
 * What the same bar returns in another order and number might have come to. Quantiles are at 0.05, 0.25, 0.5, 0.75 and
 * 0.95 over the samples, and undefined if a value is not finite.
 */
export interface ReturnBootstrap {
  /** Mean bar returns of a block. */
  readonly block: number;
  /** Number of samples that were drawn. */
  readonly samples: number;
  /** Seed of their random numbers. */
  readonly seed: number;
  /** Quantiles at 0.05, 0.25, 0.5, 0.75 and 0.95; undefined if a sample is not finite. */
  readonly totalReturn: readonly number[] | undefined;
  /** Quantiles at 0.05, 0.25, 0.5, 0.75 and 0.95; undefined if a sample has none. */
  readonly cagr: readonly number[] | undefined;
  /** Samples of returns that do not vary are left out; undefined if none is left. */
  readonly sharpe: readonly number[] | undefined;
  /** Quantiles at 0.05, 0.25, 0.5, 0.75 and 0.95, as parts of 1. */
  readonly maxDrawdown: readonly number[] | undefined;
  /** The share of samples with a total return of at most 0. */
  readonly probabilityOfLoss: number;
  /** Of the mean bar return being above 0, against returns centred at 0. */
  readonly p: number;
  /** The total return of each sample. */
  readonly returns: Float64Array;
}

function checkOptions(options: ReturnBootstrapOptions): void {
  const { equity, years, barsPerYear = 1, riskFreeRate = 0, block = 1, samples = 1000, seed = 1 } = options;
  checkSampling(seed, samples);
  checkInteger("block", block, 1);
  if (!(Number.isFinite(years) && years >= 0))
    throw invalidSetting("years", `years is ${years}; give a finite number of 0 or more`);
  if (!(Number.isFinite(barsPerYear) && barsPerYear > 0))
    throw invalidSetting("barsPerYear", `barsPerYear is ${barsPerYear}; give a finite number above 0`);
  if (!Number.isFinite(riskFreeRate))
    throw invalidSetting("riskFreeRate", `riskFreeRate is ${riskFreeRate}; give a finite number`);
  const fault = equity.findIndex((value) => !Number.isFinite(value));
  if (fault !== -1)
    throw invalidInput(`the equity of bar ${fault} is ${equity[fault]}; give a finite number`, { bar: fault });
}

/**
 * The bar returns of an account, to be resampled. Undefined for fewer than three of them, and for an account whose
 * equity is not above 0 at every close.
 *
 * @throws what {@link returnBootstrap} throws
 */
export function resampledReturns(options: ReturnBootstrapOptions): ResampledReturns | undefined {
  checkOptions(options);
  const { equity, years, riskFreeRate = 0 } = options;
  const rows = equity.length - 1;
  if (rows < 3 || !equity.every((value) => value > 0)) return undefined;
  const { barsPerYear = rows / years, block = Math.floor(Math.sqrt(rows)) } = options;
  const growths = new Float64Array(new SharedArrayBuffer(8 * rows));
  let total = 0;
  for (let row = 0; row < rows; row++) {
    growths[row] = equity[row + 1] / equity[row];
    total += growths[row] - 1;
  }
  return { growths, mean: total / rows, block, years, barsPerYear, riskFreeRate };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Sums up samples of bar returns.
 *
 * @param parts - one or more samples, in the order in which they were drawn
 */
export function bootstrapOf(
  { block, years }: ResampledReturns,
  seed: number,
  parts: readonly ReturnSamples[],
): ReturnBootstrap {
  const curves = joined(parts.map((part) => part.curves));
  const samples = curves.length;
  const totals = curves.map((curve) => curve - 1);
  const exceeding = parts.reduce((sum, part) => sum + part.exceeding, 0);
  let losses = 0;
  for (let sample = 0; sample < samples; sample++) if (totals[sample] <= 0) losses++;
  return {
    block,
    samples,
    seed,
    totalReturn: levelsOf(totals),
    cagr: years > 0 ? levelsOf(curves.map((curve) => curve ** (1 / years) - 1)) : undefined,
    sharpe: levelsOf(joined(parts.map((part) => part.sharpes))),
    maxDrawdown: levelsOf(joined(parts.map((part) => part.falls))),
    probabilityOfLoss: losses / samples,
    p: (1 + exceeding) / (1 + samples),
    returns: totals,
  };
}

/**
 * A stationary bootstrap of an account's bar returns. Undefined for fewer than three of them, and for an account whose
 * equity is not above 0 at every close. It takes 8 bytes per bar, 8 per block of one sample, and 40 per sample.
 *
 * @throws ATC_INVALID_ARGUMENT for equity that is not finite
 * @throws ATC_INVALID_CONFIG for another option out of range
 */
export function returnBootstrap(options: ReturnBootstrapOptions): ReturnBootstrap | undefined {
  const { samples = 1000, seed = 1 } = options;
  const returns = resampledReturns(options);
  if (returns === undefined) return undefined;
  return bootstrapOf(returns, seed, [drawReturnSamples(returns, createRandomNumbers(seed), { count: samples })]);
}
