import type { EquityStatistics } from "../../statistics/equity-statistics.ts";
import { accountAt as at } from "./account-state.ts";

/** The times of the bars that statistics name. They are looked up once per push, because each costs a BigInt. */
export interface BarTimes {
  first: bigint;
  last: bigint;
  maximum: bigint;
  peak: bigint;
  trough: bigint;
  recovery: bigint;
  bankruptAt: bigint | undefined;
}

/** The times of no bars. */
export function noTimes(): BarTimes {
  return { first: 0n, last: 0n, maximum: 0n, peak: 0n, trough: 0n, recovery: 0n, bankruptAt: undefined };
}

/** Looks up the times of the bars that a state names, after `rows` with these times were added to it. */
export function lookUpTimes(known: BarTimes, state: Float64Array, peakBar: number, times: BigInt64Array): void {
  const start = state[at.bars] - times.length;
  const timeOf = (bar: number, otherwise: bigint): bigint => (bar >= start ? times[bar - start] : otherwise);
  if (start === 0) known.first = times[0];
  known.last = times[times.length - 1];
  // A new peak before these rows was the maximum before them.
  if (state[at.peakBar] !== peakBar) known.peak = timeOf(state[at.peakBar], known.maximum);
  known.maximum = timeOf(state[at.maximumBar], known.maximum);
  known.trough = timeOf(state[at.troughBar], known.trough);
  known.recovery = timeOf(state[at.recoveryBar], known.recovery);
  if (state[at.bankruptBar] >= start) known.bankruptAt ??= times[state[at.bankruptBar] - start];
}

/** The statistics of a state. */
export function statisticsOf(state: Float64Array, capital: number, times: BarTimes): EquityStatistics {
  const bars = state[at.bars];
  return {
    bars,
    first: bars === 0 ? 0 : capital,
    last: state[at.last],
    mean: state[at.mean],
    squares: state[at.squares],
    downside: state[at.downside],
    sum: state[at.sum],
    sumError: state[at.sumError],
    maximum: state[at.maximum],
    maximumBar: state[at.maximumBar],
    maximumTime: times.maximum,
    drawdown: state[at.drawdown],
    peak: state[at.peak],
    peakBar: state[at.peakBar],
    peakTime: times.peak,
    troughBar: state[at.troughBar],
    troughTime: times.trough,
    recoveryBar: state[at.recoveryBar],
    // Not the time of an earlier recovery, which blocks of other lengths would not have seen.
    recoveryTime: state[at.recoveryBar] < 0 ? 0n : times.recovery,
  };
}
