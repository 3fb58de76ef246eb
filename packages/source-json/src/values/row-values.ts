import { isMissing } from "@atc/plugin-kit";
import { quote } from "./json-scanner.ts";

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const quotedDecimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

let viewed: Uint8Array = new Uint8Array(0);
let view: Buffer = Buffer.from(viewed);

/** The text of a value, without the quotes of a JSON string and with its escapes. */
export function plainText(bytes: Uint8Array, start: number, end: number): string {
  if (bytes !== viewed) {
    viewed = bytes;
    view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return bytes[start] === quote ? view.toString("latin1", start + 1, end - 1) : view.toString("latin1", start, end);
}

/** The powers of ten that a double holds exactly. */
const powers: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * A decimal of at most 15 digits without an exponent, which one division rounds exactly (Clinger 1990); NaN for other
 * values.
 */
function shortDecimal(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === 45;
  let at = isNegative ? start + 1 : start;
  if (end - at > 16 || (bytes[at] === 48 && end - at > 1 && bytes[at + 1] !== 46)) return Number.NaN;
  const first = at;
  let mantissa = 0;
  let scale = 0;
  let point = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit >>> 0 < 10) {
      mantissa = mantissa * 10 + digit;
      scale += point;
    } else if (digit === -2 && point === 0 && at > first && at < end - 1) point = 1;
    else return Number.NaN;
  }
  const count = end - first - point;
  if (count < 1 || count > 15) return Number.NaN;
  const value = mantissa / powers[scale];
  return isNegative ? -value : value;
}

/** The number in a JSON number or a JSON string of a decimal. NaN if it is missing, undefined if it is not a number. */
export function numberOf(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end === 0) return Number.NaN;
  const isQuoted = bytes[start] === quote;
  const short = isQuoted ? shortDecimal(bytes, start + 1, end - 1) : shortDecimal(bytes, start, end);
  if (!Number.isNaN(short)) return short;
  const text = plainText(bytes, start, end);
  const isNumber = isQuoted ? quotedDecimal.test(text) : decimal.test(text);
  if (!isNumber) return isMissing(text) ? Number.NaN : undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The text of a JSON string or number; undefined if it is missing or empty, null if it is malformed. */
export function textOf(bytes: Uint8Array, start: number, end: number): string | undefined | null {
  if (end === 0) return undefined;
  if (bytes[start] !== quote) {
    const text = plainText(bytes, start, end);
    return isMissing(text) ? undefined : decimal.test(text) ? text : null;
  }
  try {
    const text: unknown = JSON.parse(strictUtf8.decode(bytes.subarray(start, end)));
    return typeof text === "string" && text !== "" ? text : undefined;
  } catch {
    return null;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder("utf-8");

/** `bytes[start, end)` as text for messages, at most 80 characters. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  return lenient.decode(bytes.subarray(start, Math.min(end, start + 400))).slice(0, 80);
}
