import { DOT, MINUS, PLUS, SPACE } from "@atc/plugin-kit";
import { scanDecimal } from "./decimal.ts";
import { padding } from "./padding.ts";

/** How a file writes numbers that are not plain, as plain data. */
export interface NumberStyle {
  /** The decimal point. */
  readonly decimal: "." | ",";
  /** The separator of groups of three digits; undefined if there are none. */
  readonly thousands?: "," | "." | " " | "'" | undefined;
  /** Whether numbers may have the sign of a currency before or after them. */
  readonly currency?: boolean | undefined;
}

/** Reads `bytes[start, end)` as a number into `target[row]`; false if it is not one. */
export type NumberScanner = (
  bytes: Uint8Array,
  start: number,
  end: number,
  target: Float64Array,
  row: number,
) => boolean;

/** The signs of currencies that are left out, and their bytes in UTF-8. */
export const currencySigns: readonly string[] = ["$", "€", "£", "¥"];
const signBytes: readonly Uint8Array[] = currencySigns.map((sign) => new TextEncoder().encode(sign));

const longestNumber = 1024;
const noByte = -1;
const COMMA = 44;

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** The bytes of a sign of a currency that starts at `at`; 0 if none does. */
function signLength(bytes: Uint8Array, at: number, end: number): number {
  for (const sign of signBytes) {
    let same = at + sign.length <= end;
    for (let i = 0; same && i < sign.length; i++) same = bytes[at + i] === sign[i];
    if (same) return sign.length;
  }
  return 0;
}

/** The bytes of a sign of a currency that ends before `end`; 0 if none does. */
function lastSignLength(bytes: Uint8Array, start: number, end: number): number {
  for (const { length } of signBytes)
    if (end - length >= start && signLength(bytes, end - length, end) === length) return length;
  return 0;
}

/** The bytes of a separator of thousands at `at`: a blank may be a no-break space; 0 if there is none. */
function separatorLength(bytes: Uint8Array, at: number, separator: number): number {
  if (bytes[at] === separator) return 1;
  if (separator !== SPACE) return 0;
  if (bytes[at] === 0xc2 && bytes[at + 1] === 0xa0) return 2;
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0xaf ? 3 : 0;
}

function isSign(byte: number): boolean {
  return byte === MINUS || byte === PLUS;
}

/**
 * A scanner of numbers of a style. Groups of thousands must be whole: `1,23` and `1234,567` are not numbers if the
 * comma separates thousands.
 */
export function numberScanner({ decimal, thousands, currency = false }: NumberStyle): NumberScanner {
  const scratch = new Uint8Array(longestNumber + padding);
  const point = decimal.charCodeAt(0);
  const separator = thousands === undefined ? noByte : thousands.charCodeAt(0);
  /** Bytes in `scratch`. */
  let length = 0;
  /** The end of the number, without the sign of a currency. */
  let stop = 0;

  /** Copies a sign and leaves out the signs of currencies; returns the offset of the first digit. */
  function copySign(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    stop = end;
    length = 0;
    if (isSign(bytes[at])) scratch[length++] = bytes[at++];
    if (!currency) return at;
    at += signLength(bytes, at, end);
    if (length === 0 && isSign(bytes[at])) scratch[length++] = bytes[at++];
    stop -= lastSignLength(bytes, at, stop);
    while (at < stop && bytes[at] === SPACE) at++;
    while (stop > at && bytes[stop - 1] === SPACE) stop--;
    return at;
  }

  /** Copies the digits before the decimal point without separators; returns the offset after them, -1 if wrong. */
  function copyInteger(bytes: Uint8Array, start: number): number {
    let at = start;
    let group = 0;
    let groups = 0;
    while (at < stop) {
      if (isDigit(bytes[at])) {
        scratch[length++] = bytes[at++];
        group++;
        continue;
      }
      const step = separator === noByte ? 0 : separatorLength(bytes, at, separator);
      if (step === 0) break;
      if (groups === 0 ? group < 1 || group > 3 : group !== 3) return -1;
      groups++;
      group = 0;
      at += step;
    }
    return groups > 0 && group !== 3 ? -1 : at;
  }

  return (bytes, start, end, target, row) => {
    if (end - start > longestNumber) return false;
    let at = copyInteger(bytes, copySign(bytes, start, end));
    if (at < 0) return false;
    if (at < stop && bytes[at] === point) {
      scratch[length++] = DOT;
      at++;
    }
    for (; at < stop; at++) {
      const byte = bytes[at];
      if (byte === DOT || byte === COMMA) return false;
      scratch[length++] = byte;
    }
    scratch[length] = 0;
    return scanDecimal(scratch, 0, target, row) === length;
  };
}
