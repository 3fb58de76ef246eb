import type { BarCalendar, BarInterval } from "./bar-calendar.ts";
import type { ResolvedResample } from "./resample-options.ts";

const day = 86_400_000;

/**
 * Whether one of two neighbouring rows reaches over the border between their intervals: the row at `before` if times
 * are starts, the row at `time` if they are ends. `open` is the interval of `before`, undefined outside of a session.
 */
type BorderCheck = (before: number, time: number, open: BarInterval | undefined, next: BarInterval) => boolean;

/**
 * The check of rows that are `rowMs` long, or shorter if their neighbour is nearer. Rows of whole days end with a
 * calendar day, whatever their time of day is. The border of a session cuts shorter rows, so that none reaches over it.
 * If `rowMs` is NaN, no row is found.
 */
export function borderCheck(calendar: BarCalendar, { stamps }: ResolvedResample, rowMs: number): BorderCheck {
  const { dateOf } = calendar;
  const lengthOf = (before: number, time: number): number => Math.min(rowMs, time - before);
  const daysOf = (before: number, time: number): number => lengthOf(dateOf(before), dateOf(time));
  if (Number.isNaN(rowMs)) return () => false;
  if (stamps === "start")
    return (before, time, open) => {
      if (open === undefined) return false;
      if (rowMs < day) return !open.isClosing && before + lengthOf(before, time) > open.end;
      return dateOf(before) + daysOf(before, time) > open.endDate;
    };
  // Times are 1 ms before those of the rows.
  return (before, time, _, next) => {
    // Nothing is before the first row.
    if (!next.isOpen || Number.isNaN(before)) return false;
    if (rowMs < day) return !next.isOpening && time + 1 - lengthOf(before, time) < next.start;
    return dateOf(time) + day - daysOf(before, time) < next.date;
  };
}
