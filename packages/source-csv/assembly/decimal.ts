import { fivesAt, powersAt } from "./state";

/** Ten to the power of `exponent`, 0 to 22. */
@inline
function power(state: usize, exponent: u32): f64 {
  return load<f64>(state + (exponent << 3), powersAt);
}

/** The high bit of each byte that is not a digit; "0" is already subtracted from the bytes of the word. */
@inline
export function nonDigits(word: u64): u64 {
  // No byte carries into the next, because the high bits are cleared first.
  return (((word & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | word) & 0x8080808080808080;
}

/** The number of eight digits, the first in the lowest byte; "0" is already subtracted. */
@inline
export function eightDigits(word: u64): u64 {
  const pairs = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
  const fours = (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffff;
  return (fours * 10000 + (fours >> 32)) & 0xffffffff;
}

/**
 * Removes the point from a word of digits. `mark` has only the high bit of the point set. The digits before it move by
 * a byte, over the point.
 */
@inline
function withoutPoint(word: u64, mark: u64): u64 {
  return (word & ~((mark << 1) - 1)) | ((word & ((mark >> 7) - 1)) << 8);
}

/**
 * Whether the only other byte in a word of digits is a point; `mark` has the high bit of each byte that is not a digit.
 */
@inline
function hasOnePoint(word: u64, mark: u64): bool {
  return (mark & (mark - 1)) == 0 && (word << clz(mark)) >> 56 == 0x1e;
}

/**
 * Reads a number of 1 to 8 bytes, as nearly all prices are, without a loop: moves the digits to the end of the word and
 * removes the point. False if the number has another form.
 */
@inline
function readShort(state: usize, at: usize, length: usize, target: usize): bool {
  const word = (load<u64>(at) ^ 0x3030303030303030) << ((8 - <u64>length) << 3);
  const mark = nonDigits(word);
  if (mark == 0) {
    store<f64>(target, <f64>eightDigits(word));
    return true;
  }
  if (length == 1 || !hasOnePoint(word, mark)) return false;
  // The bits after the mark's byte are 8 per digit behind the point.
  store<f64>(target, <f64>eightDigits(withoutPoint(word, mark)) / load<f64>(state + <usize>clz(mark), powersAt));
  return true;
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
 * The bits of the double nearest to `mantissa` over 10 to the power of `scale`, 0 to 22, for a mantissa above 0
 * (D. Lemire, "Number parsing at a gigabyte per second", 2021). For these powers, 128 bits always decide which double
 * is nearest.
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
  // Halfway between two doubles, which needs few digits behind the point: round to even.
  if (low <= 1 && scale <= 4 && (bits & 3) == 1 && bits << shift == high) bits &= ~(<u64>1);
  bits = (bits + (bits & 1)) >> 1;
  if (bits >= 0x20000000000000) {
    bits = 0x10000000000000;
    exponent++;
  }
  return (bits & 0xfffffffffffff) | (<u64>exponent << 52);
}

/** Stores a number of up to 19 digits, of which `scale` are behind the point. */
@inline
function storeQuotient(state: usize, mantissa: u64, scale: u32, target: usize): void {
  // Up to 2^53, one division is exact (Clinger, 1990).
  if (mantissa <= 0x20000000000000) store<f64>(target, <f64>mantissa / power(state, scale));
  else store<f64>(target, reinterpret<f64>(quotientBits(state, mantissa, scale)));
}

/** Reads a number of 9 to 16 bytes; false if it has another form. */
@inline
function readLong(state: usize, at: usize, length: usize, target: usize): bool {
  const high = (load<u64>(at) ^ 0x3030303030303030) << ((16 - <u64>length) << 3);
  const low = load<u64>(at + length - 8) ^ 0x3030303030303030;
  const highMark = nonDigits(high);
  const lowMark = nonDigits(low);
  if (highMark == 0) {
    if (lowMark == 0) {
      storeQuotient(state, eightDigits(high) * 100000000 + eightDigits(low), 0, target);
      return true;
    }
    if (!hasOnePoint(low, lowMark)) return false;
    const mantissa = eightDigits(high) * 10000000 + eightDigits(withoutPoint(low, lowMark));
    storeQuotient(state, mantissa, <u32>clz(lowMark) >> 3, target);
    return true;
  }
  if (lowMark != 0 || !hasOnePoint(high, highMark)) return false;
  const mantissa = eightDigits(withoutPoint(high, highMark)) * 100000000 + eightDigits(low);
  storeQuotient(state, mantissa, (<u32>clz(highMark) >> 3) + 8, target);
  return true;
}

/** Reads a number of 1 to 19 digits byte by byte; false if it has more or none, or contains anything else. */
function readBytes(state: usize, at: usize, end: usize, target: usize): bool {
  let mantissa: u64 = 0;
  let digits = 0;
  let scale: u32 = 0;
  let points: u32 = 0;
  for (; at < end; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;
      digits++;
      scale += points;
    } else if (digit == <u32>(46 - 48) && points == 0) points = 1;
    else return false;
  }
  if (digits == 0 || digits > 19) return false;
  storeQuotient(state, mantissa, scale, target);
  return true;
}

/** Reads a number that is missing, negative or longer. */
function readOther(state: usize, at: usize, end: usize, target: usize, missing: bool): bool {
  if (at == end) {
    store<f64>(target, NaN);
    return missing;
  }
  const negative = <u32>load<u8>(at) == 45;
  if (negative) at++;
  const length = end - at;
  let found = false;
  if (length - 1 < 8) found = readShort(state, at, length, target);
  else found = length - 9 < 8 ? readLong(state, at, length, target) : readBytes(state, at, end, target);
  if (negative) store<f64>(target, -load<f64>(target));
  return found;
}

/**
 * Reads the decimal number from `at` to `end` into `target`; false if it has an exponent, a plus or more than 19
 * digits. If `missing` allows it, a missing number is NaN.
 */
@inline
export function readDecimal(state: usize, at: usize, end: usize, target: usize, missing: bool): bool {
  const length = end - at;
  if (length - 1 < 8) {
    if (readShort(state, at, length, target)) return true;
  } else if (length - 9 < 8 && readLong(state, at, length, target)) return true;
  return readOther(state, at, end, target, missing);
}
