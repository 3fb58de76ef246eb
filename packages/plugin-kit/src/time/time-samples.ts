import { hasMonthName, isNamedDate } from "./month-name.ts";
import { timePadding } from "./timespec.ts";

/** Texts that stand for no value, as in pandas and in spreadsheets. */
const missing = new Set(["", "nan", "null", "na", "n/a", "#n/a", "#na", "-", "--", "none", "nat"]);

/** The most characters of a text that {@link isMissing} knows. */
export const longestMissing = 4;

/** Whether a text stands for no value. */
export function isMissing(text: string): boolean {
  return text.length <= longestMissing && missing.has(text.toLowerCase());
}

/** Whether a text is a number as programs write times: digits, a sign, decimals. */
export function isNumberText(text: string): boolean {
  return /^[+-]?\d+(?:\.\d*)?$/.test(text);
}

/** Whether most texts pass a test. */
export function most(texts: readonly string[], test: (text: string) => boolean): boolean {
  return texts.filter(test).length * 2 > texts.length;
}

/**
 * A month, day or hour of one digit, which ISO 8601 writes with two, or `YYYYMMDD` with a `-` or two blanks before the
 * time of day.
 */
const shortened = /^\d{4}([-/.])(?:\d\1|\d\d\1\d(?!\d))|[ tT]\d:|^\d{8}(?:-| {2})\d/;
const halfDay = /\d[ -]?[ap]m\b/i;

/** Whether a text is a date or time that ISO 8601 writes differently. */
export function isLoose(text: string): boolean {
  return shortened.test(text) || hasMonthName(text);
}

/** Whether a text has a 12-hour clock. */
export function isHalfDay(text: string): boolean {
  return halfDay.test(text);
}

const zone =
  /(?:^(?:\d{8}-)?|[ tT])\d{1,2}[\d:.]*\s?(?:[ap]m\s?)?(?:z|(?:utc|gmt)(?:[+-]\d{2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?)$/i;

/** Whether a text ends with `Z`, an offset, `UTC` or `GMT`. */
export function isZonedText(text: string): boolean {
  return zone.test(text);
}

/** Whether a text has a time of day of 00:00 before an offset in digits. `Z` says that the time counts in UTC. */
export function isZonedMidnight(text: string): boolean {
  return isZonedText(text) && /[ tT]00(?::?00){0,2}(?:\.0+)?\s?(?:utc|gmt)?[+-]/i.test(text);
}

/** Whether a text ends with an offset other than 0. */
export function hasOffset(text: string): boolean {
  return /[+-](?!00(?::?00)?$)\d{2}(?::?\d{2})?$/.test(text) && isZonedText(text);
}

/** The name of a zone of the tz database that ends a text after a space: `US/Eastern`. */
export function zoneNameOf(text: string): string | undefined {
  return /\d (?<name>[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2})$/.exec(text)?.groups?.["name"];
}

/** Whether a text is a date without a time of day. */
export function isDateText(text: string): boolean {
  return /^(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}|\d{8})$/.test(text) || isNamedDate(text);
}

const clock =
  /^(?:\d{2}(?::?\d{2}){1,2}(?:\.\d+)?\S*|\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?(?:[ -]?[ap]m)?\S*|\d{1,2}[ -]?[ap]m)$/i;

/** Whether a text is a time of day with all its digits. */
export function isClockText(text: string): boolean {
  return clock.test(text);
}

const encoder = new TextEncoder();

/** The bytes of a text, padded for readers of times. */
export function paddedBytes(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array(bytes.length + timePadding);
  padded.set(bytes);
  return padded;
}
