import type { DatasetManifest, JsonObject, JsonValue } from "@atc/contract";
import { isTimeUnit } from "./bar-rule.ts";
import { type ResampleOptions, type RowFacts, sessionMs } from "./resample-options.ts";
import type { SourceSurvey } from "./source-survey.ts";

const day = 86_400_000;

/** What a dataset says of its times. If it was made by `resample`, the options of that are a part of it. */
export interface MadeBars extends Pick<RowFacts, "timeIs" | "stamps"> {
  /** Undefined if `resample` did not make it. */
  readonly timeZone: string | undefined;
  /** The first day of the weeks that the rows are; undefined for other rows, or if it is unknown. */
  readonly weekStart: "monday" | "sunday" | undefined;
  /** In ms since midnight. */
  readonly session: { readonly start: number; readonly end: number } | undefined;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/**
 * What the manifest says of its times. Bars of days that are older than the member `timeIs` are of dates if they have
 * that label, and if nothing with a time of day was appended to them since.
 */
export function madeWith(manifest: DatasetManifest, survey: SourceSurvey): MadeBars {
  const { timeIs, attributes } = manifest;
  const { to, label, timeZone, session } = objectOf(attributes["resample"]);
  const [, unit = ""] = /^\d+([a-z]+)$/.exec(String(to)) ?? [];
  const hasDates = ["d", "w", "mo"].includes(unit) && label === "date" && survey.isMidnights;
  const { start, end } = objectOf(session);
  return {
    timeIs: timeIs ?? (hasDates ? "date" : "instant"),
    stamps: isTimeUnit(unit) && label === "end" ? "end" : "start",
    timeZone: typeof timeZone === "string" ? timeZone : undefined,
    weekStart: weekStartOf(manifest, survey),
    session: typeof start === "number" && typeof end === "number" ? { start, end } : undefined,
  };
}

/** What a dataset says of its times, without a look at its rows. */
export interface KnownTimes extends Pick<RowFacts, "timeIs" | "stamps"> {
  /** The zone that `resample` made its bars with. Absent: none. */
  readonly timeZone?: string;
  /** The session that it made them with, in ms since midnight. Absent: none. */
  readonly session?: { readonly start: number; readonly end: number };
}

/** What the manifest says of the times of its rows. */
export function knownTimes({
  timeIs = "instant",
  attributes,
}: Pick<DatasetManifest, "timeIs" | "attributes">): KnownTimes {
  const { to, label, timeZone, session } = objectOf(attributes["resample"]);
  const [, unit = ""] = /^\d+([a-z]+)$/.exec(String(to)) ?? [];
  const { start, end } = objectOf(session);
  return {
    timeIs,
    stamps: timeIs === "instant" && isTimeUnit(unit) && label === "end" ? "end" : "start",
    ...(typeof timeZone === "string" ? { timeZone } : {}),
    ...(typeof start === "number" && typeof end === "number" ? { session: { start, end } } : {}),
  };
}

/** Vendors' weeks have the date of their first day; those of another weekday may have that of their last one. */
function weekStartOf({ timeIs, attributes, series }: DatasetManifest, survey: SourceSurvey): MadeBars["weekStart"] {
  if (survey.months > 0 || !(survey.rowMs >= 7 * day) || survey.rowMs % (7 * day) !== 0) return undefined;
  const { to, weekStart, label } = objectOf(attributes["resample"]);
  if (/^\d+w$/.test(String(to)) && (weekStart === "monday" || weekStart === "sunday")) return weekStart;
  const [first] = series;
  if (timeIs !== "date" || label === "end" || first === undefined) return undefined;
  const weekday = new Date(Number(first.firstTime)).getUTCDay();
  return weekday === 0 ? "sunday" : weekday === 1 ? "monday" : undefined;
}

/**
 * The options without a session that the bars were made with: it has left out the rows outside of it, and their dates
 * have no time of day that it could be applied to.
 */
export function withoutAppliedSession(
  options: ResampleOptions,
  made: MadeBars,
): { readonly options: ResampleOptions; readonly isSessionApplied: boolean } {
  const { session, ...rest } = options;
  const { timeIs = made.timeIs, timeZone = "UTC" } = options;
  if (session === undefined || made.session === undefined || timeIs !== "date")
    return { options, isSessionApplied: false };
  const { start, end } = sessionMs(session);
  const isSame = timeZone === (made.timeZone ?? "UTC") && start === made.session.start && end === made.session.end;
  return isSame ? { options: rest, isSessionApplied: true } : { options, isSessionApplied: false };
}

/** The notes of the run that made a dataset. */
export function storedNotes({ attributes }: DatasetManifest): readonly string[] {
  const { notes } = objectOf(attributes["resample"]);
  return Array.isArray(notes) ? notes.filter((note: JsonValue): note is string => typeof note === "string") : [];
}

/** What was known of the source of a dataset when it was made. */
export function storedSourceNotes({ attributes }: DatasetManifest): readonly JsonValue[] {
  const { sourceNotes } = objectOf(attributes["resample"]);
  return Array.isArray(sourceNotes) ? (sourceNotes as readonly JsonValue[]) : [];
}
