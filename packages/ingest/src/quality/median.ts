/**
 * The lower median of the first `length` values, of which there is at least one and none is NaN; reorders them. Hoare's
 * quickselect: a full sort takes about ten times as long.
 */
export function median(values: Float64Array, length: number): number {
  const wanted = (length - 1) >> 1;
  let left = 0;
  let right = length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1];
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const swapped = values[i];
      values[i++] = values[j];
      values[j--] = swapped;
    }
    if (wanted <= j) right = j;
    else if (wanted >= i) left = i;
    else break;
  }
  return values[wanted];
}
