/** The bits of `quotient * divisor / scale`, rounded to single precision if `single`. */
@inline
function decimalBits(quotient: f64, scale: f64, divisor: f64, single: bool): i64 {
  const value = (quotient * divisor) / scale;
  if (single) return <i64>reinterpret<i32>(<f32>value);
  return reinterpret<i64>(value);
}

/** The largest integer up to which all integers are exact float64. */
const largestExact: f64 = 9007199254740991;

/** The largest correction, in steps of the last bit. A number that needs a larger one is not such a fraction. */
const largestCorrection: i64 = 1 << 20;

/** Added to a number below 2^51, it rounds it to an integer in the low bits of the sum. */
const rounder: f64 = 6755399441055744;
const roundable: f64 = 2251799813685247;

/**
 * Like {@link toDecimal}, for two numbers near such fractions. Returns which of them need a correction, one bit each;
 * -1 if one is not near such a fraction, with nothing written.
 */
@inline
function toFractions(bits: v128, target: usize, scale: f64, divisor: f64, corrections: usize): i32 {
  const sum = f64x2.add(f64x2.mul(bits, f64x2.splat(scale / divisor)), f64x2.splat(rounder));
  const quotient = f64x2.sub(sum, f64x2.splat(rounder));
  const value = f64x2.div(f64x2.mul(quotient, f64x2.splat(divisor)), f64x2.splat(scale));
  const within = f64x2.le(f64x2.mul(f64x2.abs(quotient), f64x2.splat(divisor)), f64x2.splat(roundable));
  const correction = i64x2.sub(bits, value);
  const small = v128.and(
    i64x2.le_s(correction, i64x2.splat(largestCorrection)),
    i64x2.ge_s(correction, i64x2.splat(-largestCorrection)),
  );
  v128.store(target, i64x2.sub(sum, f64x2.splat(rounder)));
  v128.store(corrections, correction);
  if (!i64x2.all_true(v128.and(small, within))) return -1;
  return i64x2.bitmask(i64x2.ne(correction, i64x2.splat(0)));
}

/** Like {@link toDecimal}, for one number; `before` is the integer before it. Returns whether it needs a correction. */
function toFraction(
  bits: i64,
  target: usize,
  scale: f64,
  divisor: f64,
  single: bool,
  corrections: usize,
  before: i64,
): bool {
  const value: f64 = single ? <f64>reinterpret<f32>(<i32>bits) : reinterpret<f64>(bits);
  const quotient = nearest(value * (scale / divisor));
  // NaN and infinities are outside the limit.
  let whole = abs(quotient * divisor) <= largestExact ? <i64>quotient : before;
  let correction = bits - decimalBits(<f64>whole, scale, divisor, single);
  const corrected = correction != 0;
  if (<u64>(correction + largestCorrection) > <u64>(2 * largestCorrection)) {
    whole = before;
    correction = bits - decimalBits(<f64>whole, scale, divisor, single);
  }
  store<i64>(corrections, correction);
  store<i64>(target, whole);
  return corrected;
}

/**
 * Converts the bits of numbers to the integers `q` with the nearest `q * divisor / scale`, in `target`. Adding
 * `corrections` to the bits of those quotients restores the numbers. If a number is not such a fraction (NaN,
 * infinities, -0, more digits), `q` repeats the integer before it, or is 0 at the start. Returns how many corrections
 * are not 0.
 */
export function toDecimal(
  values: usize,
  target: usize,
  count: usize,
  scale: f64,
  divisor: f64,
  single: bool,
  corrections: usize,
): usize {
  let corrected: usize = 0;
  let at: usize = 0;
  const end = count << 3;
  while (at < end) {
    if (!single && at + 16 <= end) {
      const pair = toFractions(v128.load(values + at), target + at, scale, divisor, corrections + at);
      if (pair >= 0) {
        corrected += <usize>popcnt(pair);
        at += 16;
        continue;
      }
    }
    const before = at == 0 ? 0 : load<i64>(target + at - 8);
    corrected += <usize>toFraction(load<i64>(values + at), target + at, scale, divisor, single, corrections + at, before);
    at += 8;
  }
  return corrected;
}

/** Inverts {@link toDecimal} in place, without the corrections. */
export function fromDecimal(values: usize, count: usize, scale: f64, divisor: f64, single: bool): void {
  const end = values + (count << 3);
  let at = values;
  if (!single) {
    const bias = reinterpret<i64>(rounder);
    for (; at + 16 <= end; at += 16) {
      const pair = v128.load(at);
      const within = v128.and(
        i64x2.le_s(pair, i64x2.splat(<i64>roundable)),
        i64x2.ge_s(pair, i64x2.splat(-(<i64>roundable))),
      );
      if (i64x2.all_true(within)) {
        // An integer added to the bits of the rounder gives the float that is larger by it.
        const quotient = f64x2.sub(i64x2.add(pair, i64x2.splat(bias)), f64x2.splat(rounder));
        v128.store(at, f64x2.div(f64x2.mul(quotient, f64x2.splat(divisor)), f64x2.splat(scale)));
      } else {
        store<i64>(at, decimalBits(<f64>load<i64>(at), scale, divisor, false));
        store<i64>(at, decimalBits(<f64>load<i64>(at, 8), scale, divisor, false), 8);
      }
    }
  }
  for (; at < end; at += 8) store<i64>(at, decimalBits(<f64>load<i64>(at), scale, divisor, single));
}

/** Divides all integers by `divisor` into `target`; false if one is not a multiple. */
export function divide(values: usize, target: usize, count: usize, divisor: f64): bool {
  const whole = <i64>divisor;
  for (let i: usize = 0; i < count; i++) {
    const value = load<i64>(values + (i << 3));
    const quotient = value / whole;
    if (quotient * whole != value) return false;
    store<i64>(target + (i << 3), quotient);
  }
  return true;
}

/** Inverts {@link divide} in place. */
export function multiply(values: usize, count: usize, divisor: f64): void {
  const whole = <i64>divisor;
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) store<i64>(at, load<i64>(at) * whole);
}

/** Adds integers to integers in place, to apply corrections. */
export function add(values: usize, others: usize, count: usize): void {
  const end = count << 3;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) v128.store(values + at, i64x2.add(v128.load(values + at), v128.load(others + at)));
  if (at < end) store<i64>(values + at, load<i64>(values + at) + load<i64>(others + at));
}
