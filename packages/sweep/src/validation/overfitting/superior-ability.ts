import { createRandomNumbers } from "../../sample/random-numbers.ts";
import { checkInteger, checkSampling, invalidInput } from "../base/check-settings.ts";
import { flatDeviation } from "../base/flat-deviation.ts";
import { openColumns, type Returns } from "../base/return-columns.ts";
import { createStationaryBlocks } from "../base/stationary-blocks.ts";
import { longRunDeviation } from "./long-run-deviation.ts";

/** How a test of superior ability draws its samples. */
export interface SuperiorAbilityOptions {
  /** Returns to exceed, one per row. Default: 0. */
  readonly benchmark?: Float64Array | undefined;
  /** Mean rows of a block. Default: the square root of the rows, rounded down. */
  readonly block?: number | undefined;
  /** Default: 1,000. */
  readonly samples?: number | undefined;
  /** From 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/** Whether the best configuration exceeds the benchmark by more than the best of as many without skill would. */
export interface SuperiorAbility {
  /** Mean rows of a block. */
  readonly block: number;
  /** Number of samples that were drawn. */
  readonly samples: number;
  /** Seed of their random numbers. */
  readonly seed: number;
  /** The largest mean excess return in standard errors, at least 0 (Hansen 2005). If it is 0, its p-values are 1. */
  readonly statistic: number;
  /** The p-value if configurations that are worse than the benchmark are moved up to it: too small. */
  readonly pLower: number;
  /** The p-value if only those that are clearly worse keep their distance. */
  readonly pConsistent: number;
  /** The p-value if all are as good as the benchmark: too large. */
  readonly pUpper: number;
  /** White (2000): the largest mean excess return times the square root of the rows. */
  readonly realityCheck: { readonly statistic: number; readonly p: number };
  /** Of the columns that vary, in order: the long-run standard deviation of the excess returns. */
  readonly longRunSd: readonly number[];
}

/** The blocks of all samples, one after another. */
interface SampleBlocks {
  /** The first block of each sample, and the end of the last. */
  readonly offsets: Int32Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

function drawSamples(rows: number, block: number, samples: number, seed: number): SampleBlocks {
  const random = createRandomNumbers(seed);
  const blocks = createStationaryBlocks(rows, block);
  const offsets = new Int32Array(samples + 1);
  const starts: Int32Array[] = [];
  const lengths: Int32Array[] = [];
  for (let sample = 0; sample < samples; sample++) {
    blocks.draw(random);
    offsets[sample + 1] = offsets[sample] + blocks.count;
    starts.push(blocks.starts.slice(0, blocks.count));
    lengths.push(blocks.lengths.slice(0, blocks.count));
  }
  const joined = (parts: readonly Int32Array[]): Int32Array => {
    const all = new Int32Array(offsets[samples]);
    parts.forEach((part, sample) => {
      all.set(part, offsets[sample]);
    });
    return all;
  };
  return { offsets, starts: joined(starts), lengths: joined(lengths) };
}

/** The share of samples above a statistic. */
function shareAbove(samples: Float64Array, statistic: number): number {
  let above = 0;
  for (let sample = 0; sample < samples.length; sample++) if (samples[sample] > statistic) above++;
  return above / samples.length;
}

/**
 * The test for superior predictive ability (Hansen 2005) and the reality check (White 2000), both from the same
 * samples of a stationary bootstrap. Columns whose excess returns do not vary are left out. Undefined for fewer than
 * three rows, or if no column is left.
 *
 * Besides the returns, it takes 16 bytes per row, 32 per sample, and 8 per block of all samples: about
 * samples x rows / block. It reads each configuration once. Time grows with configurations times rows, and with
 * configurations times those blocks.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid returns, or a benchmark that is not a finite return per row
 * @throws ATC_INVALID_CONFIG for a block, samples or a seed out of range
 */
export function superiorAbility(given: Returns, options: SuperiorAbilityOptions = {}): SuperiorAbility | undefined {
  const returns = openColumns(given);
  const { rows, columns } = returns;
  const { benchmark, samples = 1000, seed = 1 } = options;
  if (benchmark !== undefined && (benchmark.length !== rows || !benchmark.every(Number.isFinite)))
    throw invalidInput(
      `the benchmark has ${benchmark.length} returns, and the configurations ${rows}; give a finite return per row`,
      { rows, benchmark: benchmark.length },
    );
  checkSampling(seed, samples);
  if (options.block !== undefined) checkInteger("block", options.block, 1);
  if (rows < 3) return undefined;
  const block = options.block ?? Math.floor(Math.sqrt(rows));
  const root = Math.sqrt(rows);
  const worst = -Math.sqrt((2 * Math.log(Math.log(rows))) / rows);
  const { offsets, starts, lengths } = drawSamples(rows, block, samples, seed);
  const deviations = new Float64Array(rows);
  const before = new Float64Array(rows + 1);
  const uppers = new Float64Array(samples);
  const consistents = new Float64Array(samples);
  const lowers = new Float64Array(samples);
  const realities = new Float64Array(samples).fill(Number.NEGATIVE_INFINITY);
  const longRunSd: number[] = [];
  let [statistic, reality] = [0, Number.NEGATIVE_INFINITY];

  /** Raises each sample's largest values by those of a column. */
  function addColumn(mean: number, deviation: number): void {
    const scale = root / deviation;
    const consistentShift = mean / deviation >= worst ? 0 : mean;
    const lowerShift = Math.min(mean, 0);
    for (let sample = 0; sample < samples; sample++) {
      let sum = 0;
      for (let at = offsets[sample]; at < offsets[sample + 1]; at++) {
        const end = starts[at] + lengths[at];
        // Around the end, because the deviations of all rows add up to 0.
        sum += before[end < rows ? end : end - rows] - before[starts[at]];
      }
      const excess = sum / rows;
      uppers[sample] = Math.max(uppers[sample], scale * excess);
      consistents[sample] = Math.max(consistents[sample], scale * (excess + consistentShift));
      lowers[sample] = Math.max(lowers[sample], scale * (excess + lowerShift));
      realities[sample] = Math.max(realities[sample], root * excess);
    }
  }

  for (let column = 0; column < columns; column++) {
    const own = returns.column(column);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      deviations[row] = own[row] - (benchmark === undefined ? 0 : benchmark[row]);
      sum += deviations[row];
    }
    const mean = sum / rows;
    for (let row = 0; row < rows; row++) {
      deviations[row] -= mean;
      before[row + 1] = before[row] + deviations[row];
    }
    const deviation = longRunDeviation(deviations, block);
    if (!(deviation > flatDeviation)) continue;
    longRunSd.push(deviation);
    statistic = Math.max(statistic, (root * mean) / deviation);
    reality = Math.max(reality, root * mean);
    addColumn(mean, deviation);
  }
  if (longRunSd.length === 0) return undefined;
  // Nothing exceeds the benchmark, so nothing speaks against chance. Samples are at least 0 too: if they are all below
  // the benchmark, none of them would be above 0, and the worst configurations would have the smallest p.
  const share = (values: Float64Array): number => (statistic > 0 ? shareAbove(values, statistic) : 1);
  return {
    block,
    samples,
    seed,
    statistic,
    pLower: share(lowers),
    pConsistent: share(consistents),
    pUpper: share(uppers),
    realityCheck: { statistic: reality, p: shareAbove(realities, reality) },
    longRunSd,
  };
}
