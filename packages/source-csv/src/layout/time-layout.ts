import { AtcError } from "@atc/contract";
import type { LocalTimeOptions, MatchedColumns, TimeStyle } from "@atc/plugin-kit";
import type { CsvOptions } from "./csv-options.ts";
import { isTwelveHour, isZoned, type Sample, type TimeFormat, timeFormat } from "./sample.ts";

/** How the times of a file are read. */
export interface TimeLayout {
  /** How times are written. */
  readonly time: TimeFormat;
  /** How their dates, hours and zones are written; of a date beside a time of day, `isZoned` and `isTwelveHour` are about the latter. */
  readonly timeStyle: TimeStyle;
  /** The zone of times that name none; UTC where absent. */
  readonly localTime: LocalTimeOptions | undefined;
}

/** How times are written. */
export function timeLayout(
  rows: Sample["rows"],
  { timestamp, clock }: MatchedColumns,
  path: string,
  options: CsvOptions,
): TimeLayout {
  const { dateOrder = "ymd", timeZone, disambiguation } = options;
  const dates = rows.map((row) => row[timestamp] ?? "");
  const told = timeFormat(dates, options.timeUnit);
  const time = told === "iso" && dateOrder !== "ymd" ? "written" : told;
  const times = clock === undefined ? dates : rows.map((row) => row[clock] ?? "");
  const timeStyle = { dateOrder, isTwelveHour: isTwelveHour(times), isZoned: isZoned(times) };
  const isNumber = time !== "iso" && time !== "written";
  if (timeZone !== undefined && (timeStyle.isZoned || isNumber))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of "${path}" ${isNumber ? "count from 1970 in UTC" : "name their zone"}, such as "${times[0]}"; leave the option timeZone out`,
      { details: { path, option: "timeZone" } },
    );
  return {
    time,
    timeStyle,
    localTime:
      timeZone === undefined ? undefined : { timeZone, ...(disambiguation === undefined ? {} : { disambiguation }) },
  };
}
