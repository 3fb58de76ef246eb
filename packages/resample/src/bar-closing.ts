import type { LongerBarsOptions } from "@atc/contract";
import type { BarCalendar, BarInterval } from "./bar-calendar.ts";
import type { TimeRule } from "./bar-fit.ts";
import { intradayMs } from "./bar-rule.ts";

const day = 86_400_000;

/** The last calendar day of an interval on which the market trades. */
function lastTradingDate({ date, endDate }: BarInterval, isWeekdays: boolean): number {
  let last = endDate - day;
  while (isWeekdays && last > date && [0, 6].includes(new Date(last).getUTCDay())) last -= day;
  return last;
}

/** When a longer bar closes. */
export interface Closing {
  /** The instant. */
  readonly time: number;
  /** The calendar day after its last one, as midnight UTC. */
  readonly endDate: number;
}

/** When longer bars close. If markets trade on weekdays, days at the end of a bar that are none do not keep it open. */
export function closingRule(
  calendar: BarCalendar,
  rule: TimeRule,
  days: LongerBarsOptions["days"],
): (interval: BarInterval) => Closing {
  const isWeekdays = days === "weekdays" && intradayMs(rule) === undefined;
  return (interval) => {
    const last = lastTradingDate(interval, isWeekdays);
    const isCut = last + day < interval.endDate;
    return { time: isCut ? calendar.closingOf(last) : interval.end, endDate: last + day };
  };
}
