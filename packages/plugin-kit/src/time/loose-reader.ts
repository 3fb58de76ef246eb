import { COLON, DOT, MINUS, SPACE, ZERO } from "../text/ascii.ts";
import { namedMonthReader } from "./month-name.ts";
import { daySeconds, readClock24, readFraction, readZone } from "./time-fields.ts";
import type { TimespecReader } from "./timespec.ts";

/** How a file writes dates and times of day. */
export interface TimeStyle {
  /** The order of day, month and year. */
  readonly dateOrder: "ymd" | "dmy" | "mdy";
  /** Whether times of day are of a 12-hour clock, followed by AM or PM. */
  readonly isTwelveHour: boolean;
  /** Whether times of day name a zone: if true, all must; if false, none may. */
  readonly isZoned: boolean;
  /** Whether times stay as they are written, so that a midnight of any zone is one. Default: converted to UTC. */
  readonly isOffsetKept?: boolean;
}

const slash = 47;
const lowerA = 97;
const lowerP = 112;
const lowerM = 109;

function isDigit(byte: number): boolean {
  return (byte - ZERO) >>> 0 < 10;
}

function isLetter(byte: number): boolean {
  return ((byte | 32) - lowerA) >>> 0 < 26;
}

/** Whether a byte may part a day from the name of a month. */
function isMark(byte: number): boolean {
  return byte === MINUS || byte === slash || byte === DOT || byte === SPACE;
}

/** The offset after the digits at `at`, of which at most `most` count. */
function digitsEnd(bytes: Uint8Array, at: number, most: number): number {
  let end = at;
  while (end - at < most && isDigit(bytes[end])) end++;
  return end;
}

function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + bytes[at] - ZERO;
  return value;
}

/**
 * A reader of dates: one or two digits for day and month, four for the year. A year in front is followed by the month,
 * whatever the order of other dates is. If the order starts with the year, it reads `YYYYMMDD` too.
 */
function dateReader(dateOrder: TimeStyle["dateOrder"]): TimespecReader {
  const readNamedMonth = namedMonthReader();
  const parts = new Float64Array(3);
  let known = Number.NaN;
  let knownSeconds = Number.NaN;
  return (bytes, position, timespec) => {
    let at = position;
    const front = digitsEnd(bytes, at, 8) - at;
    const next = bytes[at + front];
    if (front === 0 || (front <= 4 && (isLetter(next) || (isMark(next) && isLetter(bytes[at + front + 1])))))
      return readNamedMonth(bytes, position, timespec);
    const yearAt = dateOrder === "ymd" || front === 4 ? 0 : 2;
    const monthAt = yearAt === 2 && dateOrder === "mdy" ? 0 : 1;
    if (dateOrder === "ymd" && front === 8) {
      parts[0] = digitsOf(bytes, at, at + 4);
      parts[1] = digitsOf(bytes, at + 4, at + 6);
      parts[2] = digitsOf(bytes, at + 6, at + 8);
      at += 8;
    } else {
      let mark = -1;
      for (let part = 0; part < 3; part++) {
        const end = digitsEnd(bytes, at, part === yearAt ? 4 : 2);
        if (end === at || (part === yearAt && end < at + 4)) return -1;
        parts[part] = digitsOf(bytes, at, end);
        at = end;
        if (part === 2) break;
        const byte = bytes[at];
        if (part === 0 && (byte === MINUS || byte === slash || byte === DOT)) mark = byte;
        if (byte !== mark) return -1;
        at++;
      }
    }
    const year = parts[yearAt];
    const month = parts[monthAt];
    const day = parts[3 - yearAt - monthAt];
    const date = (year * 100 + month) * 100 + day;
    if (date !== known) {
      knownSeconds = daySeconds(year, month, day);
      known = date;
    }
    timespec[0] = knownSeconds;
    return Number.isNaN(knownSeconds) ? -1 : at;
  };
}

/** Reads `h[:mm[:ss[.fraction]]]` and `AM` or `PM`, with or without a space or `-` between. */
const readTwelveHourClock: TimespecReader = (bytes, position, timespec) => {
  let at = digitsEnd(bytes, position, 2);
  const hours = digitsOf(bytes, position, at);
  let seconds = 0;
  timespec[1] = 0;
  for (let unit = 60; unit > 0 && bytes[at] === COLON; unit = unit === 60 ? 1 : 0) {
    if (digitsEnd(bytes, at + 1, 2) !== at + 3) return -1;
    const count = digitsOf(bytes, at + 1, at + 3);
    if (count > 59) return -1;
    seconds += count * unit;
    at += 3;
    if (unit === 1 && bytes[at] === DOT) at = readFraction(bytes, at + 1, timespec);
    if (at < 0) return -1;
  }
  if (bytes[at] === SPACE || bytes[at] === MINUS) at++;
  const half = bytes[at] | 32;
  const isHalf = (half === lowerA || half === lowerP) && (bytes[at + 1] | 32) === lowerM;
  if (!isHalf || hours < 1 || hours > 12) return -1;
  timespec[0] = (hours % 12) * 3600 + (half === lowerP ? 43_200 : 0) + seconds;
  return at + 2;
};

/** Room for a zero, 32 bytes of text and the padding of readers. */
const padded = new Uint8Array(64);

/** Reads a time of day of a 24-hour clock. The hour may have one digit. */
const readLooseClock: TimespecReader = (bytes, position, timespec) => {
  if (digitsEnd(bytes, position, 2) !== position + 1 || bytes[position + 1] !== COLON)
    return readClock24(bytes, position, timespec);
  padded.fill(0);
  padded[0] = ZERO;
  padded.set(bytes.subarray(position, position + 32), 1);
  const end = readClock24(padded, 0, timespec);
  return end < 0 ? -1 : position + end - 1;
};

/**
 * A reader of times of day that have a column of their own: `timespec[0]` counts seconds from midnight. If the time
 * names a zone, its offset is subtracted, so the seconds may be negative or exceed a day.
 */
export function clockReader(style: Omit<TimeStyle, "dateOrder">): TimespecReader {
  const { isTwelveHour, isZoned, isOffsetKept = false } = style;
  const readClock = isTwelveHour ? readTwelveHourClock : readLooseClock;
  return (bytes, position, timespec) => {
    const end = readClock(bytes, position, timespec);
    if (end < 0) return -1;
    const written = timespec[0];
    const zoneEnd = readZone(bytes, end, timespec);
    if (isOffsetKept) timespec[0] = written;
    return zoneEnd > end === isZoned ? zoneEnd : -1;
  };
}

/**
 * A reader of dates and times that are not ISO 8601: days before months, missing leading zeros, 12-hour clocks,
 * months with English names, `YYYYMMDDhhmmss`. A space or two, `T` or `-` separates date and time of day; after a date without marks nothing
 * needs to. It reads ISO 8601 too, at a lower speed than `isoReader`, if `dateOrder` is `ymd`. A date without a time
 * of day is its midnight. It remembers the last date; use one reader per file.
 */
export function looseReader(style: TimeStyle): TimespecReader {
  const readDate = dateReader(style.dateOrder);
  const readClock = clockReader(style);
  return (bytes, position, timespec) => {
    let at = readDate(bytes, position, timespec);
    if (at < 0) return -1;
    timespec[1] = 0;
    const byte = bytes[at];
    const isGap = byte === SPACE || byte === MINUS || (byte | 32) === 116;
    if (isGap && isDigit(bytes[at + 1])) at++;
    else if (byte === SPACE && bytes[at + 1] === SPACE && isDigit(bytes[at + 2])) at += 2;
    else if (!isDigit(byte)) return at;
    const midnight = timespec[0];
    const end = readClock(bytes, at, timespec);
    timespec[0] = timespec[0] + midnight;
    return end;
  };
}
