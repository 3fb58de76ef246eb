import { AtcError } from "@atc/contract";
import { compactClockReader } from "./compact-clock.ts";
import type { ClockForm } from "./time-layout.ts";
import { isClockText, isMissing, isNumberText, most, paddedBytes } from "./time-samples.ts";

/** Whether a reader of compact times of day takes a text. */
function isCompact(text: string, form: "hhmm" | "hhmmss"): boolean {
  return compactClockReader(form)(paddedBytes(text), 0, new Float64Array(2)) === text.length;
}

/** What a column of times of day is called in messages. */
export interface ClockColumn {
  /** The source. */
  readonly source: string;
  /** The column. */
  readonly column: string;
  /** The option `clockDigits`. */
  readonly clockDigits?: "hhmm" | "hhmmss" | undefined;
  /** How to read the file without the column, for messages. */
  readonly without?: string | undefined;
}

/** How the digits of numbers are read; undefined if they are not times of day; `both` if two readings are possible. */
function digitsFormOf(numbers: readonly string[]): ClockForm | "both" | undefined {
  if (numbers.some((text) => /\.0*[1-9]/.test(text))) return most(numbers, isClockText) ? "written" : undefined;
  const whole = numbers.map((text) => text.replace(/\..*$/, ""));
  const short = whole.filter((text) => isCompact(text, "hhmm"));
  const long = whole.filter((text) => text.length > 4 && isCompact(text, "hhmmss"));
  if ((short.length + long.length) * 2 <= whole.length) return undefined;
  if (long.length === 0) return "hhmm";
  if (short.length === 0) return "hhmmss";
  // With leading zeros, each text shows which of the two it is.
  const isPadded = [...short, ...long].every(({ length }) => length === 4 || length === 6);
  return isPadded && [...short, ...long].some((text) => text.startsWith("0")) ? "written" : "both";
}

/**
 * How the digits of a column of times of day are read; undefined if the column holds nothing.
 *
 * @throws ATC_INVALID_DATA if most texts are not times of day, or if `hhmm` and `hhmmss` could both be meant
 */
export function clockFormOf(texts: readonly string[], names: ClockColumn): ClockForm | undefined {
  const filled = texts.filter((text) => !isMissing(text));
  if (filled.length === 0) return undefined;
  const { source, column, clockDigits, without } = names;
  const refuse = (why: string, advice: string): AtcError =>
    new AtcError("ATC_INVALID_DATA", `the column "${column}" of "${source}" is beside dates, but ${why}; ${advice}`, {
      details: { path: source, column },
    });
  const isNumber = most(filled, isNumberText);
  if (isNumber && clockDigits !== undefined) return clockDigits;
  const form = isNumber ? digitsFormOf(filled.filter(isNumberText)) : most(filled, isClockText) ? "written" : undefined;
  if (form === "both")
    throw refuse(
      "its times of day may be hours and minutes or hours, minutes and seconds",
      `give --source-option clockDigits=hhmmss, which reads 930 as 00:09:30, or clockDigits=hhmm, which reads it as 09:30`,
    );
  if (form !== undefined) return form;
  throw refuse(
    `"${filled[0]?.slice(0, 80)}" is not a time of day such as 09:30, 930 or 93000`,
    without ?? "leave the column out",
  );
}
