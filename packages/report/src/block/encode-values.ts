import type { ArrayEntry } from "./block-format.ts";
import type { NpyArray } from "./npy.ts";

/** An array as it is stored. */
export interface EncodedValues {
  readonly entry: ArrayEntry;
  /** Undefined if the entry says it all. */
  readonly values: NpyArray | undefined;
}

const most8 = 2 ** 7 - 1;
const most16 = 2 ** 15 - 1;
const most32 = 2 ** 31 - 1;

/** Whole numbers in the narrowest array that holds them; undefined if none does. */
export function narrowest(values: Float64Array): Int8Array | Int16Array | Int32Array | undefined {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size <= most32)) return undefined;
    if (size > most) most = size;
  }
  // Unlike `from`, a constructor does not iterate: it is 10 times as fast.
  return most <= most8 ? new Int8Array(values) : most <= most16 ? new Int16Array(values) : new Int32Array(values);
}

/** The differences of whole numbers, and the first of them. */
function deltasOf(steps: Float64Array): { readonly origin: number; readonly deltas: Float64Array } {
  const origin = steps[0] ?? 0;
  const deltas = new Float64Array(steps.length);
  for (let i = 1; i < steps.length; i++) deltas[i] = steps[i] - steps[i - 1];
  return { origin, deltas };
}

/** Whole numbers as differences; undefined if they are too far apart. */
function encodeSteps(steps: Float64Array, enc: "delta" | "logdelta", scale: number): EncodedValues | undefined {
  const { origin, deltas } = deltasOf(steps);
  const values = narrowest(deltas);
  return values && { entry: { n: steps.length, enc, scale, origin }, values };
}

/** Doubles as they are. */
export function encodeExactly(values: Float64Array): EncodedValues {
  return { entry: { n: values.length, enc: "raw", scale: 1 }, values };
}

/** The nearest singles. */
export function encodeSingles(values: Float64Array): EncodedValues {
  return { entry: { n: values.length, enc: "raw", scale: 1 }, values: new Float32Array(values) };
}

/** Whole numbers, such as rows. */
export function encodeWhole(values: ArrayLike<number>): EncodedValues {
  const steps = new Float64Array(values);
  return encodeSteps(steps, "delta", 1) ?? encodeExactly(steps);
}

/** Values rounded to 1 / scale; singles if one is not finite. */
export function encodeRounded(values: Float64Array, scale: number): EncodedValues {
  return (
    encodeSteps(
      values.map((value) => Math.round(value * scale)),
      "delta",
      scale,
    ) ?? encodeSingles(values)
  );
}

/** Positive values to a millionth of each; singles if one is not positive. */
export function encodePositive(values: Float64Array): EncodedValues {
  if (!values.every((value) => value > 0 && Number.isFinite(value))) return encodeSingles(values);
  const scale = 1e6;
  const steps = values.map((value) => Math.round(Math.log(value) * scale));
  return encodeSteps(steps, "logdelta", scale) ?? encodeSingles(values);
}

const mostDecimals = 8;

/** Whether a value has as few decimals as `scale` has zeros; the rounding of sums of such values is ignored. */
function isStep(value: number, scale: number): boolean {
  return Math.abs(Math.round(value * scale) / scale - value) <= 1e-12 * Math.abs(value);
}

/** The least power of ten of which all values are whole multiples of its inverse; undefined if there is none. */
export function decimalScale(columns: readonly Float64Array[]): number | undefined {
  let scale = 1;
  for (const values of columns)
    for (let i = 0; i < values.length; i++)
      while (!isStep(values[i], scale)) {
        if (scale >= 10 ** mostDecimals) return undefined;
        scale *= 10;
      }
  return scale;
}

/** Times in ms: regular, or differences in their common step. */
export function encodeTimes(times: Float64Array): EncodedValues {
  const [origin = 0] = times;
  const n = times.length;
  const first = n > 1 ? times[1] - times[0] : 1;
  let step = Math.abs(first);
  let isRegular = true;
  for (let i = 1; i < n; i++) {
    const distance = times[i] - times[i - 1];
    if (distance !== first) isRegular = false;
    const size = Math.abs(distance);
    // Most distances are multiples of the step.
    if (!(size % step <= leastStep)) step = commonDivisor(step, size);
  }
  if (isRegular) return { entry: { n, enc: "regular", scale: 1, origin, step: first }, values: undefined };
  if (!(step >= 1)) return encodeExactly(times);
  const steps = times.map((time) => time / step);
  return encodeSteps(steps, "delta", 1 / step) ?? encodeExactly(times);
}

/** Below this, a remainder of times in ms is rounding. */
const leastStep = 1e-6;

function commonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > leastStep) [x, y] = [y, x % y];
  return x;
}
