import { CR, fivesAt, LF, powersAt } from "./state";

/** Ten to the power of `exponent`, 0 to 22. */
@inline
function power(state: usize, exponent: u32): f64 {
  return load<f64>(state + (exponent << 3), powersAt);
}

/** The high bit of every byte of a word that is no digit. */
@inline
export function nonDigits(word: u64): u64 {
  // No byte borrows from or carries into the next: each has its high bit cleared, or set, before.
  const above = (word & 0x7f7f7f7f7f7f7f7f) + 0x4646464646464646;
  const below = ~((word | 0x8080808080808080) - 0x3030303030303030);
  return (above | below | word) & 0x8080808080808080;
}

/** The number of eight digits, the first in the lowest byte, each less "0". */
@inline
export function eightDigits(word: u64): u64 {
  const pairs = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
  const fours = (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffff;
  return (fours * 10000 + (fours >> 32)) & 0xffffffff;
}

/**
 * Reads a number of up to seven bytes, as nearly all prices are, without a loop: the point is taken out of the word, the digits are moved to
 * its end. Returns the address after it, 0 where it has another shape.
 */
@inline
function scanShort(state: usize, at: usize, target: usize, sign: f64): usize {
  const word = load<u64>(at);
  const others = nonDigits(word);
  // A word of eight digits has no terminator in it.
  if (others == 0) return 0;
  const first = <u64>ctz(others) >> 3;
  const hasPoint = ((word >> (first << 3)) & 0xff) == 0x2e;
  const later = others & (others - 1);
  const end = hasPoint ? (later == 0 ? 8 : <u64>ctz(later) >> 3) : first;
  if (end == 8) return 0;
  const digits = hasPoint ? end - 1 : end;
  if (digits == 0) return 0;
  const below = (<u64>1 << (first << 3)) - 1;
  const joined = hasPoint ? (word & below) | ((word >> 8) & ~below) : word;
  const value = <f64>eightDigits((joined - 0x3030303030303030) << ((8 - digits) << 3));
  store<f64>(target, (sign * value) / power(state, <u32>(hasPoint ? end - first - 1 : 0)));
  return at + <usize>end;
}

/** The high half of the product of two words; the low half is their product in 64 bits. */
@inline
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}

/**
 * The bits of the double nearest to `mantissa` over 10 to the power of `scale`, 0 to 22, for a mantissa above 0 (D. Lemire, "Number parsing at a
 * gigabyte per second", 2021). Within these powers 128 bits always tell which double is nearest.
 */
function quotientBits(state: usize, mantissa: u64, scale: u32): u64 {
  const zeros = clz(mantissa);
  const word = mantissa << zeros;
  const five = state + (scale << 4);
  let high = highProduct(word, load<u64>(five, fivesAt));
  let low = word * load<u64>(five, fivesAt);
  if ((high & 0x1ff) == 0x1ff) {
    const more = highProduct(word, load<u64>(five, fivesAt + 8));
    low += more;
    if (more > low) high++;
  }
  const upper = high >> 63;
  const shift = upper + 9;
  let bits = high >> shift;
  let exponent = <i64>((-217706 * <i32>scale) >> 16) + 63 + <i64>upper - <i64>zeros + 1023;
  // Halfway between two doubles, which happens for few digits behind the point alone: to the even one.
  if (low <= 1 && scale <= 4 && (bits & 3) == 1 && bits << shift == high) bits &= ~(<u64>1);
  bits = (bits + (bits & 1)) >> 1;
  if (bits >= 0x20000000000000) {
    bits = 0x10000000000000;
    exponent++;
  }
  return (bits & 0xfffffffffffff) | (<u64>exponent << 52);
}

/** Reads a number of up to 19 digits; 0 where it has more or none. */
function scanLong(state: usize, at: usize, target: usize, sign: f64): usize {
  let mantissa: u64 = 0;
  let digits = 0;
  let scale: u32 = 0;
  let points: u32 = 0;
  for (; ; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;
      digits++;
      scale += points;
    } else if (digit == <u32>(46 - 48) && points == 0) points = 1;
    else break;
  }
  if (digits == 0 || digits > 19) return 0;
  // Up to 2^53 one division is exact (Clinger, 1990).
  if (mantissa <= 0x20000000000000) store<f64>(target, (sign * <f64>mantissa) / power(state, scale));
  else store<f64>(target, sign * reinterpret<f64>(quotientBits(state, mantissa, scale)));
  return at;
}

/**
 * Reads the decimal number at `at` into `target` and returns the address after it; 0 where it has an exponent, a plus or more than 19
 * digits. A missing number is NaN where `missing` allows it.
 */
@inline
export function scanDecimal(state: usize, at: usize, target: usize, missing: bool, separator: u32): usize {
  const byte = <u32>load<u8>(at);
  const negative = byte == 45;
  if (missing && (byte == separator || byte == LF || byte == CR)) {
    store<f64>(target, NaN);
    return at;
  }
  const sign: f64 = negative ? -1.0 : 1.0;
  if (negative) at++;
  const end = scanShort(state, at, target, sign);
  return end != 0 ? end : scanLong(state, at, target, sign);
}
