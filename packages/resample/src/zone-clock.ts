import { zoneOffset } from "@atc/plugin-kit";

const day = 86_400_000;

/** The clock of a time zone. Times are ms since the epoch; local times are encoded as if they were UTC. */
export interface ZoneClock {
  local(utc: number): number;
  /** The instant of a local time: the earlier one if it occurs twice, that of the change if it is skipped. */
  instant(local: number): number;
}

/** The offsets of one UTC day: `first` before `change`, `last` from then on. */
interface DayOffsets {
  readonly first: number;
  readonly last: number;
  readonly change: number;
}

/** The clock of a zone, such as `America/New_York` or `+01:00`. It caches the offsets of each day. */
export function zoneClock(timeZone: string): ZoneClock {
  const offsetAt = zoneOffset("resample", timeZone);
  const days = new Map<number, DayOffsets>();

  /** Finds, to the second, when in a day the offset stops being `first`. */
  function changeWithin(start: number, first: number): number {
    let low = start / 1000;
    let high = (start + day) / 1000;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) * 1000 === first) low = middle;
      else high = middle;
    }
    return high * 1000;
  }

  function offset(utc: number): number {
    const number = Math.floor(utc / day);
    let known = days.get(number);
    if (known === undefined) {
      const start = number * day;
      const first = offsetAt(start / 1000) * 1000;
      const last = offsetAt((start + day) / 1000) * 1000;
      known = { first, last, change: first === last ? start + day : changeWithin(start, first) };
      days.set(number, known);
    }
    return utc < known.change ? known.first : known.last;
  }

  return {
    local: (utc) => utc + offset(utc),
    instant(local) {
      const before = offset(local - day);
      const after = offset(local + day);
      if (before === after) return local - before;
      const earlier = local - Math.max(before, after);
      const later = local - Math.min(before, after);
      if (offset(earlier) === local - earlier) return earlier;
      if (offset(later) === local - later) return later;
      // Skipped: with the offset before the change, the result is after the change by the position within the gap.
      return local - before;
    },
  };
}
