import { type EpochUnit, epochUnitOf } from "@atc/plugin-kit";
import { endsLine, fieldBounds, locateField } from "../text/field-scanner.ts";

/** The most bytes of a field that a sample keeps. */
const longestText = 400;

/** The first rows of a file as texts, from which the types of columns are detected. */
export interface Sample {
  /** The fields of whole rows without broken quotes. */
  readonly rows: readonly (readonly string[])[];
  /** Line of the first row, from 1. */
  readonly line: number;
  /** The offset after the first row's line end. */
  readonly next: number;
}

/**
 * Splits at most `count` rows of `bytes[start, end)`, without blank lines. `bytes[end]` is a line feed; a row that is
 * cut there is left out unless the text ends there.
 */
export function sampleRows(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number; readonly final: boolean },
  separator: number,
  count: number,
): Sample {
  const rows: string[][] = [];
  // A call of TextDecoder costs more than a field; Buffer.toString is several times cheaper.
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bounds = fieldBounds();
  let line = 1;
  let next = range.start;
  let at = range.start;
  let row: string[] = [];
  while (at < range.end && rows.length < count) {
    const stop = locateField(bytes, at, range, separator, bounds);
    if (stop < 0) break;
    const text = texts.toString("utf8", bounds.start, Math.min(bounds.end, bounds.start + longestText));
    row.push(bounds.escaped ? text.replaceAll('""', '"') : text);
    at = stop + 1;
    if (!endsLine(bytes, stop)) continue;
    if (bytes[stop] === 13) at++;
    if (at > range.end && !range.final) break;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    else if (rows.length === 0) line++;
    if (rows.length === 1 && next === range.start) next = at;
    row = [];
  }
  return { rows, line, next };
}

/** Texts that stand for a missing number. */
const missing = new Set(["", "nan", "null", "na", "n/a", "-", "none"]);

/** Whether a text in a column of numbers stands for a missing one, as in pandas. */
export function isMissing(text: string): boolean {
  return missing.has(text.toLowerCase());
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const commaDecimal = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;

/** Whether any row of a column holds something that is neither a number nor missing. */
export function isTextColumn(rows: readonly (readonly string[])[], field: number, isComma: boolean): boolean {
  const number = isComma ? commaDecimal : decimal;
  return rows.some((row) => {
    const text = row[field] ?? "";
    return !number.test(text) && !isMissing(text);
  });
}

/** How a file writes its times: ISO 8601, another date format (`loose`), or numbers since the epoch in a unit. */
export type TimeFormat = "iso" | "loose" | EpochUnit;

/** Whether a text is a date of eight digits, in the years 1700 to 2299. */
function isCompactDate(text: string): boolean {
  return /^(?:1[7-9]|2[0-2])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(text);
}

/** Whether a text is such a date followed by the digits of hours, minutes and perhaps seconds. */
function isCompactTime(text: string): boolean {
  return /^\d{8}(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/.test(text) && isCompactDate(text.slice(0, 8));
}

/** A month, day or hour of one digit, which ISO 8601 writes with two. */
const shortened = /^\d{4}([-/.])(?:\d\1|\d\d\1\d(?!\d))|[ tT]\d:/;
const halfDay = /\d[ -]?[ap]m\b/i;

function most<Value>(values: readonly Value[], test: (value: Value) => boolean): boolean {
  return values.filter(test).length * 2 > values.length;
}

/**
 * The format of most sampled times. The unit of numbers is `timeUnit` or, by default, that of the largest magnitude.
 */
export function timeFormat(texts: readonly string[], timeUnit: EpochUnit | undefined): TimeFormat {
  const filled = texts.filter((text) => text !== "");
  const numbers = filled.filter((text) => /^[+-]?\d+(?:\.\d*)?$/.test(text));
  if (numbers.length * 2 <= filled.length)
    return filled.some((text) => shortened.test(text)) || most(filled, (text) => halfDay.test(text)) ? "loose" : "iso";
  if (timeUnit !== undefined) return timeUnit;
  if (numbers.every(isCompactDate)) return "iso";
  if (numbers.every(isCompactTime)) return "loose";
  return epochUnitOf(Math.max(...numbers.map((text) => Math.abs(Number(text)))));
}

const zone = /(?:^|[ tT])\d{1,2}[\d:.]*\s?(?:[ap]m\s?)?(?:z|utc|gmt|[+-]\d{2}(?::?\d{2})?)$/i;

/** Whether most times name a zone. */
export function isZoned(texts: readonly string[]): boolean {
  return most(texts, (text) => zone.test(text));
}

/** Whether most times have a 12-hour clock. */
export function isTwelveHour(texts: readonly string[]): boolean {
  return most(texts, (text) => halfDay.test(text));
}

const clock =
  /^(?:\d{2}(?::?\d{2}){1,2}(?:\.\d+)?\S*|\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?(?:[ -]?[ap]m)?\S*|\d{1,2}[ -]?[ap]m)$/i;

/** Whether most of a column's fields are times of day. */
export function isClockColumn(rows: readonly (readonly string[])[], field: number): boolean {
  return most(rows, (row) => clock.test(row[field] ?? ""));
}
