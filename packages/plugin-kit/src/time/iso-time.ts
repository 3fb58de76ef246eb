import { COLON, DOT, MINUS, PLUS, SPACE, ZERO } from "../text/ascii.ts";
import type { InstantReader } from "./instant.ts";

const slash = 47;

/** Two digits as a number, negative where they are not digits. */
function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  return tens >>> 0 < 10 && ones >>> 0 < 10 ? tens * 10 + ones : -1;
}

const monthLengths = Uint8Array.of(0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Seconds from the epoch to the start of a day of the proleptic Gregorian calendar; NaN where there is no such day. */
export function daySeconds(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > monthLengths[month]) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !leap) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 1000;
}

/** Reads up to 9 digits of a fraction as nanoseconds into `instant[1]`; returns the offset after them, -1 where there are none or more. */
export function readFraction(bytes: Uint8Array, position: number, instant: Float64Array): number {
  let at = position;
  let value = 0;
  while ((bytes[at] - ZERO) >>> 0 < 10) {
    if (at - position === 9) return -1;
    value = value * 10 + bytes[at++] - ZERO;
  }
  if (at === position) return -1;
  for (let digits = at - position; digits < 9; digits++) value *= 10;
  instant[1] = value;
  return at;
}

/** Whether `UTC` or `GMT` stands at `at`. */
function namesUtc(bytes: Uint8Array, at: number): boolean {
  const a = bytes[at];
  const b = bytes[at + 1];
  const c = bytes[at + 2];
  return (a === 85 && b === 84 && c === 67) || (a === 71 && b === 77 && c === 84);
}

/** Applies to `instant[0]` a zone: `Z`, `UTC`, `+hh:mm`, `+hhmm` or `+hh`; returns the offset after it, `position` where there is none, -1 where it is wrong. */
export function readZone(bytes: Uint8Array, position: number, instant: Float64Array): number {
  let at = position;
  let byte = bytes[at];
  if ((byte | 32) === 122) return at + 1;
  if (byte === SPACE) {
    if (namesUtc(bytes, at + 1)) return at + 4;
    byte = bytes[++at];
  }
  if (byte !== PLUS && byte !== MINUS) return position;
  const hours = two(bytes, at + 1);
  if (hours < 0 || hours > 23) return -1;
  at += 3;
  const minutesAt = bytes[at] === COLON ? at + 1 : at;
  const minutes = two(bytes, minutesAt);
  if (minutes > 59 || (minutes < 0 && minutesAt > at)) return -1;
  if (minutes >= 0) at = minutesAt + 2;
  const seconds = hours * 3600 + Math.max(minutes, 0) * 60;
  instant[0] = instant[0] + (byte === PLUS ? -seconds : seconds);
  return at;
}

/**
 * Reads a time of day, `hh:mm[:ss[.fraction]]`, `hhmm[ss]` or `hh`, as seconds after midnight and nanoseconds. `24:00` is the end of the day.
 * Leap seconds are refused: no bar starts in one.
 */
export const readPlainClock: InstantReader = (bytes, position, instant) => {
  const hours = two(bytes, position);
  if (hours < 0 || hours > 24) return -1;
  let at = position + 2;
  let minutes = 0;
  let seconds = 0;
  instant[1] = 0;
  const colon = bytes[at] === COLON ? 1 : 0;
  const minutesFound = two(bytes, at + colon);
  if (minutesFound >= 0) {
    minutes = minutesFound;
    at += 2 + colon;
    const secondsFound = (bytes[at] === COLON ? 1 : 0) === colon ? two(bytes, at + colon) : -1;
    if (secondsFound >= 0) {
      seconds = secondsFound;
      at += 2 + colon;
      if (bytes[at] === DOT) at = readFraction(bytes, at + 1, instant);
      if (at < 0) return -1;
    }
  } else if (colon === 1) return -1;
  if (minutes > 59 || seconds > 59 || (hours === 24 && minutes + seconds + instant[1] > 0)) return -1;
  instant[0] = hours * 3600 + minutes * 60 + seconds;
  return at;
};

/** Reads a date, `YYYY-MM-DD` with `-`, `/` or `.`, or `YYYYMMDD`, as the second at which it starts. */
const readDate: InstantReader = (bytes, position, instant) => {
  const century = two(bytes, position);
  const year = two(bytes, position + 2);
  const mark = bytes[position + 4];
  const gap = mark === MINUS || mark === slash || mark === DOT ? 1 : 0;
  const month = two(bytes, position + 4 + gap);
  const day = two(bytes, position + 6 + 2 * gap);
  if (century < 0 || year < 0 || month < 0 || day < 0 || (gap === 1 && bytes[position + 7] !== mark)) return -1;
  const seconds = daySeconds(century * 100 + year, month, day);
  instant[0] = seconds;
  return Number.isNaN(seconds) ? -1 : position + 8 + 2 * gap;
};

/**
 * A reader of ISO 8601 dates and times and their near relatives: `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYY.MM.DD` or `YYYYMMDD`, then nothing, or `T` or a
 * space and a time of day. Either all times of day name a zone or none does; a date alone is its midnight. It remembers the last date: neighbours in a file mostly share it.
 */
export function isoReader(isZoned: boolean): InstantReader {
  let viewed: Uint8Array = new Uint8Array(0);
  let view: DataView = new DataView(viewed.buffer);
  // The last date as its ten bytes in three words; a compact date leaves them alone.
  const date = new Int32Array(3);
  let dateSeconds = Number.NaN;
  return (bytes, position, instant) => {
    if (bytes !== viewed) {
      viewed = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const a = view.getInt32(position, true);
    const b = view.getInt32(position + 4, true);
    const c = view.getInt16(position + 8, true);
    let at = position + 10;
    if (a !== date[0] || b !== date[1] || c !== date[2]) {
      at = readDate(bytes, position, instant);
      if (at < 0) return -1;
      if (at === position + 10) {
        date[0] = a;
        date[1] = b;
        date[2] = c;
        dateSeconds = instant[0];
      }
    } else instant[0] = dateSeconds;
    instant[1] = 0;
    const byte = bytes[at];
    if ((byte !== SPACE && (byte | 32) !== 116) || (bytes[at + 1] - ZERO) >>> 0 > 9) return at;
    const midnight = instant[0];
    at = readPlainClock(bytes, at + 1, instant);
    if (at < 0) return -1;
    const end = readZone(bytes, at, instant);
    instant[0] = instant[0] + midnight;
    return end > at === isZoned ? end : -1;
  };
}
