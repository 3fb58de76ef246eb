import { AtcError } from "@atc/contract";
import { intradayMs } from "./bar-rule.ts";
import type { ResampleOptions, ResolvedResample } from "./resample-options.ts";
import type { SourceSurvey } from "./source-survey.ts";

const day = 86_400_000;

/**
 * Throws ATC_INVALID_ARGUMENT if the times of `what` may be calendar dates that the time zone would move to another
 * day. Nothing but an option can decide it: daily bars of a market that never closes have the same times.
 */
export function checkMidnights(
  what: string,
  survey: SourceSurvey,
  { rule, timeIs, timeZone, session }: ResolvedResample,
  options: Pick<ResampleOptions, "timeIs">,
): void {
  if (rule.by !== "time" || intradayMs(rule) !== undefined || timeIs === "date" || options.timeIs !== undefined) return;
  if (!survey.isMidnights || survey.rowMs < day || !survey.isShiftedIn(timeZone)) return;
  // Dates have no session, so that the option alone would lead to the next error.
  const dates = session === undefined ? "give" : "omit the session and give";
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the times of ${what} are all midnight UTC, which is another day in "${timeZone}"; if they are calendar dates, ${dates} timeIs "date" (--time-is date); if they are instants, give timeIs "instant" (--time-is instant)`,
    { details: { option: "timeIs", timeZone } },
  );
}
