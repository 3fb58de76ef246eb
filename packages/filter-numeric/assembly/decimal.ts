/** The number that `quotient * divisor / scale` is, as bits; rounded to single precision where asked. */
@inline
function decimalBits(quotient: f64, scale: f64, divisor: f64, single: bool): i64 {
  const value = (quotient * divisor) / scale;
  if (single) return <i64>reinterpret<i32>(<f32>value);
  return reinterpret<i64>(value);
}

/** The largest integer up to which every integer is a float64. */
const largestExact: f64 = 9007199254740991;

/** A correction of up to that many steps of the last bit belongs to the quotient nearby; a larger one tells that the number is no such fraction. */
const largestCorrection: i64 = 1 << 20;

/**
 * Writes for each number, given as its bits, the integer `q` for which `q * divisor / scale` is nearest to `target`, and what must be added to the bits
 * of that quotient, as integers, to have the number's bits to `corrections`. Where a number is no such fraction (NaN, infinities, -0, more digits), `q`
 * is the one before, 0 ahead of all. Returns how many corrections are not 0.
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
  const factor = scale / divisor;
  let corrected: usize = 0;
  let before: i64 = 0;
  for (let at: usize = 0; at < count << 3; at += 8) {
    const bits = load<i64>(values + at);
    const value: f64 = single ? <f64>reinterpret<f32>(<i32>bits) : reinterpret<f64>(bits);
    const quotient = nearest(value * factor);
    // NaN and infinities are not within the limit.
    let whole = abs(quotient * divisor) <= largestExact ? <i64>quotient : before;
    let correction = bits - decimalBits(<f64>whole, scale, divisor, single);
    if (correction != 0) {
      corrected++;
      if (<u64>(correction + largestCorrection) > <u64>(2 * largestCorrection)) {
        whole = before;
        correction = bits - decimalBits(<f64>whole, scale, divisor, single);
      }
    }
    store<i64>(corrections + at, correction);
    store<i64>(target + at, whole);
    before = whole;
  }
  return corrected;
}

/** Inverts {@link toDecimal} in place, but for the corrections. */
export function fromDecimal(values: usize, count: usize, scale: f64, divisor: f64, single: bool): void {
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) store<i64>(at, decimalBits(<f64>load<i64>(at), scale, divisor, single));
}

/** Divides every integer by `divisor` into `target`; false where one is no multiple. */
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

/** Adds integers to integers in place, as inverts a correction. */
export function add(values: usize, others: usize, count: usize): void {
  for (let at: usize = 0; at < count << 3; at += 8) store<i64>(values + at, load<i64>(values + at) + load<i64>(others + at));
}
