import { SPACE } from "../text/ascii.ts";
import { type TimespecReader, timePadding } from "./timespec.ts";

/** The most bytes of a text that may be a time. */
const longestTime = 400;

/**
 * Reads `bytes[start, end)`, blanks around it left out, as one time. Returns false if it is not a time from its first
 * to its last byte.
 */
export type WholeTextReader = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * Makes a {@link TimespecReader} read texts that no padding follows, such as those of columns in which one text follows
 * the other.
 *
 * @param timespec - receives the time
 */
export function wholeTextReader(read: TimespecReader, timespec: Float64Array): WholeTextReader {
  const padded = new Uint8Array(longestTime + timePadding);
  return (bytes, start, end) => {
    let from = start;
    let to = end;
    while (from < to && bytes[from] === SPACE) from++;
    while (to > from && bytes[to - 1] === SPACE) to--;
    const length = to - from;
    if (length === 0 || length > longestTime) return false;
    for (let i = 0; i < length; i++) padded[i] = bytes[from + i];
    padded.fill(0, length, length + timePadding);
    return read(padded, 0, timespec) === length;
  };
}
