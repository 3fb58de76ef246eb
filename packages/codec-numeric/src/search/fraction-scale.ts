/** Relative error of a float64 after some steps of arithmetic. */
const tolerance = 2 ** -49;
/** The largest denominator apart from the power of ten. */
const largestDenominator = 2 ** 20;
/** The most digits after the point of the averaged numbers. */
const mostDigits = 8;
/** Rounding errors of integers up to this can be recognized. */
const largestQuotient = 2 ** 44;
/** The most terms of a continued fraction to try. */
const mostTerms = 24;

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/**
 * The least denominator of a fraction within `slack` of `value`, by its continued fraction; undefined above a limit.
 */
function denominatorOf(value: number, slack: number): number | undefined {
  let before = 0;
  let denominator = 1;
  let rest = value - Math.floor(value);
  const part = rest;
  for (let term = 0; term < mostTerms; term++) {
    if (Math.abs(part * denominator - Math.round(part * denominator)) <= slack * denominator) return denominator;
    if (rest === 0) return undefined;
    rest = 1 / rest;
    const whole = Math.floor(rest);
    rest -= whole;
    [before, denominator] = [denominator, whole * denominator + before];
    if (denominator > largestDenominator) return undefined;
  }
  return undefined;
}

/** The least common denominator of `values` times `power`; undefined if rounding hides it. */
function commonDenominator(values: readonly number[], power: number): number | undefined {
  let common = 1;
  for (const value of values) {
    const scaled = Math.abs(value) * power;
    const denominator = denominatorOf(scaled, scaled * tolerance);
    if (denominator === undefined) return undefined;
    common *= denominator / greatestDivisor(common, denominator);
    if (common > largestDenominator || scaled * common > largestQuotient) return undefined;
  }
  return common;
}

/**
 * The scale of floats that are fractions with a common denominator, apart from rounding. For example, it is 40,600 for
 * averages of prices with 2 decimals and the weights 1 to 28, whose sum is 406. Undefined if `values` have none.
 */
export function findScale(values: readonly number[]): number | undefined {
  for (let digits = 0; digits <= mostDigits; digits++) {
    const power = 10 ** digits;
    const common = commonDenominator(values, power);
    if (common !== undefined) return common * power;
  }
  return undefined;
}
