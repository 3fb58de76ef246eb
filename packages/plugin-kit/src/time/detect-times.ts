import { AtcError } from "@atc/contract";
import { type ClockColumn, clockFormOf } from "./clock-form.ts";
import { checkDateOrder, orderNotes } from "./date-order.ts";
import { hasClockChanges, isKnownZone, type LocalTimeOptions } from "./local-time.ts";
import type { TimeStyle } from "./loose-reader.ts";
import { type NumberColumn, numberColumn } from "./number-column.ts";
import type { TimeFormat, TimeLayout } from "./time-layout.ts";
import { timeReader } from "./time-reader.ts";
import {
  hasOffset,
  isDateText,
  isHalfDay,
  isLoose,
  isMissing,
  isNumberText,
  isZonedMidnight,
  isZonedText,
  most,
  paddedBytes,
  zoneNameOf,
} from "./time-samples.ts";
import { countsInUtc, type TimeUnit } from "./time-unit.ts";

/** The options of a source about its times. */
export interface TimeOptions extends LocalTimeOptions {
  /** What times that are numbers count. Default: decided by their values, row by row. */
  readonly timeUnit?: TimeUnit | undefined;
  /** The order of day, month and year in dates such as `31/01/2024`. Default: `ymd`; it is never guessed. */
  readonly dateOrder?: TimeStyle["dateOrder"] | undefined;
  /**
   * What times are: `instant` reads a date without a time of day as its midnight in the zone of the times; `date`
   * refuses times of day other than midnight. Default: `date` if all sampled times are dates, or midnights of an offset
   * that they name.
   */
  readonly timeIs?: "date" | "instant" | undefined;
  /**
   * How times of day that are numbers of a column of their own are read. Default: `hhmm` or `hhmmss`, if their digits
   * allow only one of the two.
   */
  readonly clockDigits?: ClockColumn["clockDigits"];
}

/** The texts in which {@link detectTimes} detects the times of a source. */
export interface TimeSamples {
  /** The source's name, for messages. */
  readonly source: string;
  /** The times of the first rows, or their dates if the time of day has a column of its own. */
  readonly dates: readonly string[];
  /** The times of day, if they have a column of their own. */
  readonly clocks?: readonly string[] | undefined;
  /** The name of that column. Default: `time`. */
  readonly clockColumn?: string | undefined;
  /** What to do if that column holds no times of day, for messages. */
  readonly withoutClock?: string | undefined;
  /** The source's options about its times. */
  readonly options: TimeOptions;
}

/** How most texts are written, and what a column of numbers shows. */
function formatOf(
  source: string,
  filled: readonly string[],
  { timeUnit, dateOrder = "ymd" }: TimeOptions,
): { readonly time: TimeFormat; readonly numbers?: NumberColumn } {
  const numbers = filled.filter(isNumberText);
  if (numbers.length * 2 > filled.length) {
    if (timeUnit !== undefined) return { time: timeUnit };
    return { time: "number", numbers: numberColumn(source, numbers) };
  }
  checkDateOrder(source, filled, dateOrder);
  const isOdd = dateOrder !== "ymd" || filled.some(isLoose) || most(filled, isHalfDay);
  return { time: isOdd ? "loose" : "iso" };
}

/** The known zone that the first and most other texts name. Texts with another one are refused when they are read. */
function commonZone(texts: readonly string[]): string | undefined {
  const name = zoneNameOf(texts[0] ?? "");
  if (name === undefined || !most(texts, (text) => zoneNameOf(text) === name)) return undefined;
  return isKnownZone(name) ? name : undefined;
}

/** Whether the reader of a layout takes a text, and whether its time is a midnight. */
function midnightReader(layout: TimeLayout): (text: string) => "unread" | "midnight" | "later" {
  const read = timeReader(layout);
  const timespec = new Float64Array(2);
  return (text) => {
    if (read(paddedBytes(text), 0, timespec) !== text.length) return "unread";
    return timespec[0] % 86_400 === 0 && timespec[1] === 0 ? "midnight" : "later";
  };
}

/** Whether the sampled times are dates. Texts that are not times do not count. */
function areDates(layout: TimeLayout, filled: readonly string[], numbers: NumberColumn | undefined): boolean {
  const { time } = layout;
  if (layout.hasClock || !filled.some(isDateLike)) return false;
  if (numbers !== undefined) return numbers.areDates;
  if (countsInUtc(time) || time === "ticks") return false;
  const dayOf = midnightReader(layout);
  const isWritten = time === "iso" || time === "loose";
  return filled.every((text) => (isWritten ? isDateText(text) : isWholeNumber(text)) || dayOf(text) === "unread");
}

/** Whether a text is a whole number, which as a count of days or a month is a date. */
function isWholeNumber(text: string): boolean {
  return /^[+-]?\d+(?:\.0*)?$/.test(text);
}

function isDateLike(text: string): boolean {
  return isDateText(text) || isWholeNumber(text);
}

/** The notes on times that name no zone. */
function zoneNotes(source: string, layout: TimeLayout, hasTimeOfDay: boolean): readonly string[] {
  const { time, timeStyle, localTime, zoneName, usual } = layout;
  const isChanging = localTime !== undefined && hasClockChanges(source, localTime.timeZone ?? "UTC");
  const how = isChanging ? ` (${localTime.disambiguation ?? "reject"} when clocks change)` : "";
  if (zoneName !== undefined) return [`times name the zone ${zoneName} and were read in it${how}`];
  const isUtc = timeStyle.isZoned || countsInUtc(time) || (time === "number" && countsInUtc(usual ?? "s"));
  const zone = localTime === undefined ? "UTC (--time-zone reads them in another)" : `${localTime.timeZone}${how}`;
  return hasTimeOfDay && !isUtc ? [`times name no zone and were read in ${zone}`] : [];
}

/** Throws if most times are not dates, although the option `timeIs` says so. */
function checkDates(layout: TimeLayout, filled: readonly string[], { source, clocks }: TimeSamples): void {
  const { timeStyle, hasClock } = layout;
  const dayOf = midnightReader({ ...layout, timeStyle: { ...timeStyle, isOffsetKept: true } });
  const isLater = (text: string): boolean => dayOf(text) === "later";
  const isLaterClock = (text: string): boolean => !/^[0:.]*(?:\D.*)?$/.test(text.trim());
  const late = hasClock ? (clocks ?? []).filter((text) => !isMissing(text)) : filled;
  if (!most(late, hasClock ? isLaterClock : isLater)) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the option timeIs is "date", but the times of "${source}" have a time of day, such as "${late.find(hasClock ? isLaterClock : isLater)}"; remove it`,
    { details: { path: source, option: "timeIs" } },
  );
}

/** Whether all sampled times are midnights of the offset that they name, and not all in UTC: daily bars of pandas. */
function areZonedMidnights({ time, hasClock }: TimeLayout, filled: readonly string[], options: TimeOptions): boolean {
  if (hasClock || options.timeIs !== undefined || (time !== "iso" && time !== "loose")) return false;
  return filled.some(hasOffset) && filled.every(isZonedMidnight);
}

/** The first text that a layout reads, and its time of day. */
function examplesOf(layout: TimeLayout, dates: readonly string[], clocks: readonly string[] = []): readonly string[] {
  const dayOf = midnightReader(layout);
  const row = dates.slice(0, 100).findIndex((text) => dayOf(text.trim()) !== "unread");
  return [dates[row], layout.hasClock ? clocks[row] : undefined].flatMap((text) => text?.trim() || []);
}

/** Throws if no sampled time can be read as the layout says. */
function checkReadable(layout: TimeLayout, filled: readonly string[], source: string): void {
  const { time, examples } = layout;
  if ((time !== "iso" && time !== "loose") || examples.length > 0 || filled.length === 0) return;
  const dayOf = midnightReader(layout);
  if (filled.some((text) => dayOf(text) !== "unread")) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `no time of the first ${filled.length} rows of "${source}" can be read, such as "${filled[0]?.slice(0, 80)}"; dates are read as 2024-01-31, 20240131, 31-Jan-2024, and as 31/01/2024 by the option dateOrder, with or without a time of day; correct them, or convert them with a query (atc ingest --sql "SELECT strptime(...) AS timestamp, ...")`,
    { details: { path: source } },
  );
}

/** Throws if most dates beside a column of times of day have a time of day of their own. */
function checkMidnights(layout: TimeLayout, dates: readonly string[], { source, withoutClock }: TimeSamples): void {
  const dayOf = midnightReader(layout);
  const isLater = (text: string): boolean => dayOf(text) === "later";
  if (!most(dates, isLater)) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `the dates of "${source}" are beside a column of times of day, but have one of their own, such as "${dates.find(isLater)}"; ${withoutClock ?? "leave one of the two columns out"}`,
    { details: { path: source } },
  );
}

/**
 * Detects how the times of a source are written, from the texts of its first rows. Numbers become texts too.
 *
 * @throws ATC_INVALID_DATA if numbers or times of day can be read in more than one way; ATC_INVALID_ARGUMENT for the
 * option `timeZone` if the times are in UTC or name a zone. Messages name the option that decides.
 */
export function detectTimes(samples: TimeSamples): TimeLayout {
  const { source, dates, clocks, clockColumn, withoutClock, options } = samples;
  const { dateOrder = "ymd", timeZone, disambiguation, clockDigits } = options;
  const filled = dates.filter((text) => !isMissing(text));
  const { time, numbers } = formatOf(source, filled, options);
  const clockForm =
    clocks && clockFormOf(clocks, { source, column: clockColumn ?? "time", clockDigits, without: withoutClock });
  const hasClock = clocks !== undefined && clockForm !== undefined;
  const times = (hasClock ? clocks : dates).filter((text) => !isMissing(text));
  const timeStyle = { dateOrder, isTwelveHour: most(times, isHalfDay), isZoned: most(times, isZonedText) };
  const isUtc = countsInUtc(time) || (numbers !== undefined && countsInUtc(numbers.usual));
  const zoneName = hasClock ? undefined : commonZone(times);
  if (timeZone !== undefined && (timeStyle.isZoned || isUtc || zoneName !== undefined))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of "${source}" ${isUtc ? "count from 1970 in UTC" : "name their zone"}, such as "${times[0]}"; remove the option timeZone`,
      { details: { path: source, option: "timeZone" } },
    );
  const written: TimeLayout = {
    time,
    ...(numbers === undefined ? {} : { usual: numbers.usual }),
    timeStyle,
    hasClock,
    clockForm: clockForm ?? "written",
    ...(zoneName === undefined ? {} : { zoneName }),
    timeIs: "instant",
    isDateOnly: false,
    examples: [],
    timeNotes: [],
  };
  if (hasClock) checkMidnights(written, filled, samples);
  const { timeIs } = options;
  const isMidnights = areZonedMidnights(written, filled, options);
  const isDate = timeIs === undefined ? isMidnights || areDates(written, filled, numbers) : timeIs === "date";
  if (timeIs === "date") checkDates(written, filled, samples);
  const zone = zoneName ?? (isDate ? undefined : timeZone);
  const layout: TimeLayout = {
    ...written,
    ...(zone === undefined
      ? {}
      : { localTime: { timeZone: zone, ...(disambiguation === undefined ? {} : { disambiguation }) } }),
    ...(isDate && timeStyle.isZoned ? { timeStyle: { ...timeStyle, isOffsetKept: true } } : {}),
    timeIs: isDate ? "date" : "instant",
    isDateOnly: isDate && (isMidnights || timeZone !== undefined || timeIs === "date"),
    examples: examplesOf(written, dates, clocks),
  };
  checkReadable(layout, filled, source);
  const timeNotes = [
    ...zoneNotes(source, layout, !isDate && filled.length > 0),
    ...(time === "loose" ? orderNotes(dateOrder) : []),
    ...(isMidnights
      ? ["times are midnights of their zone and were read as dates (--source-option timeIs=instant reads instants)"]
      : []),
    ...(isDate && timeZone !== undefined ? ["times are dates, to which the option timeZone does not apply"] : []),
    ...(timeStyle.isTwelveHour ? ["times have a 12-hour clock"] : []),
    ...(options.timeUnit !== undefined && options.timeUnit !== time
      ? ["times are not numbers, so the option timeUnit does not apply"]
      : []),
  ];
  return { ...layout, timeNotes };
}
