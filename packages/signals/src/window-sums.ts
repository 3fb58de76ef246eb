import type { MemoryLayout } from "./memory-layout.ts";

/**
 * Sums over sliding windows that never subtract, so that they neither drift nor suffer from a bad tick that left the window long ago.
 *
 * The index is cut into groups of n bars, n being the length of the window. A window that ends at place r of its group (r = t mod n) is the suffix of
 * the last group from place r + 1, and the prefix of the current one up to r. At the end of each group its suffix sums are taken from the newest
 * bar backwards: O(1) a bar on average, with n numbers of state. Groups lie by the absolute index, so chunking cannot change a bit.
 *
 * The weighted sums have weights 1..n, the newest n. With S[q] the sum of suffix members from place q on, the suffix part at place r is the sum
 * of S[q] over q > r, and the prefix part is n - 1 - r times the plain prefix plus the prefix weighted by 1, 2, ...: additions only.
 */
export interface WindowSums {
  /** The window lengths, in bars. */
  readonly lengths: readonly number[];
  /** Where each window's suffix sums, plain or weighted, lie by place: n + 1 of them, the last 0. */
  readonly suffixes: readonly number[];
  /** Plain sum of the current group. */
  readonly prefixes: Float64Array;
  /** Sum of the current group weighted by 1, 2, ... */
  readonly weightedPrefixes: Float64Array;
  /** Place of the next bar in its group. */
  readonly places: Int32Array;
}

/** Windows of the given lengths, empty; for either plain or weighted sums. */
export function createWindowSums(lengths: readonly number[], layout: MemoryLayout): WindowSums {
  return {
    lengths,
    suffixes: lengths.map((length) => layout.take(length + 1)),
    prefixes: new Float64Array(lengths.length),
    weightedPrefixes: new Float64Array(lengths.length),
    places: new Int32Array(lengths.length),
  };
}

/** Takes the plain suffix sums of the group of `length` bars that begins at `first`. */
function closePlain(memory: Float64Array, first: number, length: number, suffix: number): void {
  let sum = 0;
  for (let place = length - 1; place > 0; place--) {
    sum += memory[first + place] as number;
    memory[suffix + place] = sum;
  }
}

/** Takes its weighted suffix sums. */
function closeWeighted(memory: Float64Array, first: number, length: number, suffix: number): void {
  let sum = 0;
  let weighted = 0;
  for (let place = length - 1; place > 0; place--) {
    sum += memory[first + place] as number;
    weighted += sum;
    memory[suffix + place] = weighted;
  }
}

/** Writes the plain sums of window `index` to row `target`, at `count` bars from `series` on; the sum of what there is before the window is full. */
export function plainSums(
  windows: WindowSums,
  index: number,
  memory: Float64Array,
  series: number,
  count: number,
  target: number,
): void {
  const length = windows.lengths[index] as number;
  const suffix = windows.suffixes[index] as number;
  let place = windows.places[index] as number;
  let prefix = windows.prefixes[index] as number;
  for (let i = 0; i < count; ) {
    const end = Math.min(count, i + length - place);
    const next = suffix + place + 1 - i;
    place += end - i;
    for (; i < end; i++) {
      prefix += memory[series + i] as number;
      memory[target + i] = (memory[next + i] as number) + prefix;
    }
    if (place === length) {
      closePlain(memory, series + end - length, length, suffix);
      place = 0;
      prefix = 0;
    }
  }
  windows.places[index] = place;
  windows.prefixes[index] = prefix;
}

/** As {@link plainSums}, weighted by 1..n, the newest n, and divided by `divisor`. */
export function weightedSums(
  windows: WindowSums,
  index: number,
  memory: Float64Array,
  series: number,
  count: number,
  target: number,
  divisor: number,
): void {
  const length = windows.lengths[index] as number;
  const suffix = windows.suffixes[index] as number;
  let place = windows.places[index] as number;
  let prefix = windows.prefixes[index] as number;
  let weighted = windows.weightedPrefixes[index] as number;
  for (let i = 0; i < count; ) {
    const end = Math.min(count, i + length - place);
    const next = suffix + place + 1 - i;
    let rank = place + 1;
    let rest = length - rank;
    place += end - i;
    for (; i < end; i++) {
      const value = memory[series + i] as number;
      prefix += value;
      weighted += rank * value;
      memory[target + i] = ((memory[next + i] as number) + (weighted + rest * prefix)) / divisor;
      rank += 1;
      rest -= 1;
    }
    if (place === length) {
      closeWeighted(memory, series + end - length, length, suffix);
      place = 0;
      prefix = 0;
      weighted = 0;
    }
  }
  windows.places[index] = place;
  windows.prefixes[index] = prefix;
  windows.weightedPrefixes[index] = weighted;
}
