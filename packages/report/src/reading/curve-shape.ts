/** How far each value is below the highest one so far, as a part of it: 0 or below. */
export function drawdownOf(equity: Float64Array): Float64Array {
  const falls = new Float64Array(equity.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < equity.length; i++) {
    if (equity[i] > peak) peak = equity[i];
    falls[i] = peak > 0 ? equity[i] / peak - 1 : 0;
  }
  return falls;
}

/** Whether values change by more than a factor of 20, so that a logarithmic axis shows more. */
export function isWide(low: Float64Array, high: Float64Array): boolean {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const value of low) if (value < lowest) lowest = value;
  for (const value of high) if (value > highest) highest = value;
  return lowest > 0 && highest / lowest > 20;
}
