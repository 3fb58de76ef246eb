import { DOT, MINUS, SPACE, ZERO } from "../text/ascii.ts";
import { daySeconds, readClock24, readZone, twoDigits } from "./time-fields.ts";
import type { TimespecReader } from "./timespec.ts";

const slash = 47;

/** Reads a date, `YYYY-MM-DD` with `-`, `/` or `.`, or `YYYYMMDD`, as the second at which it starts. */
const readDate: TimespecReader = (bytes, position, timespec) => {
  const century = twoDigits(bytes, position);
  const year = twoDigits(bytes, position + 2);
  const mark = bytes[position + 4];
  const gap = mark === MINUS || mark === slash || mark === DOT ? 1 : 0;
  const month = twoDigits(bytes, position + 4 + gap);
  const day = twoDigits(bytes, position + 6 + 2 * gap);
  if (century < 0 || year < 0 || month < 0 || day < 0 || (gap === 1 && bytes[position + 7] !== mark)) return -1;
  const seconds = daySeconds(century * 100 + year, month, day);
  timespec[0] = seconds;
  return Number.isNaN(seconds) ? -1 : position + 8 + 2 * gap;
};

/**
 * A reader of ISO 8601 dates and times and their near relatives: `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYY.MM.DD` or
 * `YYYYMMDD`, then nothing, or `T` or a space and a time of day, `hh:mm[:ss[.fraction]]`, `hhmm[ss]` or `hh`. A date
 * without a time of day is its midnight.
 *
 * It remembers the last date, because neighbouring rows mostly share it; use one reader per file.
 *
 * @param isZoned - whether times of day name a zone: if true, a time without one is refused; if false, a time with one
 * is
 * @param isOffsetKept - whether times stay as they are written, so that a midnight of any zone is one. Default: they
 * are converted to UTC
 */
export function isoReader(isZoned: boolean, isOffsetKept = false): TimespecReader {
  let viewed: Uint8Array = new Uint8Array(0);
  let view: DataView = new DataView(viewed.buffer);
  // The ten bytes of the last date, in three words. A date without marks is not remembered.
  const date = new Int32Array(3);
  let dateSeconds = Number.NaN;
  return (bytes, position, timespec) => {
    if (bytes !== viewed) {
      viewed = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const a = view.getInt32(position, true);
    const b = view.getInt32(position + 4, true);
    const c = view.getInt16(position + 8, true);
    let at = position + 10;
    if (a !== date[0] || b !== date[1] || c !== date[2]) {
      at = readDate(bytes, position, timespec);
      if (at < 0) return -1;
      if (at === position + 10) {
        date[0] = a;
        date[1] = b;
        date[2] = c;
        dateSeconds = timespec[0];
      }
    } else timespec[0] = dateSeconds;
    timespec[1] = 0;
    const byte = bytes[at];
    if ((byte !== SPACE && (byte | 32) !== 116) || (bytes[at + 1] - ZERO) >>> 0 > 9) return at;
    const midnight = timespec[0];
    at = readClock24(bytes, at + 1, timespec);
    if (at < 0) return -1;
    const written = timespec[0];
    const end = readZone(bytes, at, timespec);
    timespec[0] = (isOffsetKept ? written : timespec[0]) + midnight;
    return end > at === isZoned ? end : -1;
  };
}
