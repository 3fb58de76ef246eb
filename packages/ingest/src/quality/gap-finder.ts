import type { ReadonlyTypedArray } from "@atc/contract";
import { createWeekRhythm, isUsualInDays, slotWidth, type WeekRhythm } from "./week-rhythm.ts";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** Gaps that are compared with those of other symbols. 30 years of daily bars have about 300 holidays. */
const mostCompared = 512;

/**
 * The numbers of a break, before it is compared with other symbols; times in ms since 1970:
 * 0 and 1. the bars before and after it;
 * 2 and 3. from the first to the last missing time that the weekly rhythm expects;
 * 4. 1 if it breaks the rhythm; 0 if too few weeks show a rhythm, so that only other symbols can decide.
 */
export const gapWidth = 5;

/** The breaks of one series. */
export interface SeriesGaps {
  /** The interval of the series in ms; undefined if the series has no gaps by definition. */
  readonly interval: number | undefined;
  /** Whether most of its weeks have bars on Saturdays. */
  readonly hasWeekends: boolean;
  /** The first and last bar, in ms. */
  readonly first: number;
  readonly last: number;
  /** The first breaks in order of time, {@link gapWidth} numbers each, at most {@link mostCompared}. */
  readonly gaps: Float64Array;
  /** Later breaks of the rhythm, which are not compared with other symbols; undefined if there are none. */
  readonly rest: GapTally | undefined;
}

/** Some gaps, summed up. */
export interface GapTally {
  count: number;
  withinDay: number;
  /** The three longest, longest first. */
  readonly longest: { readonly from: number; readonly to: number }[];
}

export function gapTally(): GapTally {
  return { count: 0, withinDay: 0, longest: [] };
}

const placesKept = 3;

/** Adds a gap between the bars at `from` and `to`, in ms. */
export function addGap(tally: GapTally, from: number, to: number): void {
  tally.count++;
  if (Math.floor(from / dayMs) === Math.floor(to / dayMs)) tally.withinDay++;
  const at = tally.longest.findIndex((place) => to - from > place.to - place.from);
  if (at < 0 && tally.longest.length === placesKept) return;
  tally.longest.splice(at < 0 ? tally.longest.length : at, 0, { from, to });
  if (tally.longest.length > placesKept) tally.longest.pop();
}

/** Finds breaks in the rhythm of a series of bars, block by block. */
export interface GapFinder {
  /** Adds the next times in ms, as pairs of 32-bit words. */
  push(times: ReadonlyTypedArray, length: number): void;
  /** The breaks. No times may follow. */
  finish(): SeriesGaps;
}

/** Spacings that wait until the weeks after them are known. Each has the five numbers below. */
const width = 5;
const [fromAt, toAt, missingFromAt, missingToAt, knownAt] = [0, 1, 2, 3, 4];

/** A finder for bars with this usual interval in ms. Without an interval it finds nothing. */
export function createGapFinder(interval: number | undefined): GapFinder {
  const slotMs = slotWidth(interval ?? dayMs);
  const limit = interval === undefined ? Number.POSITIVE_INFINITY : Math.max(1.5 * interval, slotMs);
  // Bars of weeks or months have no times within a week.
  const hasRhythm = interval === undefined || interval < weekMs;
  const gaps: number[] = [];
  let rest: GapTally | undefined;
  let pending = new Float64Array(16 * width);
  let head = 0;
  let tail = 0;
  let first = Number.NaN;
  let runFrom = Number.NaN;
  let low = 0;
  let high = 0;
  let isStarted = false;
  const rhythm: WeekRhythm = createWeekRhythm(slotMs, judge);

  function keep(from: number, to: number, missingFrom: number, missingTo: number, isCertain: boolean): void {
    if (gaps.length < gapWidth * mostCompared) {
      gaps.push(from, to, missingFrom, missingTo, isCertain ? 1 : 0);
    } else if (isCertain) {
      rest ??= gapTally();
      addGap(rest, from, to);
    }
  }

  /** Decides on spacings with slots in the week that the rhythm compares with its neighbours. */
  function judge(firstSlot: number, lastSlot: number): void {
    for (; head < tail; head += width) {
      const from = pending[head + fromAt];
      const to = pending[head + toAt];
      const a = Math.floor(from / slotMs) + 1;
      const b = Math.floor(to / slotMs) - 1;
      if (a > lastSlot) return;
      if (to - from >= weekMs) {
        keep(from, to, a * slotMs, (b + 1) * slotMs, true);
        continue;
      }
      compare(Math.max(a, firstSlot), Math.min(b, lastSlot));
      if (b > lastSlot) return;
      decide(from, to, a, b);
    }
  }

  function compare(a: number, b: number): void {
    const found = rhythm.missing(a, b);
    if (found.isKnown) pending[head + knownAt] = 1;
    if (Number.isNaN(found.first)) return;
    if (Number.isNaN(pending[head + missingFromAt])) pending[head + missingFromAt] = found.first;
    pending[head + missingToAt] = found.last + 1;
  }

  function decide(from: number, to: number, a: number, b: number): void {
    const missingFrom = pending[head + missingFromAt] * slotMs;
    const missingTo = pending[head + missingToAt] * slotMs;
    if (missingFrom < missingTo) keep(from, to, missingFrom, missingTo, true);
    else if (pending[head + knownAt] === 0) {
      const isCertain = isUsualInDays(rhythm, a, b, slotMs) ?? Math.floor(from / dayMs) === Math.floor(to / dayMs);
      keep(from, to, a * slotMs, (b + 1) * slotMs, isCertain);
    }
  }

  function wait(from: number, to: number): void {
    if (tail + width > pending.length) {
      const left = pending.subarray(head, tail);
      const grown = 2 * left.length > pending.length ? new Float64Array(2 * pending.length) : pending;
      grown.set(left);
      pending = grown;
      tail -= head;
      head = 0;
    }
    pending[tail + fromAt] = from;
    pending[tail + toAt] = to;
    pending[tail + missingFromAt] = Number.NaN;
    pending[tail + missingToAt] = Number.NaN;
    pending[tail + knownAt] = 0;
    tail += width;
  }

  function look(beforeLow: number, beforeHigh: number, nextLow: number, nextHigh: number): void {
    const from = beforeHigh * 4_294_967_296 + (beforeLow >>> 0);
    const to = nextHigh * 4_294_967_296 + (nextLow >>> 0);
    if (!hasRhythm) {
      keep(from, to, from, to, true);
      return;
    }
    rhythm.cover(Math.floor(runFrom / slotMs), Math.floor(from / slotMs));
    runFrom = to;
    // Between neighbouring slots, nothing is missing.
    if (Math.floor(to / slotMs) - Math.floor(from / slotMs) > 1) wait(from, to);
  }

  return {
    push(times, length) {
      if (length === 0 || interval === undefined) return;
      if (!isStarted) {
        first = times[1] * 4_294_967_296 + (times[0] >>> 0);
        runFrom = first;
      } else if ((times[1] - high) * 4_294_967_296 + ((times[0] >>> 0) - (low >>> 0)) > limit)
        look(low, high, times[0], times[1]);
      isStarted = true;
      for (let i = nextGap(times, 1, length, limit); i < length; i = nextGap(times, i + 1, length, limit))
        look(times[2 * i - 2], times[2 * i - 1], times[2 * i], times[2 * i + 1]);
      low = times[2 * length - 2];
      high = times[2 * length - 1];
    },
    finish() {
      const last = high * 4_294_967_296 + (low >>> 0);
      if (isStarted && hasRhythm) {
        rhythm.cover(Math.floor(runFrom / slotMs), Math.floor(last / slotMs));
        rhythm.finish();
      }
      return { interval, hasWeekends: rhythm.hasWeekends(), first, last, gaps: Float64Array.from(gaps), rest };
    },
  };
}

/** The first row from `from` that comes more than `limit` after the previous one; `length` if there is none. */
function nextGap(times: ReadonlyTypedArray, from: number, length: number, limit: number): number {
  for (let i = from; i < length; i++) {
    const high = times[2 * i + 1] - times[2 * i - 1];
    const low = (times[2 * i] >>> 0) - (times[2 * i - 2] >>> 0);
    if (high * 4_294_967_296 + low > limit) return i;
  }
  return length;
}
