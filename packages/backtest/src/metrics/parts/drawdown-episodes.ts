import { type BarChunk, millisecondsAt } from "../bar-chunk.ts";

/** One drawdown: from the last bar at a maximum of the equity to the first bar that regains it, or to the last bar. */
export interface Drawdown {
  /** Time of the last bar at the maximum, in the series' unit. */
  readonly peak: bigint;
  /** Time of the first bar of the largest fall. */
  readonly trough: bigint;
  /** Time of the first bar at or above the maximum; undefined if there is none. */
  readonly recovery: bigint | undefined;
  /** The largest fall as a part of the maximum. */
  readonly depth: number;
  /** Bars from the peak to the end. */
  readonly bars: number;
  /** Time from the peak to the end, in ms. */
  readonly duration: number;
}

/** Sums over all drawdowns of an equity. */
interface DrawdownSums {
  /** Largest max - E, in money. */
  readonly money: number;
  readonly count: number;
  /** Sums over the drawdowns. */
  readonly depths: number;
  readonly bars: number;
  readonly durations: number;
  /** The longest of them; 0 without a drawdown. */
  readonly longestBars: number;
  readonly longestDuration: number;
  /** Number of bars below the maximum. */
  readonly underWater: number;
  /** Sum of D, and of its squares, over all bars. */
  readonly falls: number;
  readonly squares: number;
}

/** Finds the drawdowns of an equity, with constant memory. */
export interface DrawdownEpisodes {
  /** Sums over the drawdowns that ended, and over all bars so far. */
  readonly sums: DrawdownSums;
  begin(chunk: BarChunk): void;
  add(chunk: BarChunk): void;
  /** Ends a drawdown that lasts at the last bar of `chunk`. No bars may follow. */
  finish(chunk: BarChunk): void;
}

/** Mutable state of the drawdown that lasts. */
interface Current {
  active: boolean;
  maximum: number;
  depth: number;
  peakBar: number;
  peakMs: number;
  peak: bigint;
  trough: bigint;
}

/**
 * The drawdowns of no bars.
 *
 * @param onDrawdown - receives every drawdown as it ends
 */
export function createDrawdownEpisodes(onDrawdown?: (drawdown: Drawdown) => void): DrawdownEpisodes {
  const sums = {
    money: 0,
    count: 0,
    depths: 0,
    bars: 0,
    durations: 0,
    longestBars: 0,
    longestDuration: 0,
    underWater: 0,
    falls: 0,
    squares: 0,
  };
  const current: Current = { active: false, maximum: 0, depth: 0, peakBar: 0, peakMs: 0, peak: 0n, trough: 0n };

  function open(chunk: BarChunk, place: number): void {
    current.active = true;
    current.peakBar = chunk.row + place;
    current.peakMs = millisecondsAt(chunk.words, place, chunk.unit);
    if (onDrawdown !== undefined) current.peak = chunk.times[place];
  }

  function close(chunk: BarChunk, place: number, recovered: boolean, depth: number): void {
    current.active = false;
    const bars = chunk.row + place - current.peakBar;
    const duration = millisecondsAt(chunk.words, place, chunk.unit) - current.peakMs;
    sums.count++;
    sums.depths += depth;
    sums.bars += bars;
    sums.durations += duration;
    sums.longestBars = Math.max(sums.longestBars, bars);
    sums.longestDuration = Math.max(sums.longestDuration, duration);
    if (onDrawdown === undefined) return;
    const { peak, trough } = current;
    onDrawdown({ peak, trough, recovery: recovered ? chunk.times[place] : undefined, depth, bars, duration });
  }

  return {
    sums,
    begin({ equity }) {
      current.maximum = equity[0];
    },
    add(chunk) {
      const { equity, length } = chunk;
      let { active, maximum, depth } = current;
      let { money } = sums;
      let troughPlace = -1;
      let falls = 0;
      let squares = 0;
      let underWater = 0;
      for (let i = 1; i <= length; i++) {
        const value = equity[i];
        if (value >= maximum) {
          if (active) {
            if (troughPlace >= 0) current.trough = chunk.times[troughPlace];
            close(chunk, i, true, depth);
            active = false;
            depth = 0;
            troughPlace = -1;
          }
          maximum = value;
          continue;
        }
        if (!active) {
          open(chunk, i - 1);
          active = true;
          troughPlace = i;
        }
        const fall = 1 - value / maximum;
        falls += fall;
        squares += fall * fall;
        underWater++;
        if (maximum - value > money) money = maximum - value;
        if (fall > depth) {
          depth = fall;
          troughPlace = i;
        }
      }
      if (troughPlace >= 0) current.trough = chunk.times[troughPlace];
      current.maximum = maximum;
      current.depth = depth;
      sums.money = money;
      sums.falls += falls;
      sums.squares += squares;
      sums.underWater += underWater;
    },
    finish(chunk) {
      if (current.active) close(chunk, chunk.length, false, current.depth);
    },
  };
}
