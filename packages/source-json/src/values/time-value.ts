import { type TimespecReader, timePadding, wholeTextReader } from "@atc/plugin-kit";
import { quote } from "./json-scanner.ts";
import { plainText } from "./row-values.ts";

/**
 * A time as it is written: without the quotes, the escapes and the surrounding blanks of a text. Whole numbers with an
 * exponent get all their digits.
 */
export function writtenTime(bytes: Uint8Array, start: number, end: number): string {
  if (end === 0) return "";
  const text = plainText(bytes, start, end);
  if (bytes[start] !== quote) {
    const isLong = /^-?\d[\d.]*[eE]\+?\d{1,2}$/.test(text) && Number.isSafeInteger(Number(text));
    return isLong ? String(Number(text)) : text;
  }
  if (!text.includes("\\")) return text.trim();
  try {
    return String(JSON.parse(`"${text}"`)).trim();
  } catch {
    return text;
  }
}

/** A reader of the time in a JSON value as seconds and nanoseconds; false if there is none. */
export function timeValueReader(
  read: TimespecReader,
  timespec: Float64Array,
): (bytes: Uint8Array, start: number, end: number) => boolean {
  const readWhole = wholeTextReader(read, timespec);
  return (bytes, start, end) => {
    const inset = bytes[start] === quote ? 1 : 0;
    const stop = end - inset;
    if (end > 0 && stop + timePadding <= bytes.length && read(bytes, start + inset, timespec) === stop) return true;
    // Escapes, blanks, exponents, or the last bytes in memory.
    const text = Buffer.from(writtenTime(bytes, start, end));
    return readWhole(text, 0, text.length);
  };
}
