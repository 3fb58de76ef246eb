import type { BarRule } from "./bar-rule.ts";
import { intradayMs } from "./bar-rule.ts";
import type { ResolvedResample } from "./resample-options.ts";
import { zoneClock } from "./zone-clock.ts";

const day = 86_400_000;

/** The interval of a time bar, or the one between two sessions, in ms since the epoch, half-open. */
export interface BarInterval {
  /** Whether rows of this time belong to a bar; false outside of a session. */
  readonly isOpen: boolean;
  readonly start: number;
  readonly end: number;
  /** Whether it starts with a session, so that the rows before it are of another session. */
  readonly isOpening: boolean;
  /** Whether it ends with a session. */
  readonly isClosing: boolean;
  /** The end of the validity of this interval: the end of the bar or session; if closed, the next opening. */
  readonly until: number;
  /** The first calendar day of the bar, as midnight UTC. */
  readonly date: number;
  /** The calendar day after its last one, as midnight UTC. */
  readonly endDate: number;
}

/** The calendar of time bars. */
export interface BarCalendar {
  /** The interval of an instant. */
  interval(utc: number): BarInterval;
  /** The calendar day of an instant, as midnight UTC. */
  dateOf(utc: number): number;
  /** The instant at which the session of a calendar day ends; the day itself if there is no session. */
  closingOf(date: number): number;
}

/** First and last day (exclusive) of the period of a day, in days since the epoch. */
type PeriodOf = (dayNumber: number) => readonly [first: number, end: number];

/** Days since the epoch of the first of a month, in months since 1970-01. */
function dayOfMonth(month: number): number {
  return Date.UTC(1970, month, 1) / day;
}

function periodsOf(rule: BarRule & { readonly by: "time" }, weekStart: "monday" | "sunday"): PeriodOf {
  const { count, unit } = rule;
  if (unit === "mo")
    return (dayNumber) => {
      const date = new Date(dayNumber * day);
      const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
      const first = Math.floor(month / count) * count;
      return [dayOfMonth(first), dayOfMonth(first + count)];
    };
  // 1970-01-01 was a Thursday: three days after a Monday, four after a Sunday.
  const shift = unit === "w" ? (weekStart === "monday" ? 3 : 4) : 0;
  const days = unit === "w" ? 7 * count : count;
  return (dayNumber) => {
    const first = Math.floor((dayNumber + shift) / days) * days - shift;
    return [first, first + days];
  };
}

/**
 * The calendar of time bars. Intraday bars are counted from the opening of the session, or midnight, and end with it.
 */
export function barCalendar(rule: BarRule & { readonly by: "time" }, options: ResolvedResample): BarCalendar {
  const { session, timeZone, weekStart } = options;
  const clock = zoneClock(timeZone);
  const { start: opens, end: closes } = session ?? { start: 0, end: day };
  const isOvernight = closes <= opens;
  const hasSession = session !== undefined;
  const opening = (dayNumber: number): number => clock.instant((dayNumber - (isOvernight ? 1 : 0)) * day + opens);
  const closing = (dayNumber: number): number => clock.instant(dayNumber * day + closes);
  const length = intradayMs(rule);
  const periodOf = length === undefined ? periodsOf(rule, weekStart) : undefined;

  // Most bars are in the same session as the one before.
  let current = { day: 0, open: 0, close: 0 };

  /** Sets the current session to that of an instant. Returns the next opening if there is none. */
  function findSession(utc: number): number | undefined {
    const today = Math.floor(clock.local(utc) / day);
    for (let dayNumber = today - 1; ; dayNumber++) {
      const open = opening(dayNumber);
      if (utc < open) return open;
      const close = closing(dayNumber);
      if (utc >= close) continue;
      current = { day: dayNumber, open, close };
      return undefined;
    }
  }

  function interval(utc: number): BarInterval {
    if (utc < current.open || utc >= current.close) {
      const next = findSession(utc);
      if (next !== undefined) return closedUntil(next);
    }
    const { day: dayNumber, open, close } = current;
    if (periodOf === undefined) {
      const bar = length as number;
      const start = open + Math.floor((utc - open) / bar) * bar;
      const end = Math.min(start + bar, close);
      return {
        isOpen: true,
        start,
        end,
        isOpening: hasSession && start === open,
        isClosing: hasSession && end === close,
        until: end,
        date: dayNumber * day,
        endDate: (dayNumber + 1) * day,
      };
    }
    const [first, last] = periodOf(dayNumber);
    const end = closing(last - 1);
    return {
      isOpen: true,
      start: opening(first),
      end,
      isOpening: hasSession,
      isClosing: hasSession,
      until: hasSession ? close : end,
      date: first * day,
      endDate: last * day,
    };
  }

  function closedUntil(next: number): BarInterval {
    const dayNumber = Math.floor(clock.local(next) / day) + (isOvernight ? 1 : 0);
    const start = closing(dayNumber - 1);
    return { isOpen: false, start, end: next, isOpening: false, isClosing: false, until: next, date: 0, endDate: 0 };
  }

  return {
    interval,
    dateOf: (utc) => Math.floor(clock.local(utc) / day) * day,
    closingOf: (date) => closing(date / day),
  };
}
