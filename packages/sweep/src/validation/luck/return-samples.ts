import type { RandomNumbers } from "../../sample/random-numbers.ts";
import { flatDeviation } from "../base/flat-deviation.ts";
import { createStationaryBlocks, type StationaryBlocks } from "../base/stationary-blocks.ts";

/** Bar returns, and how samples of them are drawn and judged: plain data, which threads share without a copy. */
export interface ResampledReturns {
  /** Equity at each close / equity at the close before, in shared memory: 8 bytes per bar. */
  readonly growths: Float64Array;
  /** The mean bar return. */
  readonly mean: number;
  /** Mean bar returns of a block. */
  readonly block: number;
  /** The time of all bars in years. */
  readonly years: number;
  /** Bars per year. */
  readonly barsPerYear: number;
  /** The yearly risk-free rate. */
  readonly riskFreeRate: number;
}

/** What samples of bar returns come to, in order. */
export interface ReturnSamples {
  /** The last equity of each sample, which starts at 1. */
  readonly curves: Float64Array;
  /** The largest drawdown of each sample, a part of 1. */
  readonly falls: Float64Array;
  /** The Sharpe ratio of each sample whose returns vary. */
  readonly sharpes: Float64Array;
  /** The number of samples whose centred mean is at least the mean of the actual returns. */
  readonly exceeding: number;
}

/** How samples are drawn. */
export interface SampleCount {
  /** Number of samples. */
  readonly count: number;
  /** Called after each sample; it may throw to end them. */
  readonly onSample?: (() => void) | undefined;
}

/** The sum of squared differences of a sample's returns, less the actual mean, from their own mean. */
function squaresOf(
  { count, starts, lengths }: StationaryBlocks,
  { growths, mean }: ResampledReturns,
  shift: number,
): number {
  const rows = growths.length;
  let squares = 0;
  for (let block = 0; block < count; block++)
    for (let place = 0, row = starts[block]; place < lengths[block]; place++) {
      squares += (growths[row] - 1 - mean - shift) ** 2;
      row = row + 1 === rows ? 0 : row + 1;
    }
  return squares;
}

/** Draws samples by the stationary bootstrap, one after the other on the generator. */
export function drawReturnSamples(
  returns: ResampledReturns,
  random: RandomNumbers,
  { count: samples, onSample }: SampleCount,
): ReturnSamples {
  const { growths, mean, block, barsPerYear, riskFreeRate } = returns;
  const rows = growths.length;
  const blocks = createStationaryBlocks(rows, block);
  const curves = new Float64Array(samples);
  const falls = new Float64Array(samples);
  const sharpes = new Float64Array(samples);
  let [sharpeCount, exceeding] = [0, 0];
  for (let sample = 0; sample < samples; sample++) {
    blocks.draw(random);
    const { count, starts, lengths } = blocks;
    let [curve, peak, fall, sum, squareSum] = [1, 1, 0, 0, 0];
    for (let at = 0; at < count; at++) {
      const length = lengths[at];
      for (let place = 0, row = starts[at]; place < length; place++) {
        const growth = growths[row];
        curve *= growth;
        if (curve > peak) peak = curve;
        else if (peak - curve > fall * peak) fall = (peak - curve) / peak;
        const deviation = growth - 1 - mean;
        sum += deviation;
        squareSum += deviation * deviation;
        row = row + 1 === rows ? 0 : row + 1;
      }
    }
    const shift = sum / rows;
    let squares = squareSum - sum * shift;
    // Little is left of the difference if the sample hardly varies: rounding would be most of it.
    if (squares < 1e-4 * squareSum) squares = squaresOf(blocks, returns, shift);
    const spread = Math.sqrt(squares / (rows - 1));
    if (spread > flatDeviation)
      sharpes[sharpeCount++] = ((mean + shift - riskFreeRate / barsPerYear) / spread) * Math.sqrt(barsPerYear);
    curves[sample] = curve;
    falls[sample] = fall;
    if (shift >= mean) exceeding++;
    onSample?.();
  }
  return { curves, falls, sharpes: sharpes.slice(0, sharpeCount), exceeding };
}

/** Moves a generator past samples as {@link drawReturnSamples} does, without computing them. */
export function skipReturnSamples(
  { growths, block }: ResampledReturns,
  random: RandomNumbers,
  { count, onSample }: SampleCount,
): void {
  const blocks = createStationaryBlocks(growths.length, block);
  for (let sample = 0; sample < count; sample++) {
    blocks.draw(random);
    onSample?.();
  }
}
