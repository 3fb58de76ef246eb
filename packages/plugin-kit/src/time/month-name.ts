import { MINUS, SPACE, ZERO } from "../text/ascii.ts";
import { daySeconds } from "./time-fields.ts";
import type { TimespecReader } from "./timespec.ts";

const months = [
  ...["january", "february", "march", "april", "may", "june", "july", "august", "september", "october"],
  ...["november", "december"],
] as const;
const comma = 44;
const slash = 47;
const point = 46;

const name = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const named = new RegExp(
  `^(?:\\d{1,2}[- /.]?${name}[- /.,]{0,2}\\d{4}|${name}[- /.]\\d{1,2},?[- /.]?\\d{4}|\\d{4}[- /.]?${name}[- /.]?\\d{1,2})(?!\\d)`,
  "i",
);

/** Whether a text is a date, or starts with one, whose month has an English name. */
export function hasMonthName(text: string): boolean {
  return named.test(text);
}

/** Whether a text is a date without a time of day, whose month has an English name. */
export function isNamedDate(text: string): boolean {
  return named.exec(text)?.[0].length === text.length;
}

function isLetter(byte: number): boolean {
  return ((byte | 32) - 97) >>> 0 < 26;
}

function isDigit(byte: number): boolean {
  return (byte - ZERO) >>> 0 < 10;
}

/** The offset after a mark, a comma and a blank or any of them. */
function afterMark(bytes: Uint8Array, position: number): number {
  let at = position;
  if (bytes[at] === comma || bytes[at] === point) at++;
  const byte = bytes[at];
  return byte === SPACE || byte === MINUS || byte === slash ? at + 1 : at;
}

/** Whether `bytes[start, start + length)` are the first letters of a name. */
function startsName(bytes: Uint8Array, start: number, length: number, name: string): boolean {
  for (let i = 0; i < length; i++) if ((bytes[start + i] | 32) !== name.charCodeAt(i)) return false;
  return true;
}

/** The month whose name, or its three first letters, are `bytes[start, end)`; 0 if there is none. */
function monthOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  for (let month = 0; month < months.length; month++) {
    const full = months[month] ?? "";
    // "Sept" is the only usual short form of another length.
    const isLength = length === 3 || length === full.length || (length === 4 && month === 8);
    if (isLength && startsName(bytes, start, length, full)) return month + 1;
  }
  return 0;
}

/**
 * A reader of dates whose month has an English name, in any order: `02-Jan-2020`, `2 January 2020`, `Apr 20, 2022`,
 * `2020-Jan-02`. The year has four digits.
 */
export function namedMonthReader(): TimespecReader {
  const parts = new Float64Array(3);
  const lengths = new Float64Array(3);
  let known = Number.NaN;
  let knownSeconds = Number.NaN;
  return (bytes, position, timespec) => {
    let at = position;
    let month = 0;
    let digits = 0;
    for (let part = 0; part < 3; part++) {
      const start = at;
      if (isLetter(bytes[at])) {
        while (isLetter(bytes[at])) at++;
        if (month > 0) return -1;
        month = monthOf(bytes, start, at);
        if (month === 0) return -1;
      } else {
        let value = 0;
        while (isDigit(bytes[at]) && at - start < 4) value = value * 10 + bytes[at++] - ZERO;
        if (at === start || digits === 2) return -1;
        parts[digits] = value;
        lengths[digits++] = at - start;
      }
      if (part < 2) at = afterMark(bytes, at);
    }
    if (month === 0 || digits !== 2) return -1;
    const yearAt = lengths[0] === 4 ? 0 : 1;
    if (lengths[yearAt] !== 4 || lengths[1 - yearAt] > 2) return -1;
    const date = (parts[yearAt] * 100 + month) * 100 + parts[1 - yearAt];
    if (date !== known) {
      knownSeconds = daySeconds(parts[yearAt], month, parts[1 - yearAt]);
      known = date;
    }
    timespec[0] = knownSeconds;
    timespec[1] = 0;
    return Number.isNaN(timespec[0]) ? -1 : at;
  };
}
