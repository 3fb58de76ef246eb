import type { Gaps } from "./ingest-report.ts";
import { isoTime, timeAt } from "./iso-time.ts";

const dayMs = 86_400_000;
const placesKept = 3;

/** Looks for places where bars are further apart than usual, slice by slice. */
export interface GapFinder {
  /** Takes the next times, as pairs of 32-bit words. */
  push(times: Int32Array, length: number): void;
  /** What was found. */
  gaps(): Gaps;
}

/** A finder for a series of the given interval, in units of its times; undefined finds none. */
export function createGapFinder(interval: number | undefined, unitsPerMs: number): GapFinder {
  const limit = interval === undefined ? Number.POSITIVE_INFINITY : 1.5 * interval;
  const dayUnits = dayMs * unitsPerMs;
  const longest: { time: bigint; spacing: number }[] = [];
  let count = 0;
  let withinDay = 0;
  let previousLow = 0;
  let previousHigh = 0;
  let started = false;

  function add(low: number, high: number, spacing: number): void {
    count++;
    // Division in doubles rounds to about 128 ns for times in ns, a matter of a gap ending that near to midnight.
    const from = (high * 4_294_967_296 + (low >>> 0)) / dayUnits;
    if (Math.floor(from) === Math.floor(from + spacing / dayUnits)) withinDay++;
    const at = longest.findIndex((place) => spacing > place.spacing);
    if (at < 0 && longest.length === placesKept) return;
    longest.splice(at < 0 ? longest.length : at, 0, { time: timeAt(Int32Array.of(low, high), 0), spacing });
    if (longest.length > placesKept) longest.pop();
  }

  return {
    push(times, length) {
      let low = previousLow;
      let high = previousHigh;
      let i = 0;
      if (!started && length > 0) {
        started = true;
        low = times[0] as number;
        high = times[1] as number;
        i = 1;
      }
      for (; i < length; i++) {
        const nextLow = times[2 * i] as number;
        const nextHigh = times[2 * i + 1] as number;
        const spacing = (nextHigh - high) * 4_294_967_296 + ((nextLow >>> 0) - (low >>> 0));
        if (spacing > limit) add(low, high, spacing);
        low = nextLow;
        high = nextHigh;
      }
      previousLow = low;
      previousHigh = high;
    },
    gaps: () => ({
      count,
      withinDay,
      longest: longest.map(({ time, spacing }) => ({ after: isoTime(time, unitsPerMs), ms: spacing / unitsPerMs })),
    }),
  };
}
