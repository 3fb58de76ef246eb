import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength } from "./price-block.ts";

/**
 * Sums over sliding windows of several lengths that never subtract, so that they neither drift nor suffer from a bad tick that left the window long ago.
 *
 * For the shortest window, of n bars, the index is cut into groups of n. A window that ends at place r of its group (r = t mod n) is the suffix of
 * the last group from place r + 1, and the prefix of the current one up to r. At the end of each group its suffix sums are taken from the newest
 * bar backwards: O(1) a bar on average, with n numbers of state. Groups lie by the absolute index, so chunking cannot change a bit.
 *
 * The weighted sums have weights 1..n, the newest n. With S[q] the sum of suffix members from place q on, the suffix part at place r is the sum
 * of S[q] over q > r, and the prefix part is n - 1 - r times the plain prefix plus the prefix weighted by 1, 2, ...: additions only.
 *
 * A window one bar longer adds its oldest bar to the plain sum, and that sum to the weighted one. The lengths of a kind lie within 14 bars of each
 * other, so a few additions lead from each to the next.
 */
export interface WindowSums {
  /** The lengths from the shortest on: their index in the order in which they were given, and their bars. */
  readonly ascending: readonly { readonly index: number; readonly length: number }[];
  /** Rows of the plain sums by index; of the sum of what there is before the window is full. */
  readonly plain: readonly number[];
  /** Rows of the weighted sums by index; none where they are not wanted. */
  readonly weighted: readonly number[];
  /** Where the shortest window's suffix sums lie by place: n + 1 of them, the last 0. */
  readonly plainSuffixes: number;
  /** The same of its weighted sums. */
  readonly weightedSuffixes: number;
  /** Place of the next bar in its group; plain sum of the group; its sum weighted by 1, 2, ... */
  readonly state: Float64Array;
}

/** Windows of the given lengths, empty; `weighted` where weighted sums are wanted beside the plain ones. */
export function createWindowSums(lengths: readonly number[], weighted: boolean, layout: MemoryLayout): WindowSums {
  const ascending = lengths.map((length, index) => ({ index, length })).sort((a, b) => a.length - b.length);
  const shortest = Math.min(...lengths);
  return {
    ascending,
    plain: lengths.map(() => layout.take(blockLength)),
    weighted: weighted ? lengths.map(() => layout.take(blockLength)) : [],
    plainSuffixes: layout.takeKept(shortest + 1),
    weightedSuffixes: weighted ? layout.takeKept(shortest + 1) : 0,
    state: layout.state([0, 0, 0]),
  };
}

/** Takes the suffix sums of the group of `length` bars that begins at `first`. */
function closePlain(memory: Float64Array, first: number, length: number, suffix: number): void {
  let sum = 0;
  for (let place = length - 1; place > 0; place--) {
    sum += memory[first + place];
    memory[suffix + place] = sum;
  }
}

/** Takes its plain and weighted suffix sums. */
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

/** The plain sums of the shortest window. */
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

/** The plain and weighted sums of the shortest window. */
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
    let rest = length - rank;
    place += end - i;
    for (; i < end; i++) {
      const value = memory[series + i];
      prefix += value;
      weighted += rank * value;
      memory[plain + i] = memory[plainSuffixes + next + i] + prefix;
      memory[target + i] = memory[weightedSuffixes + next + i] + (weighted + rest * prefix);
      rank += 1;
      rest -= 1;
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

/** Writes the plain sums at `count` bars from `series` on. */
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

/** A window short enough to be summed again at every bar, and what its weighted sum is multiplied by. */
export interface ShortWindow {
  readonly length: number;
  readonly factor: number;
}

/**
 * Writes the weighted sums of one short window to row `target`, times `factor`: the plain and weighted sums of 1, 2, ... `length` bars one after the other,
 * which costs `length` additions a bar and needs no state.
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
