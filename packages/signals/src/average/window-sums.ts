import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength } from "./price-block.ts";

/**
 * Sums over sliding windows of several lengths. They never subtract, so they do not drift and do not keep a trace of a
 * bad tick after it has left the window.
 *
 * For the shortest window, of n bars, the series is cut into groups of n bars. A window that ends at place r of its
 * group (r = t mod n) consists of the last group from place r + 1, its suffix, and the current group up to r, its
 * prefix. At the end of each group, its suffix sums are computed from the newest bar backwards: O(1) per bar on
 * average, with n numbers of state. Groups depend on the absolute index only, so chunking does not change a bit.
 *
 * The weighted sums have weights 1..n, the newest n. With S[q] the sum of the suffix from place q, the suffix part at
 * place r is the sum of S[q] over q > r. The prefix part is n - 1 - r times the plain prefix plus the prefix weighted
 * by 1, 2, ... Both need additions only.
 *
 * A window that is one bar longer adds its oldest bar to the plain sum, and that sum to the weighted one. The lengths
 * of a kind differ by at most 14 bars, so a few additions lead from each to the next.
 */
export interface WindowSums {
  /** The lengths in ascending order with their indices in voting order. */
  readonly ascending: readonly { readonly index: number; readonly length: number }[];
  /** Rows of the plain sums, by index. Until a window is full, its sum covers the bars so far. */
  readonly plain: readonly number[];
  /** Rows of the weighted sums, by index; empty if not wanted. */
  readonly weighted: readonly number[];
  /** The n + 1 suffix sums of the shortest window, by place; the last is 0. */
  readonly plainSuffixes: number;
  /** The weighted suffix sums of the shortest window. */
  readonly weightedSuffixes: number;
  /** Place of the next bar in its group; plain sum of the group; its sum weighted by 1, 2, ... */
  readonly state: Float64Array;
}

/** Empty windows of the given lengths; `weighted` adds weighted sums to the plain ones. */
export function createWindowSums(lengths: readonly number[], weighted: boolean, layout: MemoryLayout): WindowSums {
  const ascending = lengths.map((length, index) => ({ index, length })).sort((a, b) => a.length - b.length);
  const shortest = Math.min(...lengths);
  return {
    ascending,
    plain: lengths.map(() => layout.reserve(blockLength)),
    weighted: weighted ? lengths.map(() => layout.reserve(blockLength)) : [],
    plainSuffixes: layout.reserveKept(shortest + 1),
    weightedSuffixes: weighted ? layout.reserveKept(shortest + 1) : 0,
    state: layout.state([0, 0, 0]),
  };
}

/** Computes the suffix sums of the group of `length` bars from `first`. */
function closePlain(memory: Float64Array, first: number, length: number, suffix: number): void {
  let sum = 0;
  for (let place = length - 1; place > 0; place--) {
    sum += memory[first + place];
    memory[suffix + place] = sum;
  }
}

/** Computes the plain and weighted suffix sums of a group. */
function closeWeighted(memory: Float64Array, first: number, length: number, suffix: number, weighted: number): void {
  let sum = 0;
  let sumOfSums = 0;
  for (let place = length - 1; place > 0; place--) {
    sum += memory[first + place];
    sumOfSums += sum;
    memory[suffix + place] = sum;
    memory[weighted + place] = sumOfSums;
  }
}

/** Writes the plain sums of the shortest window. */
function shortestPlain(windows: WindowSums, memory: Float64Array, series: number, count: number): void {
  const { plainSuffixes, state } = windows;
  const shortest = windows.ascending[0];
  const length = shortest.length | 0;
  const target = windows.plain[shortest.index];
  let place = state[0] | 0;
  let prefix = state[1];
  for (let i = 0; i < count; ) {
    const end = Math.min(count, i + length - place);
    const next = plainSuffixes + place + 1 - i;
    place += end - i;
    for (; i < end; i++) {
      prefix += memory[series + i];
      memory[target + i] = memory[next + i] + prefix;
    }
    if (place === length) {
      closePlain(memory, series + end - length, length, plainSuffixes);
      place = 0;
      prefix = 0;
    }
  }
  state[0] = place;
  state[1] = prefix;
}

/** Writes the plain and weighted sums of the shortest window. */
function shortestWeighted(windows: WindowSums, memory: Float64Array, series: number, count: number): void {
  const { plainSuffixes, weightedSuffixes, state } = windows;
  const shortest = windows.ascending[0];
  const length = shortest.length | 0;
  const plain = windows.plain[shortest.index];
  const target = windows.weighted[shortest.index];
  let place = state[0] | 0;
  let prefix = state[1];
  let weighted = state[2];
  for (let i = 0; i < count; ) {
    const end = Math.min(count, i + length - place);
    const next = place + 1 - i;
    let rank = place + 1;
    let remaining = length - rank;
    place += end - i;
    for (; i < end; i++) {
      const value = memory[series + i];
      prefix += value;
      weighted += rank * value;
      memory[plain + i] = memory[plainSuffixes + next + i] + prefix;
      memory[target + i] = memory[weightedSuffixes + next + i] + (weighted + remaining * prefix);
      rank += 1;
      remaining -= 1;
    }
    if (place === length) {
      closeWeighted(memory, series + end - length, length, plainSuffixes, weightedSuffixes);
      place = 0;
      prefix = 0;
      weighted = 0;
    }
  }
  state[0] = place;
  state[1] = prefix;
  state[2] = weighted;
}

/** Writes the plain sums for `count` bars from `series`. */
export function plainSums(windows: WindowSums, memory: Float64Array, series: number, count: number): void {
  const { ascending, plain } = windows;
  let length = 0;
  let from = 0;
  for (const longer of ascending) {
    const to = plain[longer.index];
    if (length === 0) shortestPlain(windows, memory, series, count);
    for (let i = 0; i < count && length > 0; i++) {
      let sum = memory[from + i];
      for (let back = length; back < longer.length; back++) sum += memory[series + i - back];
      memory[to + i] = sum;
    }
    length = longer.length;
    from = to;
  }
}

/** Writes the plain sums and those weighted by 1..n, the newest n. */
export function weightedSums(windows: WindowSums, memory: Float64Array, series: number, count: number): void {
  const { ascending, plain, weighted } = windows;
  let length = 0;
  let fromPlain = 0;
  let fromWeighted = 0;
  for (const longer of ascending) {
    const toPlain = plain[longer.index];
    const toWeighted = weighted[longer.index];
    if (length === 0) shortestWeighted(windows, memory, series, count);
    for (let i = 0; i < count && length > 0; i++) {
      let sum = memory[fromPlain + i];
      let sumOfSums = memory[fromWeighted + i];
      for (let back = length; back < longer.length; back++) {
        sum += memory[series + i - back];
        sumOfSums += sum;
      }
      memory[toPlain + i] = sum;
      memory[toWeighted + i] = sumOfSums;
    }
    length = longer.length;
    fromPlain = toPlain;
    fromWeighted = toWeighted;
  }
}

/** A window short enough to be summed again at every bar, and the factor for its weighted sum. */
export interface ShortWindow {
  readonly length: number;
  readonly factor: number;
}

/**
 * Writes the weighted sums of a short window, times its factor, to row `target`. It adds up the plain sums of the last
 * 1, 2, ... `length` bars: `length` additions per bar and no state.
 */
export function shortWeightedSums(
  { length, factor }: ShortWindow,
  memory: Float64Array,
  series: number,
  count: number,
  target: number,
): void {
  for (let i = 0; i < count; i++) {
    let sum = memory[series + i];
    let sumOfSums = sum;
    for (let back = 1; back < length; back++) {
      sum += memory[series + i - back];
      sumOfSums += sum;
    }
    memory[target + i] = sumOfSums * factor;
  }
}
