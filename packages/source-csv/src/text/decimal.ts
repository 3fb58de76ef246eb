import { DOT, MINUS, PLUS, ZERO } from "@atc/plugin-kit";

/** The text of `bytes[start, end)`, which are ASCII. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** The powers of ten that a double holds exactly. */
const powers: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const lowerE = 101;

/**
 * Like {@link scanDecimal}, for a number of 1 to 9 digits without an exponent, as nearly all prices are; -1 for any
 * other count of digits. Nine digits fit 32 bits: integer arithmetic, in a function small enough to inline, cuts the
 * time of a row by a third.
 */
export function scanShortDecimal(bytes: Uint8Array, position: number, target: Float64Array, row: number): number {
  const negative = bytes[position] === MINUS;
  const first = negative ? position + 1 : position;
  let at = first;
  let mantissa = 0;
  let digit = bytes[at] - ZERO;
  while (digit >>> 0 < 10) {
    mantissa = (Math.imul(mantissa, 10) + digit) | 0;
    digit = bytes[++at] - ZERO;
  }
  let digits = at - first;
  let scale = 0;
  if (digit === DOT - ZERO) {
    const point = at;
    digit = bytes[++at] - ZERO;
    while (digit >>> 0 < 10) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      digit = bytes[++at] - ZERO;
    }
    scale = at - point - 1;
    digits += scale;
  }
  if (digits > 9 || digits === 0) return -1;
  const value = mantissa / powers[scale];
  target[row] = negative ? -value : value;
  return at;
}

/** The offset after the exponent at `at`; `at` if there is none. */
function exponentEnd(bytes: Uint8Array, at: number): number {
  if ((bytes[at] | 32) !== lowerE) return at;
  const sign = bytes[at + 1];
  const first = sign === MINUS || sign === PLUS ? at + 2 : at + 1;
  let end = first;
  while ((bytes[end] - ZERO) >>> 0 < 10) end++;
  return end === first ? at : end;
}

/**
 * Reads the decimal number that starts at `position`, stores it in `target[row]` and returns the offset after its last
 * byte. Returns -1 if no number starts there, or if it is beyond the largest double. Grammar: `[+-] digits [. digits]
 * [e [+-] digits]`, with a digit before or after the point.
 *
 * The value equals `Number()` of the same text, bit for bit. Up to 15 digits over a power of ten up to 22 take one
 * exact division (Clinger, "How to read floating point numbers accurately", 1990); other numbers are passed to
 * `Number()`.
 */
export function scanDecimal(bytes: Uint8Array, position: number, target: Float64Array, row: number): number {
  const sign = bytes[position];
  const first = sign === MINUS || sign === PLUS ? position + 1 : position;
  let at = first;
  let mantissa = 0;
  let scale = 0;
  let points = 0;
  for (; ; at++) {
    const digit = bytes[at] - ZERO;
    if (digit >>> 0 < 10) {
      mantissa = mantissa * 10 + digit;
      scale += points;
    } else if (digit === DOT - ZERO && points === 0) points = 1;
    else break;
  }
  const digits = at - first - points;
  if (digits === 0) return -1;
  const end = exponentEnd(bytes, at);
  const value = digits > 15 || end > at ? Number(asciiText(bytes, first, end)) : mantissa / powers[scale];
  target[row] = sign === MINUS ? -value : value;
  return Number.isFinite(value) ? end : -1;
}
