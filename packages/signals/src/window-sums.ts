/**
 * Sums over sliding windows that never subtract, so that they neither drift nor suffer from a bad tick that left the window long ago.
 *
 * The index is cut into groups of n bars, n being the length of the window. A window that ends at place r of its group (r = t mod n) is the suffix of
 * the last group from place r + 1, and the prefix of the current one up to r. At the end of each group its suffix sums are taken from the newest
 * bar backwards: O(1) a bar on average, with n numbers of state. Groups lie by the absolute index, so chunking cannot change a bit.
 *
 * The weighted sums have weights 1..n, the newest n. With S[q] = sum of suffix members from place q, the suffix part at place r is
 * sum of S[q] over q > r, and the prefix part is (n - 1 - r) times the plain prefix plus the prefix weighted by 1, 2, ...: additions of like signs only.
 */
export interface WindowSums {
  /** The window lengths, in bars. */
  readonly lengths: Int32Array;
  /** Where each window's n + 1 suffix sums begin. */
  readonly bases: Int32Array;
  /** Plain suffix sums of the last full group. */
  readonly suffixes: Float64Array;
  /** Weighted suffix sums of the last full group. */
  readonly weightedSuffixes: Float64Array;
  /** Plain sum of the current group. */
  readonly prefixes: Float64Array;
  /** Sum of the current group weighted by 1, 2, ... */
  readonly weightedPrefixes: Float64Array;
  /** Place of the next bar in its group. */
  readonly places: Int32Array;
}

/** Windows of the given lengths, empty. */
export function createWindowSums(lengths: readonly number[]): WindowSums {
  const bases = new Int32Array(lengths.length);
  let total = 0;
  for (const [index, length] of lengths.entries()) {
    bases[index] = total;
    total += length + 1;
  }
  return {
    lengths: Int32Array.from(lengths),
    bases,
    suffixes: new Float64Array(total),
    weightedSuffixes: new Float64Array(total),
    prefixes: new Float64Array(lengths.length),
    weightedPrefixes: new Float64Array(lengths.length),
    places: new Int32Array(lengths.length),
  };
}

/** Takes the suffix sums of the group whose last member is `series[last]`. */
function closeGroup(windows: WindowSums, index: number, series: Float64Array, last: number): void {
  const { suffixes, weightedSuffixes } = windows;
  const n = windows.lengths[index] as number;
  const base = windows.bases[index] as number;
  const first = last - n + 1;
  let sum = 0;
  let weighted = 0;
  for (let place = n - 1; place > 0; place--) {
    sum += series[first + place] as number;
    weighted += sum;
    suffixes[base + place] = sum;
    weightedSuffixes[base + place] = weighted;
  }
}

/** Writes the plain sums of window `index` that end at `series[offset]` to `series[offset + count - 1]`; before the window is full, the sum so far. */
export function plainSums(
  windows: WindowSums,
  index: number,
  series: Float64Array,
  offset: number,
  count: number,
  target: Float64Array,
): void {
  const { suffixes } = windows;
  const n = windows.lengths[index] as number;
  const base = (windows.bases[index] as number) + 1;
  let place = windows.places[index] as number;
  let prefix = windows.prefixes[index] as number;
  for (let i = 0; i < count; i++) {
    prefix += series[offset + i] as number;
    target[i] = (suffixes[base + place] as number) + prefix;
    place++;
    if (place === n) {
      closeGroup(windows, index, series, offset + i);
      place = 0;
      prefix = 0;
    }
  }
  windows.places[index] = place;
  windows.prefixes[index] = prefix;
}

/** As {@link plainSums}, with weights 1..n, the newest n; `first` is where the target begins. */
export function weightedSums(
  windows: WindowSums,
  index: number,
  series: Float64Array,
  offset: number,
  count: number,
  target: Float64Array,
  first: number,
): void {
  const { weightedSuffixes } = windows;
  const n = windows.lengths[index] as number;
  const base = (windows.bases[index] as number) + 1;
  let place = windows.places[index] as number;
  let prefix = windows.prefixes[index] as number;
  let weighted = windows.weightedPrefixes[index] as number;
  for (let i = 0; i < count; i++) {
    const value = series[offset + i] as number;
    prefix += value;
    weighted += (place + 1) * value;
    target[first + i] = (weightedSuffixes[base + place] as number) + (weighted + (n - 1 - place) * prefix);
    place++;
    if (place === n) {
      closeGroup(windows, index, series, offset + i);
      place = 0;
      prefix = 0;
      weighted = 0;
    }
  }
  windows.places[index] = place;
  windows.prefixes[index] = prefix;
  windows.weightedPrefixes[index] = weighted;
}
