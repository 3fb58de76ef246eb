import { AtcError } from "@atc/contract";
import { compactClockReader } from "./compact-clock.ts";
import { clockReader } from "./loose-reader.ts";
import { numberReader } from "./number-reader.ts";
import type { ClockDigits, ClockForm } from "./time-layout.ts";
import { isClockText, isMissing, isNumberText, most, paddedBytes } from "./time-samples.ts";

/** Whether a reader of compact times of day takes a text. */
function isCompact(text: string, form: ClockDigits): boolean {
  return compactClockReader(form)(paddedBytes(text), 0, new Float64Array(2)) === text.length;
}

/** Whether a text is a date, or a number that is a time by its value. */
function isWholeTime(text: string): boolean {
  if (!isNumberText(text)) return /^\d{1,4}([-/.])\d{1,2}\1\d{1,4}/.test(text);
  return numberReader({ form: 0 }, false)(paddedBytes(text), 0, new Float64Array(2)) === text.length;
}

/** A text as an argument of a shell. */
function quoted(text: string): string {
  return /^[\w=.,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a column of times of day is called in messages. */
export interface ClockColumn {
  /** The source. */
  readonly source: string;
  /** The column. */
  readonly column: string;
  /** The option `clockDigits`. */
  readonly clockDigits?: ClockDigits | undefined;
  /** How to read the file without the column, for messages. */
  readonly without?: string | undefined;
}

/**
 * Whether times of day of at most four digits may be the first minutes of one day in `hhmmss`: they start within what
 * would be its first minute, never start again, and do not end with the last minute of `hhmm`.
 */
function isFirstMinutes(whole: readonly string[]): boolean {
  const values = whole.map(Number);
  const last = values.at(-1) ?? 0;
  if (!values.every((value, i) => value >= (values[i - 1] ?? 0) && value % 100 < 60)) return false;
  return (values[0] ?? 0) < 100 && last > (values[0] ?? 0) && last !== 2359 && last !== 2400;
}

/** The readings that are possible for numbers, at least half of which fit; none if they are not times of day. */
function formsOf(numbers: readonly string[]): readonly ClockForm[] {
  const whole = numbers.map((text) => text.replace(/\..*$/, ""));
  const isDecimal = numbers.some((text) => /\.0*[1-9]/.test(text));
  const areAll = (form: ClockDigits): boolean => numbers.every((text) => isCompact(text, form));
  const short = isDecimal ? [] : whole.filter((text) => isCompact(text, "hhmm"));
  const long = isDecimal ? [] : whole.filter((text) => text.length > 4 && isCompact(text, "hhmmss"));
  // 9, 10 and 16 are hours, or the minutes after midnight.
  if (!isDecimal && areAll("h") && whole.some((text) => Number(text) > 0)) return ["h", "hhmm"];
  const isPadded = whole.every(({ length }) => length === 4 || length === 6) && whole.some((text) => text[0] === "0");
  if (isPadded && most(numbers, isWritten)) return ["written"];
  // So do times with decimals: 093000.5.
  if (isDecimal && whole.every(({ length }) => length === 6) && most(numbers, isWritten)) return ["written"];
  if ((short.length + long.length) * 2 <= whole.length) {
    // Small decimals are fractions of a day, or hours and minutes around a point.
    if (isDecimal && numbers.every((text) => Number(text) < 100)) return [];
    return areAll("s") ? ["s"] : areAll("ms") ? ["ms"] : [];
  }
  if (long.length === 0) return isFirstMinutes(whole) ? ["hhmm", "hhmmss"] : ["hhmm"];
  return [
    ...(short.length > 0 ? (["hhmmss", "hhmm"] as const) : (["hhmmss"] as const)),
    ...(areAll("s") ? (["s"] as const) : []),
  ];
}

const readWritten = clockReader({ isTwelveHour: false, isZoned: false });

/** Whether a text is a time of day with all its digits. */
function isWritten(text: string): boolean {
  return readWritten(paddedBytes(text), 0, new Float64Array(2)) === text.length;
}

/** The time of day of a number in a form, as `hh:mm:ss`; undefined if it is none. */
function timeIn(form: ClockDigits, text: string): string | undefined {
  const timespec = new Float64Array(2);
  if (compactClockReader(form)(paddedBytes(text), 0, timespec) !== text.length) return undefined;
  return new Date(timespec[0] * 1000).toISOString().slice(11, 19);
}

/** What decimals may be that do not count seconds, for messages. */
function pointedForm(numbers: readonly string[]): string {
  if (numbers.length === 0) return "";
  if (numbers.every((text) => Number(text) >= 0 && Number(text) < 1))
    return " (if it is a fraction of a day, as in Excel, write it as 09:30)";
  const isPointed = numbers.every((text) => /^(?:[01]?\d|2[0-4])\.[0-5]\d?$/.test(text));
  return isPointed ? " (if the point separates hours and minutes, write it as 09:30)" : "";
}

/** The options that decide between forms. */
function choice(forms: readonly ClockForm[], texts: readonly string[]): string {
  const advice = forms.flatMap((form) => {
    if (form === "written") return [];
    const text = texts.find((one) => timeIn(form, one) !== undefined) ?? "";
    return [`--source-option clockDigits=${form}, which reads ${text} as ${timeIn(form, text)}`];
  });
  return `give ${advice.join(", or ")}`;
}

/**
 * How the times of day of a column are read; undefined if the column holds nothing.
 *
 * @throws ATC_INVALID_DATA if most texts are not times of day, or if their numbers can be read in more than one way
 */
export function clockFormOf(texts: readonly string[], names: ClockColumn): ClockForm | undefined {
  const filled = texts.filter((text) => !isMissing(text));
  if (filled.length === 0) return undefined;
  const { source, column, clockDigits, without } = names;
  const refuse = (why: string, advice: string): AtcError =>
    new AtcError("ATC_INVALID_DATA", `the column "${column}" of "${source}" is beside dates, but ${why}; ${advice}`, {
      details: { path: source, column },
    });
  const numbers = filled.filter(isNumberText);
  const shown = `"${filled[0]?.slice(0, 80)}"`;
  if (numbers.length * 2 > filled.length) {
    if (clockDigits !== undefined) return clockDigits;
    const forms = formsOf(numbers);
    const [form] = forms;
    if (forms.length > 1)
      throw refuse(`its numbers, such as ${shown}, can be read in more than one way`, choice(forms, numbers));
    if (form === "s" || form === "ms")
      throw refuse(`its numbers, such as ${shown}, seem to count from midnight`, choice(forms, numbers));
    if (form !== undefined) return form;
  } else if (most(filled, isClockText)) return "written";
  if (most(filled, isWholeTime))
    throw refuse(
      `${shown} is a date with a time of day`,
      `to read that column as the time, give --columns ${quoted(`timestamp=${column}`)}`,
    );
  const likely = pointedForm(numbers);
  throw new AtcError(
    "ATC_INVALID_DATA",
    refuse(`${shown} is not a time of day such as 09:30, 930 or 93000${likely}`, without ?? "leave the column out")
      .message,
    { details: { path: source, column, isClock: false } },
  );
}
