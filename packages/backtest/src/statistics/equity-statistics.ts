/**
 * Running statistics of an equity curve with constant state. Bars count from 0.
 *
 * Mean and deviation follow Welford (1962) and the sum of equities Neumaier (1974), so that they stay accurate over
 * millions of bars.
 */
export interface EquityStatistics {
  /** Number of bars. */
  bars: number;
  /** Equity of the first bar. */
  first: number;
  /** Equity of the last bar. */
  last: number;
  /** Mean return so far. */
  mean: number;
  /** Sum of squared deviations of the returns from their mean. */
  squares: number;
  /** Sum of the squares of the returns below 0. */
  downside: number;
  /** Sum of equities, without `sumError`. */
  sum: number;
  /** The rounding error of `sum`. */
  sumError: number;
  /** Highest equity so far. */
  maximum: number;
  /** The last bar that held it. */
  maximumBar: number;
  /** Time of that bar. */
  maximumTime: bigint;
  /** Largest drawdown, as a fraction of the highest equity before it; 0 if there was none. */
  drawdown: number;
  /** The equity at which the largest drawdown started. */
  peak: number;
  /** The last bar at that equity before the drawdown; -1 without a drawdown. */
  peakBar: number;
  /** Time of that bar. */
  peakTime: bigint;
  /** The bar at the bottom of the largest drawdown; -1 without a drawdown. */
  troughBar: number;
  /** Time of that bar. */
  troughTime: bigint;
  /** The first bar after the bottom that regained `peak`; -1 if there is none. */
  recoveryBar: number;
  /** Time of that bar. */
  recoveryTime: bigint;
}

/** Statistics of no bars. */
export function createEquityStatistics(): EquityStatistics {
  return {
    bars: 0,
    first: 0,
    last: 0,
    mean: 0,
    squares: 0,
    downside: 0,
    sum: 0,
    sumError: 0,
    maximum: Number.NEGATIVE_INFINITY,
    maximumBar: -1,
    maximumTime: 0n,
    drawdown: 0,
    peak: Number.POSITIVE_INFINITY,
    peakBar: -1,
    peakTime: 0n,
    troughBar: -1,
    troughTime: 0n,
    recoveryBar: -1,
    recoveryTime: 0n,
  };
}

/** Adds the next `length` bars. Statistics are bit-identical for blocks of any size. */
export function addEquities(
  statistics: EquityStatistics,
  equity: Float64Array,
  times: BigInt64Array,
  length: number,
): void {
  if (length === 0) return;
  if (statistics.bars === 0) {
    statistics.first = equity[0];
    statistics.last = statistics.first;
  }
  addReturns(statistics, equity, length);
  addDrawdowns(statistics, equity, times, length);
  statistics.bars += length;
  statistics.last = equity[length - 1];
}

function addReturns(statistics: EquityStatistics, equity: Float64Array, length: number): void {
  let { mean, squares, downside, sum, sumError } = statistics;
  let previous = statistics.last;
  let returns = statistics.bars - 1;
  for (let i = 0; i < length; i++) {
    const value = equity[i];
    const total = sum + value;
    sumError += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
    sum = total;
    if (++returns > 0) {
      const gain = value / previous - 1;
      const deviation = gain - mean;
      mean += deviation / returns;
      squares += deviation * (gain - mean);
      if (gain < 0) downside += gain * gain;
    }
    previous = value;
  }
  statistics.mean = mean;
  statistics.squares = squares;
  statistics.downside = downside;
  statistics.sum = sum;
  statistics.sumError = sumError;
}

function addDrawdowns(statistics: EquityStatistics, equity: Float64Array, times: BigInt64Array, length: number): void {
  const start = statistics.bars;
  let { maximum, maximumBar, drawdown, peak, peakBar, troughBar, recoveryBar } = statistics;
  for (let i = 0; i < length; i++) {
    const value = equity[i];
    if (value >= maximum) {
      maximum = value;
      maximumBar = start + i;
    }
    const fall = 1 - value / maximum;
    if (fall > drawdown) {
      drawdown = fall;
      peak = maximum;
      peakBar = maximumBar;
      troughBar = start + i;
      recoveryBar = -1;
    } else if (value >= peak && recoveryBar < 0) recoveryBar = start + i;
  }
  // Times are looked up once per block: a BigInt for every new maximum would cost more than the rest.
  const timeOf = (bar: number, known: bigint): bigint => (bar >= start ? times[bar - start] : known);
  const heightTime = statistics.maximumTime;
  statistics.peakTime = peakBar === statistics.peakBar ? statistics.peakTime : timeOf(peakBar, heightTime);
  statistics.maximumTime = timeOf(maximumBar, heightTime);
  statistics.troughTime = timeOf(troughBar, statistics.troughTime);
  // Not the time of an earlier recovery, which blocks of other lengths would not have seen.
  statistics.recoveryTime = recoveryBar < 0 ? 0n : timeOf(recoveryBar, statistics.recoveryTime);
  statistics.maximum = maximum;
  statistics.maximumBar = maximumBar;
  statistics.drawdown = drawdown;
  statistics.peak = peak;
  statistics.peakBar = peakBar;
  statistics.troughBar = troughBar;
  statistics.recoveryBar = recoveryBar;
}

/** Mean equity over all bars. */
export function meanEquity(statistics: EquityStatistics): number {
  return (statistics.sum + statistics.sumError) / statistics.bars;
}

/** Adds up the squared shortfalls of the returns below a target, which is known only after a pass over all bars. */
export interface Shortfall {
  /** The sum so far. */
  readonly squares: number;
  /** Adds the next `length` bars. */
  add(equity: Float64Array, length: number): void;
}

/** The shortfall of no bars. */
export function createShortfall(target: number): Shortfall {
  let squares = 0;
  let previous = Number.NaN;
  return {
    get squares() {
      return squares;
    },
    add(equity, length) {
      let sum = squares;
      let before = previous;
      let row = 0;
      // The first bar has no return.
      if (Number.isNaN(before) && length > 0) before = equity[row++];
      for (; row < length; row++) {
        const value = equity[row];
        // Half of x - |x| is min(x, 0), exactly and without a branch that is mispredicted in half of the bars.
        const excess = value / before - 1 - target;
        const shortfall = 0.5 * (excess - Math.abs(excess));
        sum += shortfall * shortfall;
        before = value;
      }
      squares = sum;
      previous = before;
    },
  };
}
