import type { LocalTimeOptions } from "./local-time.ts";
import type { TimeStyle } from "./loose-reader.ts";
import type { NumberForm } from "./number-form.ts";
import type { TimeUnit } from "./time-unit.ts";

/**
 * How a source writes its times: ISO 8601, another date format (`loose`), numbers whose value decides what they count
 * (`number`), or numbers of the unit that the option `timeUnit` gives.
 */
export type TimeFormat = "iso" | "loose" | "number" | TimeUnit;

/**
 * How times of day that are numbers of a column of their own are read: 930 as 09:30 (`hhmm`) or as 00:09:30 (`hhmmss`),
 * or as seconds or milliseconds after midnight (`s`, `ms`).
 */
export type ClockDigits = "hhmm" | "hhmmss" | "s" | "ms";

/** The words of the option `clockDigits`. */
export const clockDigitWords: readonly ClockDigits[] = ["hhmm", "hhmmss", "s", "ms"];

/** How times of day of a column of their own are read. `written`: as they are, `hh:mm`, `hhmm` or `hhmmss`. */
export type ClockForm = "written" | ClockDigits;

/** How to read the times of a source, as plain data. */
export interface TimeLayout {
  /** How times are written. */
  readonly time: TimeFormat;
  /** The form of most numbers, if `time` is `number`. Rows in other forms are read too, with a note. */
  readonly usual?: NumberForm;
  /**
   * How dates, hours and zones are written. `isZoned` and `isTwelveHour` are about the time of day, also if it has a
   * column of its own.
   */
  readonly timeStyle: TimeStyle;
  /** Whether the time of day has a column of its own. */
  readonly hasClock: boolean;
  /** How the digits of that column are read. */
  readonly clockForm: ClockForm;
  /** The name of a zone that follows each time after a space: `America/New_York`. */
  readonly zoneName?: string;
  /** The zone of times that name none; undefined for UTC. */
  readonly localTime?: LocalTimeOptions;
  /** Whether all sampled times are calendar dates. */
  readonly timeIs: "date" | "instant";
  /**
   * Whether a time of day is refused. So it is if all sampled times are dates and a zone was given, which applies to no
   * date, or if all are midnights of their zone.
   */
  readonly isDateOnly: boolean;
  /** Sampled times as they are written, for messages: the first ones that can be read, beside their times of day. */
  readonly examples: readonly string[];
  /** What was assumed to read the times, one sentence each without a full stop. */
  readonly timeNotes: readonly string[];
}
