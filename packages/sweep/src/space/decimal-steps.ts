/** A decimal number: digits / 10^scale. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** The shortest decimal that is read as `value`. */
function decimalOf(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

/** The values from a number to another by steps, without the errors of adding doubles: 0.1, 0.2, 0.3. */
export interface DecimalSteps {
  /** How many there are; 0 if the range is empty. */
  readonly count: bigint;
  /** The value at an index. */
  at(index: number): number;
}

/** The multiples of `step`, above 0, from `from` to `to`, which is included if a step reaches it. */
export function decimalSteps(from: number, to: number, step: number): DecimalSteps {
  const [first, last, distance] = [decimalOf(from), decimalOf(to), decimalOf(step)];
  const scale = Math.max(first.scale, last.scale, distance.scale);
  const start = scaled(first, scale);
  const width = scaled(distance, scale);
  const span = scaled(last, scale) - start;
  return {
    count: span < 0n ? 0n : span / width + 1n,
    at: (index) => Number(`${start + BigInt(index) * width}e-${scale}`),
  };
}
