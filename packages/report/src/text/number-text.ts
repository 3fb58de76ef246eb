/** What stands for a figure that is undefined. */
export const noFigure = "\u2013";

const minus = "\u2212";

/** Above this, digits before the point say less than an exponent. */
const mostGrouped = 1e15;

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A number with `digits` decimals, groups of three, and a minus sign as long as a digit: `-1,234.50`. */
export function decimalText(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noFigure;
  const size = Math.abs(value);
  if (size >= mostGrouped) return `${value < 0 ? minus : ""}${size.toExponential(3)}`;
  const [whole = "0", part] = size.toFixed(digits).split(".");
  const text = part === undefined ? group(whole) : `${group(whole)}.${part}`;
  return value < 0 && /[1-9]/.test(text) ? `${minus}${text}` : text;
}

/** The same with a plus sign if it is above 0. */
export function signedText(value: number | null | undefined, digits = 0): string {
  const text = decimalText(value, digits);
  return value !== null && value !== undefined && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** Decimals of a part of 1 in per cent: one, or none from 1,000 % on. */
function percentDigits(value: number | null | undefined, digits: number): number {
  return Math.abs(value ?? 0) >= 10 ? 0 : digits;
}

/** A part of 1 in per cent: 0.128 is `12.8 %`, with a space that does not break. */
export function percentText(value: number | null | undefined, digits = 1): string {
  const text = decimalText(value === null || value === undefined ? value : 100 * value, percentDigits(value, digits));
  return text === noFigure ? text : `${text}\u00a0%`;
}

/** The same with a plus sign if it is above 0. */
export function signedPercentText(value: number | null | undefined, digits = 1): string {
  const text = signedText(value === null || value === undefined ? value : 100 * value, percentDigits(value, digits));
  return text === noFigure ? text : `${text}\u00a0%`;
}

/** A number of `digits` significant digits at most, without trailing zeros: a price, a quantity. */
export function shortestText(value: number | null | undefined, digits = 6): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noFigure;
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size !== 0 && (size >= mostGrouped || size < 1e-6)) return `${rounded < 0 ? minus : ""}${String(size)}`;
  const [whole = "0", part] = String(size).split(".");
  const text = part === undefined ? group(whole) : `${group(whole)}.${part}`;
  return rounded < 0 ? `${minus}${text}` : text;
}
