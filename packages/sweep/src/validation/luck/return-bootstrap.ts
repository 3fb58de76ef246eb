import { createRandomNumbers } from "../../sample/random-numbers.ts";
import { checkInteger, checkSampling, invalidInput, invalidSetting } from "../base/check-settings.ts";
import { flatDeviation } from "../base/flat-deviation.ts";
import { levelsOf } from "../base/quantile-levels.ts";
import { createStationaryBlocks, type StationaryBlocks } from "../base/stationary-blocks.ts";

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

/** The sum of squared deviations of a sample's rows from their mean. */
function squaresOf({ count, starts, lengths }: StationaryBlocks, deviations: Float64Array, mean: number): number {
  const rows = deviations.length;
  let squares = 0;
  for (let block = 0; block < count; block++)
    for (let place = 0, row = starts[block]; place < lengths[block]; place++) {
      squares += (deviations[row] - mean) ** 2;
      row = row + 1 === rows ? 0 : row + 1;
    }
  return squares;
}

/**
 * A stationary bootstrap of an account's bar returns. Undefined for fewer than three of them, and for an account whose
 * equity is not above 0 at every close. It takes 16 bytes per bar, 8 per block of one sample, and 32 per sample.
 *
 * @throws ATC_INVALID_ARGUMENT for equity that is not finite
 * @throws ATC_INVALID_CONFIG for another option out of range
 */
export function returnBootstrap(options: ReturnBootstrapOptions): ReturnBootstrap | undefined {
  checkOptions(options);
  const { equity, years, riskFreeRate = 0, samples = 1000, seed = 1 } = options;
  const rows = equity.length - 1;
  if (rows < 3 || !equity.every((value) => value > 0)) return undefined;
  const { barsPerYear = rows / years, block = Math.floor(Math.sqrt(rows)) } = options;
  const growths = new Float64Array(rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    growths[row] = equity[row + 1] / equity[row];
    total += growths[row] - 1;
  }
  const mean = total / rows;
  const deviations = growths.map((growth) => growth - 1 - mean);
  const random = createRandomNumbers(seed);
  const blocks = createStationaryBlocks(rows, block);
  const totals = new Float64Array(samples);
  const cagrs = new Float64Array(samples);
  const falls = new Float64Array(samples);
  const sharpes = new Float64Array(samples);
  let [sharpeCount, losses, exceeding] = [0, 0, 0];
  for (let sample = 0; sample < samples; sample++) {
    blocks.draw(random);
    const { count, starts, lengths } = blocks;
    let [curve, peak, fall, sum, squareSum] = [1, 1, 0, 0, 0];
    for (let at = 0; at < count; at++) {
      const length = lengths[at];
      for (let place = 0, row = starts[at]; place < length; place++) {
        curve *= growths[row];
        if (curve > peak) peak = curve;
        else if (peak - curve > fall * peak) fall = (peak - curve) / peak;
        const deviation = deviations[row];
        sum += deviation;
        squareSum += deviation * deviation;
        row = row + 1 === rows ? 0 : row + 1;
      }
    }
    const shift = sum / rows;
    let squares = squareSum - sum * shift;
    // Little is left of the difference if the sample hardly varies: rounding would be most of it.
    if (squares < 1e-4 * squareSum) squares = squaresOf(blocks, deviations, shift);
    const spread = Math.sqrt(squares / (rows - 1));
    if (spread > flatDeviation)
      sharpes[sharpeCount++] = ((mean + shift - riskFreeRate / barsPerYear) / spread) * Math.sqrt(barsPerYear);
    totals[sample] = curve - 1;
    cagrs[sample] = curve ** (1 / years) - 1;
    falls[sample] = fall;
    if (totals[sample] <= 0) losses++;
    if (shift >= mean) exceeding++;
  }
  return {
    block,
    samples,
    seed,
    totalReturn: levelsOf(totals),
    cagr: years > 0 ? levelsOf(cagrs) : undefined,
    sharpe: levelsOf(sharpes.subarray(0, sharpeCount)),
    maxDrawdown: levelsOf(falls),
    probabilityOfLoss: losses / samples,
    p: (1 + exceeding) / (1 + samples),
  };
}
