import { COLON, DOT, MINUS, PLUS, SPACE, ZERO } from "../text/ascii.ts";
import type { TimespecReader } from "./timespec.ts";

/** Two digits as a number; negative if they are not digits. */
export function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  return tens >>> 0 < 10 && ones >>> 0 < 10 ? tens * 10 + ones : -1;
}

const monthLengths = Uint8Array.of(0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Seconds from the epoch to the start of a day of the proleptic Gregorian calendar; NaN if there is no such day. */
export function daySeconds(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > monthLengths[month]) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !leap) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 1000;
}

/**
 * Reads a fraction of 1 to 9 digits as nanoseconds into `timespec[1]`; returns the offset after them, or -1 for any
 * other count.
 */
export function readFraction(bytes: Uint8Array, position: number, timespec: Float64Array): number {
  let at = position;
  let value = 0;
  while ((bytes[at] - ZERO) >>> 0 < 10) {
    if (at - position === 9) return -1;
    value = value * 10 + bytes[at++] - ZERO;
  }
  if (at === position) return -1;
  for (let digits = at - position; digits < 9; digits++) value *= 10;
  timespec[1] = value;
  return at;
}

/**
 * Reads three digits, if there are digits, as milliseconds: HistData writes them behind the seconds, without a point.
 */
function readMilliseconds(bytes: Uint8Array, position: number, timespec: Float64Array): number {
  if ((bytes[position] - ZERO) >>> 0 > 9) return position;
  const end = readFraction(bytes, position, timespec);
  return end === position + 3 ? end : -1;
}

/** Whether `UTC` or `GMT` starts at `at`. */
function namesUtc(bytes: Uint8Array, at: number): boolean {
  const a = bytes[at];
  const b = bytes[at + 1];
  const c = bytes[at + 2];
  return (a === 85 && b === 84 && c === 67) || (a === 71 && b === 77 && c === 84);
}

/**
 * Reads a zone and converts `timespec[0]` to UTC. A zone is `Z`, an offset (`+hh:mm`, `+hhmm` or `+hh`, a space before
 * it or not), or `UTC` or `GMT` after a space, with an offset after it or not. Returns the offset after the zone,
 * `position` if there is none, or -1 if it is malformed.
 */
export function readZone(bytes: Uint8Array, position: number, timespec: Float64Array): number {
  let at = position;
  let byte = bytes[at];
  if ((byte | 32) === 122) return at + 1;
  if (byte === SPACE) {
    at++;
    const named = namesUtc(bytes, at);
    if (named) at += 3;
    byte = bytes[at];
    if (named && byte !== PLUS && byte !== MINUS) return at;
  }
  if (byte !== PLUS && byte !== MINUS) return position;
  const hours = twoDigits(bytes, at + 1);
  if (hours < 0 || hours > 23) return -1;
  at += 3;
  const minutesAt = bytes[at] === COLON ? at + 1 : at;
  const minutes = twoDigits(bytes, minutesAt);
  if (minutes > 59 || (minutes < 0 && minutesAt > at)) return -1;
  if (minutes >= 0) at = minutesAt + 2;
  const seconds = hours * 3600 + Math.max(minutes, 0) * 60;
  timespec[0] = timespec[0] + (byte === PLUS ? -seconds : seconds);
  return at;
}

/**
 * Reads a time of day, `hh:mm[:ss[.fraction]]`, `hhmm[ss[mmm]]` or `hh`, as seconds after midnight and nanoseconds.
 * `24:00` is the end of the day. Leap seconds are refused: no bar starts in one.
 */
export const readClock24: TimespecReader = (bytes, position, timespec) => {
  const hours = twoDigits(bytes, position);
  if (hours < 0 || hours > 24) return -1;
  let at = position + 2;
  let minutes = 0;
  let seconds = 0;
  timespec[1] = 0;
  const colon = bytes[at] === COLON ? 1 : 0;
  const minutesFound = twoDigits(bytes, at + colon);
  if (minutesFound >= 0) {
    minutes = minutesFound;
    at += 2 + colon;
    const secondsFound = (bytes[at] === COLON ? 1 : 0) === colon ? twoDigits(bytes, at + colon) : -1;
    if (secondsFound >= 0) {
      seconds = secondsFound;
      at += 2 + colon;
      if (bytes[at] === DOT) at = readFraction(bytes, at + 1, timespec);
      else if (colon === 0) at = readMilliseconds(bytes, at, timespec);
      if (at < 0) return -1;
    }
  } else if (colon === 1) return -1;
  if (minutes > 59 || seconds > 59 || (hours === 24 && minutes + seconds + timespec[1] > 0)) return -1;
  timespec[0] = hours * 3600 + minutes * 60 + seconds;
  return at;
};
