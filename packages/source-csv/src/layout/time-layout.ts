import { AtcError } from "@atc/contract";
import type { LocalTimeOptions, MatchedColumns, TimeStyle } from "@atc/plugin-kit";
import type { CsvOptions } from "./csv-options.ts";
import { isTwelveHour, isZoned, type Sample, type TimeFormat, timeFormat } from "./sample.ts";

/** How to read the times of a file. */
export interface TimeLayout {
  /** How times are written. */
  readonly time: TimeFormat;
  /**
   * How dates, hours and zones are written. `isZoned` and `isTwelveHour` are about the time of day, also if it has a
   * field of its own.
   */
  readonly timeStyle: TimeStyle;
  /** The zone of times that name none; undefined for UTC. */
  readonly localTime: LocalTimeOptions | undefined;
}

/**
 * Detects how the times of sampled rows are written.
 *
 * @throws ATC_INVALID_ARGUMENT for the option `timeZone` if the times are already UTC or name a zone
 */
export function timeLayout(
  rows: Sample["rows"],
  { timestamp, clock }: MatchedColumns,
  path: string,
  options: CsvOptions,
): TimeLayout {
  const { dateOrder = "ymd", timeZone, disambiguation } = options;
  const dates = rows.map((row) => row[timestamp] ?? "");
  const detected = timeFormat(dates, options.timeUnit);
  const time = detected === "iso" && dateOrder !== "ymd" ? "loose" : detected;
  const times = clock === undefined ? dates : rows.map((row) => row[clock] ?? "");
  const timeStyle = { dateOrder, isTwelveHour: isTwelveHour(times), isZoned: isZoned(times) };
  const isNumber = time !== "iso" && time !== "loose";
  if (timeZone !== undefined && (timeStyle.isZoned || isNumber))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of "${path}" ${isNumber ? "count from 1970 in UTC" : "name their zone"}, such as "${times[0]}"; remove the option timeZone`,
      { details: { path, option: "timeZone" } },
    );
  return {
    time,
    timeStyle,
    localTime:
      timeZone === undefined ? undefined : { timeZone, ...(disambiguation === undefined ? {} : { disambiguation }) },
  };
}
