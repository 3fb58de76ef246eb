import { createShortfall } from "../statistics/equity-statistics.ts";
import { chunkBars, writeFactors, writeReturns } from "./bar-chunk.ts";
import type { MetricTotals } from "./metric-options.ts";
import { createReturnAutocovariances } from "./parts/return-autocovariances.ts";
import { createReturnGains, type ReturnGains } from "./parts/return-gains.ts";

/** What is computed from the equity when mean, years and lags are known. */
export interface SecondPass {
  /** Sum of the squared returns below the rate per bar, in the order of the first version. */
  readonly shortfall: number;
  /** Returns above and below the rate per bar. */
  readonly gains: ReturnGains;
  /** Sums of products of deviations 1 to `lags` bars apart. */
  readonly autocovariances: Float64Array;
}

/** Options of {@link readAgain}. */
export interface SecondPassOptions {
  /** The rate without risk per bar. */
  readonly rate: number;
  /** Whether returns are compared with it. */
  readonly comparesReturns: boolean;
  /** The mean return. */
  readonly mean: number;
  /** Lags of the autocovariances; 0 for none. */
  readonly lags: number;
}

/** Reads the equity again, once. */
export function readAgain(reread: MetricTotals["reread"], options: SecondPassOptions): SecondPass {
  const { rate, comparesReturns, mean, lags } = options;
  const shortfall = createShortfall(rate);
  const gains = createReturnGains(rate);
  const products = createReturnAutocovariances(lags);
  const equities = new Float64Array(chunkBars + 1);
  const factors = new Float64Array(chunkBars);
  const returns = new Float64Array(chunkBars);
  let filled = 0;

  function addChunk(): void {
    const length = filled - 1;
    writeFactors(equities, length, factors);
    writeReturns(factors, length, returns);
    if (comparesReturns) gains.add(returns, length);
    if (lags > 0) {
      for (let i = 0; i < length; i++) returns[i] = returns[i] - mean;
      products.add(returns, length);
    }
    equities[0] = equities[length];
    filled = 1;
  }

  reread((equity, length) => {
    if (comparesReturns) shortfall.add(equity, length);
    for (let from = 0; from < length; ) {
      const taken = Math.min(length - from, equities.length - filled);
      equities.set(equity.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (filled === equities.length) addChunk();
    }
  });
  if (filled > 1) addChunk();
  return { shortfall: shortfall.squares, gains, autocovariances: products.finish() };
}
