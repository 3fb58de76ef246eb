/** Steps of the colour of a cell on each side of 0. */
export const heatSteps = 8;

/** The range of the finite values; undefined without any. */
export function rangeOf(values: Iterable<number | null>): readonly [low: number, high: number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * The colour of a value in a range: 1 to 8 above 0, -1 to -8 below, 0 for 0. If all values are on one side of 0, the
 * steps begin at the value that is nearest to it.
 */
export function heatStep(value: number, [low, high]: readonly [low: number, high: number]): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const near = value > 0 ? Math.max(0, low) : Math.max(0, -high);
  const far = value > 0 ? high : -low;
  const part = far > near ? (Math.abs(value) - near) / (far - near) : 1;
  return Math.sign(value) * (1 + Math.round((heatSteps - 1) * part));
}

/** The class of a step: `p1` to `p8`, `n1` to `n8`, or none. */
export function heatClass(step: number): string {
  return step === 0 ? "" : `${step < 0 ? "n" : "p"}${Math.abs(step)}`;
}
