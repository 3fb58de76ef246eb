/** The number that `quotient * divisor / scale` is, as bits; rounded to single precision where asked. */
@inline
function decimalBits(quotient: f64, scale: f64, divisor: f64, single: bool): i64 {
  const value = (quotient * divisor) / scale;
  if (single) return <i64>reinterpret<i32>(<f32>value);
  return reinterpret<i64>(value);
}

/** The largest integer up to which every integer is a float64. */
const largestExact: f64 = 9007199254740991;

/**
 * Writes for each number, given as its bits, the integer `q` for which `q * divisor / scale` is that number bit for bit. Where there is none (NaN,
 * infinities, -0, more digits), it writes the integer before, 0 ahead of all, and the number's index to `indices` (32 bits). Returns how many those are.
 */
export function toDecimal(
  values: usize,
  target: usize,
  count: usize,
  scale: f64,
  divisor: f64,
  single: bool,
  indices: usize,
): usize {
  const factor = scale / divisor;
  let exceptions: usize = 0;
  let before: i64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const bits = load<i64>(values + (i << 3));
    const value: f64 = single ? <f64>reinterpret<f32>(<i32>bits) : reinterpret<f64>(bits);
    const quotient = nearest(value * factor);
    // NaN and infinities are not within the limit.
    const whole = abs(quotient * divisor) <= largestExact ? <i64>quotient : 0;
    // The integer, not the quotient: -0 is none.
    if (decimalBits(<f64>whole, scale, divisor, single) == bits) before = whole;
    else {
      store<u32>(indices + (exceptions << 2), <u32>i);
      exceptions++;
    }
    store<i64>(target + (i << 3), before);
  }
  return exceptions;
}

/** Inverts {@link toDecimal} in place, but for the exceptions. */
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
