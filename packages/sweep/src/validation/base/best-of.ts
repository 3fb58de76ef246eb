/** The place of the largest value, the first of equals; 0 for an empty array. */
export function bestOf(values: Float64Array): number {
  let best = 0;
  for (let place = 1; place < values.length; place++) if (values[place] > values[best]) best = place;
  return best;
}
