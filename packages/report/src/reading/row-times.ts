import { clockText, dateText, monthNames } from "../text/time-text.ts";

/** The times of the rows. */
export interface RowTimes {
  /** Time of a row in ms; of the first row of its bucket if times are kept by bucket. */
  at(row: number): number;
  /** The first row at a time or later. */
  rowFrom(ms: number): number;
  /** A time as text. */
  text(row: number): string;
}

/** A time as text. */
export function timeTextOf(ms: number, areDates: boolean): string {
  return areDates ? dateText(ms) : `${dateText(ms)} ${clockText(ms)}`;
}

interface RowTimesOptions {
  /** The time of the first row of each bucket. */
  readonly times: Float64Array;
  /** The time of the last row. */
  readonly lastTime: number;
  /** Number of rows. */
  readonly n: number;
  /** Rows per bucket. */
  readonly size: number;
  readonly isRegular: boolean;
  readonly areDates: boolean;
}

/** Creates the times of all rows. Within a bucket they are spread evenly, which is exact if they are regular. */
export function rowTimes({ times, lastTime, n, size, isRegular, areDates }: RowTimesOptions): RowTimes {
  const last = times.length - 1;
  const at = (row: number): number => {
    if (row >= n - 1) return lastTime;
    const place = Math.max(0, row) / size;
    const bucket = Math.min(last, Math.floor(place));
    const isLast = bucket === last;
    const next = isLast ? lastTime : times[bucket + 1];
    const part = isLast ? (row - bucket * size) / (n - 1 - bucket * size) : place - bucket;
    return times[bucket] + part * (next - times[bucket]);
  };
  return {
    at,
    rowFrom(ms) {
      let low = 0;
      let high = times.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (times[middle] < ms) low = middle + 1;
        else high = middle;
      }
      return Math.min(n - 1, low * size);
    },
    text(row) {
      // Within a bucket, only the time of its first row is known.
      const known = isRegular || row >= n - 1 ? Math.round(row) : Math.floor(row / size) * size;
      return timeTextOf(at(known), areDates);
    },
  };
}

const second = 1000;
const day = 86_400_000;
const month = 30.44 * day;

/** Steps between ticks of an axis of times. */
const steps = [
  ...[1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200].map((count) => count * second),
  day,
  2 * day,
  7 * day,
] as const;
const monthSteps = [1, 3, 6, 12, 24, 60, 120, 240, 600] as const;

/** A tick: the row and its label. */
export interface TimeTick {
  readonly row: number;
  readonly label: string;
}

function monthTicks(from: number, to: number, count: number): readonly (readonly [ms: number, label: string])[] {
  const first = new Date(from);
  const ticks: (readonly [number, string])[] = [];
  let at = Math.floor((12 * first.getUTCFullYear() + first.getUTCMonth()) / count) * count;
  for (;;) {
    const year = Math.floor(at / 12);
    const ms = Date.UTC(year, at - 12 * year);
    if (!(ms <= to)) return ticks;
    if (ms >= from) ticks.push([ms, at % 12 === 0 ? String(year) : (monthNames[at - 12 * year] ?? "")]);
    at += count;
  }
}

function stepTicks(from: number, to: number, step: number): readonly (readonly [ms: number, label: string])[] {
  const ticks: (readonly [number, string])[] = [];
  for (let ms = Math.ceil(from / step) * step; ms <= to; ms += step)
    ticks.push([ms, ms % day === 0 ? dateText(ms).replace(/ \d+$/, "") : clockText(ms)]);
  return ticks;
}

/** Ticks of the rows `first` to `last`, at most about `most`. */
export function timeTicks(times: RowTimes, first: number, last: number, most: number): readonly TimeTick[] {
  const from = times.at(first);
  const to = times.at(last);
  const wanted = (to - from) / Math.max(1, most);
  if (!(wanted > 0)) return [];
  const step = steps.find((one) => one >= wanted);
  const months = monthSteps.find((one) => one * month >= wanted) ?? 1200;
  const ticks = step === undefined ? monthTicks(from, to, months) : stepTicks(from, to, step);
  const gap = (0.6 * (last - first)) / Math.max(1, most);
  const kept: TimeTick[] = [];
  for (const [ms, label] of ticks) {
    const row = times.rowFrom(ms);
    const before = kept.at(-1);
    if (before === undefined || row - before.row >= gap) kept.push({ row, label });
  }
  return kept;
}
