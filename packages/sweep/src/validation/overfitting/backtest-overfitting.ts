import { bestOf } from "../base/best-of.ts";
import { checkInteger, invalidSetting } from "../base/check-settings.ts";
import { countCombinations, nextCombination } from "../base/combinations.ts";
import { flatDeviation } from "../base/flat-deviation.ts";
import { createRankCorrelation } from "../base/rank-correlation.ts";
import { openColumns, type ReturnColumns, type Returns } from "../base/return-columns.ts";

/** How often the best configuration in sample is among the worse half out of sample. */
export interface BacktestOverfitting {
  /** Number of ways to choose half of the blocks as sample. */
  readonly combinations: number;
  /** The rows that were used, a multiple of the blocks; the first ones are dropped. */
  readonly rows: number;
  /** The probability of backtest overfitting: the share of combinations with a logit of at most 0. */
  readonly pbo: number;
  /** The share of combinations with a Sharpe ratio below 0 out of sample. */
  readonly probabilityOfLoss: number;
  /** The mean of `logits`. */
  readonly meanLogit: number;
  /**
   * The mean over combinations of Spearman's correlation of all Sharpe ratios in and out of sample. Combinations
   * without one are left out; undefined if none has one.
   */
  readonly rankCorrelation: number | undefined;
  /** The least-squares line of Sharpe ratios out of sample on those in sample; undefined if the latter are equal. */
  readonly degradationSlope: number | undefined;
  /** The line's value at a Sharpe ratio of 0 in sample. */
  readonly degradationIntercept: number | undefined;
  /** By combination: the logit of the chosen configuration's relative rank out of sample. */
  readonly logits: Float64Array;
  /** By combination: the chosen configuration's Sharpe ratio per bar in sample, and out of sample. */
  readonly inSample: Float64Array;
  /** The same ratio over the other half. */
  readonly outOfSample: Float64Array;
  /** By combination: the chosen column. */
  readonly chosen: Int32Array;
}

/** The most blocks: C(20, 10) are 184,756 combinations. */
const mostBlocks = 20;

/** Per block and column, the mean and the sum of squared deviations from it. */
interface BlockMoments {
  readonly length: number;
  readonly means: Float64Array;
  readonly squares: Float64Array;
}

function blockMoments(returns: ReturnColumns, blocks: number): BlockMoments {
  const { rows, columns } = returns;
  const length = Math.floor(rows / blocks);
  const dropped = rows % blocks;
  const means = new Float64Array(blocks * columns);
  const squares = new Float64Array(blocks * columns);
  for (let column = 0; column < columns; column++) {
    const own = returns.column(column);
    for (let block = 0; block < blocks; block++) {
      const from = dropped + block * length;
      const to = from + length;
      let [mean, deviations] = [0, 0];
      for (let row = from; row < to; row++) mean += own[row];
      mean /= length;
      for (let row = from; row < to; row++) deviations += (own[row] - mean) ** 2;
      means[block * columns + column] = mean;
      squares[block * columns + column] = deviations;
    }
  }
  return { length, means, squares };
}

/** Computes Sharpe ratios per bar over some blocks of equal length. */
function createBlockSharpes({ length, means, squares }: BlockMoments, columns: number) {
  const sums = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  return (blocks: Int32Array, sharpes: Float64Array): void => {
    const count = blocks.length;
    sums.fill(0);
    deviations.fill(0);
    for (let place = 0; place < count; place++) {
      const own = blocks[place] * columns;
      for (let column = 0; column < columns; column++) {
        sums[column] += means[own + column];
        deviations[column] += squares[own + column];
      }
    }
    for (let place = 0; place < count; place++) {
      const own = blocks[place] * columns;
      for (let column = 0; column < columns; column++) {
        const difference = means[own + column] - sums[column] / count;
        deviations[column] += length * difference * difference;
      }
    }
    for (let column = 0; column < columns; column++) {
      const deviation = Math.sqrt(deviations[column] / (count * length - 1));
      sharpes[column] = deviation > flatDeviation ? sums[column] / count / deviation : 0;
    }
  };
}

/** The rank of a value from 1, the lowest; equals share the mean of theirs. */
function rankOf(values: Float64Array, place: number): number {
  const value = values[place];
  let [lower, equal] = [0, 0];
  for (let other = 0; other < values.length; other++) {
    if (values[other] < value) lower++;
    else if (values[other] === value) equal++;
  }
  return lower + (equal + 1) / 2;
}

/** Writes the blocks that a combination leaves out. */
function fillComplement(chosen: Int32Array, rest: Int32Array): void {
  let [block, place] = [0, 0];
  for (let at = 0; at < rest.length; block++) {
    if (place < chosen.length && chosen[place] === block) place++;
    else rest[at++] = block;
  }
}

/** The least-squares line of `y` on `x`; undefined for equal `x`. */
function lineOf(x: Float64Array, y: Float64Array): { slope: number; intercept: number } | undefined {
  const count = x.length;
  let [xSum, ySum] = [0, 0];
  for (let place = 0; place < count; place++) {
    xSum += x[place];
    ySum += y[place];
  }
  const [xMean, yMean] = [xSum / count, ySum / count];
  let [squares, products] = [0, 0];
  for (let place = 0; place < count; place++) {
    squares += (x[place] - xMean) ** 2;
    products += (x[place] - xMean) * (y[place] - yMean);
  }
  if (!(Math.sqrt(squares / count) > flatDeviation)) return undefined;
  const slope = products / squares;
  return { slope, intercept: yMean - slope * xMean };
}

/**
 * The probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de
 * Prado and Zhu 2017): rows in `blocks` equal blocks, of which every half is in sample once and the rest out of
 * sample. Undefined for fewer than two configurations, or fewer rows than twice the blocks.
 *
 * Besides the returns, it takes 16 bytes per block and configuration, and 28 bytes per combination. It reads each
 * configuration once. Time grows with combinations times configurations; 16 blocks have 12,870 combinations.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns
 * @throws ATC_INVALID_CONFIG for a number of blocks that is odd, or not from 2 to 20
 */
export function backtestOverfitting(given: Returns, blocks = 16): BacktestOverfitting | undefined {
  const returns = openColumns(given);
  checkInteger("blocks", blocks, 2, mostBlocks);
  if (blocks % 2 !== 0) throw invalidSetting("blocks", `blocks is ${blocks}; give an even number`);
  const { rows, columns } = returns;
  if (columns < 2 || rows < 2 * blocks) return undefined;
  const half = blocks / 2;
  const combinations = countCombinations(blocks, half);
  const logits = new Float64Array(combinations);
  const inSample = new Float64Array(combinations);
  const outOfSample = new Float64Array(combinations);
  const chosen = new Int32Array(combinations);
  const moments = blockMoments(returns, blocks);
  const sharpesOf = createBlockSharpes(moments, columns);
  const correlate = createRankCorrelation(columns);
  const inBlocks = Int32Array.from({ length: half }, (_, place) => place);
  const outBlocks = new Int32Array(half);
  const inSharpes = new Float64Array(columns);
  const outSharpes = new Float64Array(columns);
  let [overfitted, losses, logitSum, correlationSum, correlated] = [0, 0, 0, 0, 0];

  function judge(combination: number, inside: Float64Array, outside: Float64Array): void {
    const best = bestOf(inside);
    const rank = rankOf(outside, best);
    const relative = rank / (columns + 1);
    chosen[combination] = best;
    inSample[combination] = inside[best];
    outOfSample[combination] = outside[best];
    logits[combination] = Math.log(relative / (1 - relative));
    logitSum += logits[combination];
    // By rank: the logit of the middle rank may be rounded to either side of 0.
    if (rank <= (columns + 1) / 2) overfitted++;
    if (outside[best] < 0) losses++;
  }

  // The complement of a combination is as far from the end as the combination is from the start.
  for (let combination = 0; combination < combinations / 2; combination++) {
    fillComplement(inBlocks, outBlocks);
    sharpesOf(inBlocks, inSharpes);
    sharpesOf(outBlocks, outSharpes);
    judge(combination, inSharpes, outSharpes);
    judge(combinations - 1 - combination, outSharpes, inSharpes);
    const correlation = correlate(inSharpes, outSharpes);
    if (correlation !== undefined) {
      correlationSum += correlation;
      correlated++;
    }
    nextCombination(inBlocks, blocks);
  }
  const line = lineOf(inSample, outOfSample);
  return {
    combinations,
    rows: moments.length * blocks,
    pbo: overfitted / combinations,
    probabilityOfLoss: losses / combinations,
    meanLogit: logitSum / combinations,
    rankCorrelation: correlated > 0 ? correlationSum / correlated : undefined,
    degradationSlope: line?.slope,
    degradationIntercept: line?.intercept,
    logits,
    inSample,
    outOfSample,
    chosen,
  };
}
