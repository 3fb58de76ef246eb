/** Moves the value of rank `k` of `values[from..to]` (both inclusive) to place `k`; smaller ones before it. */
function select(values: Float64Array, k: number, from: number, to: number): void {
  let left = from;
  let right = to;
  while (right > left) {
    if (right - left > 600) {
      // Floyd and Rivest (1975): a small sample around the rank first narrows both ends.
      const n = right - left + 1;
      const place = k - left + 1;
      const z = Math.log(n);
      const s = 0.5 * Math.exp((2 * z) / 3);
      const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * (place < n / 2 ? -1 : 1);
      const low = Math.max(left, Math.floor(k - (place * s) / n + sd));
      const high = Math.min(right, Math.floor(k + ((n - place) * s) / n + sd));
      select(values, k, low, high);
    }
    const pivot = values[k];
    let i = left;
    let j = right;
    swap(values, left, k);
    if (values[right] > pivot) swap(values, left, right);
    while (i < j) {
      swap(values, i, j);
      i++;
      j--;
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
    }
    if (values[left] === pivot) swap(values, left, j);
    else {
      j++;
      swap(values, j, right);
    }
    if (j <= k) left = j + 1;
    if (k <= j) right = j - 1;
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = values[i];
  values[i] = values[j];
  values[j] = value;
}

/**
 * The quantile `p` of values by Hyndman and Fan (1996), type 7: linear between the two nearest ranks. NaN without
 * values. Reorders `values`, which must hold no NaN: afterwards the floor((length - 1) p) + 1 smallest are first. Time
 * grows with the number of values, not with its logarithm.
 */
export function quantileOf(values: Float64Array, p: number): number {
  const { length } = values;
  if (length === 0) return Number.NaN;
  const h = (length - 1) * p;
  const i = Math.floor(h);
  select(values, i, 0, length - 1);
  const lower = values[i];
  if (h === i) return lower;
  let upper = Number.POSITIVE_INFINITY;
  for (let k = i + 1; k < length; k++) if (values[k] < upper) upper = values[k];
  // Equal infinities have no difference.
  return lower === upper ? lower : lower + (h - i) * (upper - lower);
}
