import { type EpochUnit, epochUnitOf } from "@atc/plugin-kit";
import { endsLine, fieldBounds, locateField } from "../text/field-scanner.ts";

/** Bytes of a field that are looked at. */
const longestText = 400;

/** The first rows of a file as texts, to tell what its columns hold. */
export interface Sample {
  /** Fields of whole rows in which no quote is broken. */
  readonly rows: readonly (readonly string[])[];
  /** Line of the first row, from 1. */
  readonly line: number;
  /** Offset after the first row's line end. */
  readonly next: number;
}

/**
 * Splits the rows of `bytes[start, end)`, at most `count`, leaving out blank lines. A line feed stands at `end`; a row that is cut there is left
 * out unless the bytes are the file's last.
 */
export function sampleRows(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number; readonly final: boolean },
  separator: number,
  count: number,
): Sample {
  const rows: string[][] = [];
  // One decoder call costs more than a field; a Buffer's slices are several times cheaper.
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

/** Texts that stand for a number that is missing. */
const missing = new Set(["", "nan", "null", "na", "n/a", "-", "none"]);

/** Whether a field of numbers has no number here, as pandas reads it. */
export function isMissing(text: string): boolean {
  return missing.has(text.toLowerCase());
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const commaDecimal = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a column holds anything that is neither a number nor missing. */
export function isTextColumn(rows: readonly (readonly string[])[], field: number, isComma: boolean): boolean {
  const number = isComma ? commaDecimal : decimal;
  return rows.some((row) => {
    const text = row[field] ?? "";
    return !number.test(text) && !isMissing(text);
  });
}

/** How a file writes its times: ISO 8601, numbers since the epoch, or something that takes a more patient reader. */
export type TimeFormat = "iso" | "written" | EpochUnit;

/** Whether eight digits are a date of the years 1700 to 2299. */
function isCompactDate(text: string): boolean {
  return /^(?:1[7-9]|2[0-2])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(text);
}

/** Whether digits are such a date with hours and minutes, and seconds or not. */
function isCompactTime(text: string): boolean {
  return /^\d{8}(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/.test(text) && isCompactDate(text.slice(0, 8));
}

/** Dates or hours with one digit where ISO 8601 has two. */
const shortened = /^\d{4}([-/.])(?:\d\1|\d\d\1\d(?!\d))|[ tT]\d:/;
const halfDay = /\d[ -]?[ap]m\b/i;

function most<Value>(values: readonly Value[], test: (value: Value) => boolean): boolean {
  return values.filter(test).length * 2 > values.length;
}

/** How the times of a column are written: by most of the sampled fields; numbers by their largest magnitude, unless the unit is given. */
export function timeFormat(texts: readonly string[], timeUnit: EpochUnit | undefined): TimeFormat {
  const filled = texts.filter((text) => text !== "");
  const numbers = filled.filter((text) => /^[+-]?\d+(?:\.\d*)?$/.test(text));
  if (numbers.length * 2 <= filled.length)
    return filled.some((text) => shortened.test(text)) || most(filled, (text) => halfDay.test(text))
      ? "written"
      : "iso";
  if (timeUnit !== undefined) return timeUnit;
  if (numbers.every(isCompactDate)) return "iso";
  if (numbers.every(isCompactTime)) return "written";
  return epochUnitOf(Math.max(...numbers.map((text) => Math.abs(Number(text)))));
}

const zone = /(?:^|[ tT])\d{1,2}[\d:.]*\s?(?:[ap]m\s?)?(?:z|utc|gmt|[+-]\d{2}(?::?\d{2})?)$/i;

/** Whether most times name a zone. */
export function isZoned(texts: readonly string[]): boolean {
  return most(texts, (text) => zone.test(text));
}

/** Whether most times are those of a 12-hour clock. */
export function isTwelveHour(texts: readonly string[]): boolean {
  return most(texts, (text) => halfDay.test(text));
}

const clock =
  /^(?:\d{2}(?::?\d{2}){1,2}(?:\.\d+)?\S*|\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?(?:[ -]?[ap]m)?\S*|\d{1,2}[ -]?[ap]m)$/i;

/** Whether most of a column's fields are times of day. */
export function isClockColumn(rows: readonly (readonly string[])[], field: number): boolean {
  return most(rows, (row) => clock.test(row[field] ?? ""));
}
