import type { ReadonlyTypedArray } from "@atc/contract";
import { isoTime, timeAt } from "../base/iso-time.ts";
import type { Gaps } from "./ingest-report.ts";

const dayMs = 86_400_000;
const placesKept = 3;

/** Finds neighbouring bars that are further apart than usual, block by block. */
export interface GapFinder {
  /** Adds the next times, as pairs of 32-bit words. */
  push(times: ReadonlyTypedArray, length: number): void;
  gaps(): Gaps;
}

/** A finder for a series with this interval, in the unit of its times. Without an interval it finds nothing. */
export function createGapFinder(interval: number | undefined, unitsPerMs: number): GapFinder {
  const limit = interval === undefined ? Number.POSITIVE_INFINITY : 1.5 * interval;
  const dayUnits = dayMs * unitsPerMs;
  const longest: { time: bigint; spacing: number }[] = [];
  let count = 0;
  let withinDay = 0;
  let previousLow = 0;
  let previousHigh = 0;
  let started = false;

  function look(spacing: number, low: number, high: number): void {
    if (spacing <= limit) return;
    count++;
    // For times in ns, division in doubles rounds to about 128 ns. It matters only for gaps that end so close to
    // midnight.
    const from = (high * 4_294_967_296 + (low >>> 0)) / dayUnits;
    if (Math.floor(from) === Math.floor(from + spacing / dayUnits)) withinDay++;
    const at = longest.findIndex((place) => spacing > place.spacing);
    if (at < 0 && longest.length === placesKept) return;
    longest.splice(at < 0 ? longest.length : at, 0, { time: timeAt(Int32Array.of(low, high), 0), spacing });
    if (longest.length > placesKept) longest.pop();
  }

  return {
    push(times, length) {
      if (length === 0) return;
      if (started) look(spacingBetween(previousLow, previousHigh, times, 0), previousLow, previousHigh);
      started = true;
      for (let i = nextGap(times, 1, length, limit); i < length; i = nextGap(times, i + 1, length, limit)) {
        const low = times[2 * i - 2];
        const high = times[2 * i - 1];
        look(spacingBetween(low, high, times, i), low, high);
      }
      previousLow = times[2 * length - 2];
      previousHigh = times[2 * length - 1];
    },
    gaps: () => ({
      count,
      withinDay,
      longest: longest.map(({ time, spacing }) => ({ after: isoTime(time, unitsPerMs), ms: spacing / unitsPerMs })),
    }),
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

function spacingBetween(low: number, high: number, times: ReadonlyTypedArray, row: number): number {
  return (times[2 * row + 1] - high) * 4_294_967_296 + ((times[2 * row] >>> 0) - (low >>> 0));
}
