import { AtcError } from "@atc/contract";
import { intradayMs } from "./bar-rule.ts";
import type { ResampleOptions, ResolvedResample } from "./resample-options.ts";
import type { SourceSurvey } from "./source-survey.ts";

const day = 86_400_000;

/**
 * Throws ATC_INVALID_ARGUMENT if the times of `what` have a time of day although `options` say that they are dates, or
 * if they may be calendar dates that other options would move to another day. Nothing but an option can decide the
 * latter: daily bars of a market that never closes have the same times.
 */
export function checkMidnights(
  what: string,
  survey: SourceSurvey,
  resolved: ResolvedResample,
  options: ResampleOptions,
): void {
  if (options.timeIs === "date" && !survey.isMidnights) throw notDates(what, survey.timeOfDay);
  const { rule, timeIs, timeZone, session } = resolved;
  if (rule.by !== "time" || intradayMs(rule) !== undefined || timeIs === "date" || options.timeIs !== undefined) return;
  if (!survey.isMidnights || survey.rowMs < day) return;
  const isEnds = options.stamps === "end";
  // Bars that were made with the label "end": the date of an end is the day after the bar.
  const isMadeOfEnds = resolved.stamps === "end" && !isEnds;
  if (!isEnds && !survey.isShiftedIn(timeZone)) return;
  const moved = isEnds ? "as ends of bars on the day before" : `another day in "${timeZone}"`;
  // Dates have no session and no ends, so that the option alone would lead to the next error.
  const surplus = [...(session === undefined ? [] : ["the session"]), ...(isEnds ? ["stamps"] : [])];
  const dates = surplus.length === 0 ? "give" : `omit ${surplus.join(" and ")} and give`;
  if (isMadeOfEnds)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of ${what} are the ends of bars at midnight UTC, which is ${moved}; give the time zone of those bars (--time-zone), or timeIs "instant" (--time-is instant) to use yours all the same`,
      { details: { option: "timeIs", timeZone } },
    );
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the times of ${what} are all midnight UTC, which is ${moved}; if they are calendar dates, ${dates} timeIs "date" (--time-is date); if they are instants, give timeIs "instant" (--time-is instant)`,
    { details: { option: "timeIs", timeZone } },
  );
}

function notDates(what: string, time: number): AtcError {
  const shown = Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `option timeIs is "date", but the times of ${what} are not all midnight UTC: one is "${shown}"; give timeIs "instant" (--time-is instant), and the time zone of their days (--time-zone)`,
    { details: { option: "timeIs", value: "date", time: shown } },
  );
}
