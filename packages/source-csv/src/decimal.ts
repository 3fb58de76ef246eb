import { asciiText, DOT, MINUS, PLUS, ZERO } from "./byte.ts";

/** The powers of ten that a double holds exactly. */
const powers: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const lowerE = 101;

/**
 * Reads the decimal number that starts at `position`, stores it in `target[row]` and returns the offset after its last byte; -1 where no number
 * starts there or it is beyond the largest double. Grammar: `[+-] digits [. digits] [e [+-] digits]`, with a digit before or after the point. The value is that of `Number()` on
 * the same text, bit for bit: up to 15 digits over a power of ten up to 22 are one exact division (Clinger, "How to read floating point
 * numbers accurately", 1990), the rest goes through `Number()`.
 */
export function scanDecimal(bytes: Uint8Array, position: number, target: Float64Array, row: number): number {
  let at = position;
  const sign = bytes[at] as number;
  if (sign === MINUS || sign === PLUS) at++;
  const first = at;
  // Nine digits fit 32 bits; integer arithmetic is worth a third of the time of a row. What overflows is read again.
  let mantissa = 0;
  let digit = (bytes[at] as number) - ZERO;
  while (digit >>> 0 < 10) {
    mantissa = (Math.imul(mantissa, 10) + digit) | 0;
    digit = (bytes[++at] as number) - ZERO;
  }
  let digits = at - first;
  let scale = 0;
  if (digit === DOT - ZERO) {
    const point = at;
    digit = (bytes[++at] as number) - ZERO;
    while (digit >>> 0 < 10) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      digit = (bytes[++at] as number) - ZERO;
    }
    scale = at - point - 1;
    digits += scale;
  }
  if (digits > 9 || digits === 0 || ((digit + ZERO) | 32) === lowerE)
    return digits === 0 ? -1 : scanLong(bytes, position, at, digits, target, row);
  const value = mantissa / (powers[scale] as number);
  target[row] = sign === MINUS ? -value : value;
  return at;
}

/** The offset after an exponent at `at`, or `at` where there is none. */
function exponentEnd(bytes: Uint8Array, at: number): number {
  if (((bytes[at] as number) | 32) !== lowerE) return at;
  const sign = bytes[at + 1] as number;
  const first = sign === MINUS || sign === PLUS ? at + 2 : at + 1;
  let end = first;
  while (((bytes[end] as number) - ZERO) >>> 0 < 10) end++;
  return end === first ? at : end;
}

/** Stores the number whose mantissa is `bytes[start, at)`, of which `digits` are digits, and returns the offset after its exponent. */
function scanLong(
  bytes: Uint8Array,
  start: number,
  at: number,
  digits: number,
  target: Float64Array,
  row: number,
): number {
  const end = exponentEnd(bytes, at);
  if (digits > 15 || end > at) {
    const value = Number(asciiText(bytes, start, end));
    target[row] = value;
    return Number.isFinite(value) ? end : -1;
  }
  let mantissa = 0;
  let scale = 0;
  let decimals = 0;
  for (let i = start; i < at; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit >>> 0 < 10) {
      mantissa = mantissa * 10 + digit;
      scale += decimals;
    } else if (digit === DOT - ZERO) decimals = 1;
  }
  const value = mantissa / (powers[scale] as number);
  target[row] = bytes[start] === MINUS ? -value : value;
  return end;
}
