import { at, lengthCount, Windows } from "./records";

/** Takes the suffix sums of the group of `length` bars that begins at `first`; weighted ones where there is room for them. */
function closeGroup(first: usize, length: usize, suffixes: usize, weighted: usize): void {
  let sum: f64 = 0;
  let sumOfSums: f64 = 0;
  for (let place = length - 1; place > 0; place--) {
    sum += load<f64>(first + (place << 3));
    store<f64>(suffixes + (place << 3), sum);
    if (weighted == 0) continue;
    sumOfSums += sum;
    store<f64>(weighted + (place << 3), sumOfSums);
  }
}

/** Writes the plain sums of the shortest window to row `plain`. */
function shortestPlain(windows: Windows, series: usize, count: usize, plain: usize): void {
  const state = <usize>windows.state;
  const suffixes = <usize>windows.plainSuffixes;
  const length = <usize>load<f64>(<usize>windows.lengths);
  let place = <usize>load<f64>(state);
  let prefix = load<f64>(state, 8);
  let i: usize = 0;
  while (i < count) {
    const end = min(count, i + length - place);
    let next = suffixes + ((place + 1) << 3);
    place += end - i;
    for (; i < end; i++) {
      prefix += load<f64>(series + (i << 3));
      store<f64>(plain + (i << 3), load<f64>(next) + prefix);
      next += 8;
    }
    if (place == length) {
      closeGroup(series + ((end - length) << 3), length, suffixes, 0);
      place = 0;
      prefix = 0;
    }
  }
  store<f64>(state, <f64>place);
  store<f64>(state, prefix, 8);
}

/** Writes the plain and weighted sums of the shortest window to rows `plain` and `target`. */
function shortestWeighted(windows: Windows, series: usize, count: usize, plain: usize, target: usize): void {
  const state = <usize>windows.state;
  const suffixes = <usize>windows.plainSuffixes;
  const weightedSuffixes = <usize>windows.weightedSuffixes;
  const length = <usize>load<f64>(<usize>windows.lengths);
  let place = <usize>load<f64>(state);
  let prefix = load<f64>(state, 8);
  let weighted = load<f64>(state, 16);
  let i: usize = 0;
  while (i < count) {
    const end = min(count, i + length - place);
    let next = (place + 1) << 3;
    let rank = <f64>(place + 1);
    let rest = <f64>length - rank;
    place += end - i;
    for (; i < end; i++) {
      const value = load<f64>(series + (i << 3));
      prefix += value;
      weighted += rank * value;
      store<f64>(plain + (i << 3), load<f64>(suffixes + next) + prefix);
      store<f64>(target + (i << 3), load<f64>(weightedSuffixes + next) + (weighted + rest * prefix));
      rank += 1;
      rest -= 1;
      next += 8;
    }
    if (place == length) {
      closeGroup(series + ((end - length) << 3), length, suffixes, weightedSuffixes);
      place = 0;
      prefix = 0;
      weighted = 0;
    }
  }
  store<f64>(state, <f64>place);
  store<f64>(state, prefix, 8);
  store<f64>(state, weighted, 16);
}

/** Adds the bar before the windows of `length` bars to their plain sums, and those to the weighted ones. */
function lengthen(series: usize, length: usize, count: usize, plain: usize, weighted: usize): void {
  const bytes = count << 3;
  const oldest = series - (length << 3);
  for (let i: usize = 0; i < bytes; i += 16) {
    const sum = f64x2.add(v128.load(plain + i), v128.load(oldest + i));
    v128.store(plain + i, sum);
    v128.store(weighted + i, f64x2.add(v128.load(weighted + i), sum));
  }
}

/** The same for two bars. */
function lengthenByTwo(series: usize, length: usize, count: usize, plain: usize, weighted: usize): void {
  const bytes = count << 3;
  const oldest = series - (length << 3);
  for (let i: usize = 0; i < bytes; i += 16) {
    const sum = f64x2.add(v128.load(plain + i), v128.load(oldest + i));
    const second = f64x2.add(sum, v128.load(oldest + i - 8));
    v128.store(plain + i, second);
    v128.store(weighted + i, f64x2.add(f64x2.add(v128.load(weighted + i), sum), second));
  }
}

/** As `lengthen`, with no weighted sums. */
function lengthenPlain(series: usize, length: usize, count: usize, plain: usize): void {
  const bytes = count << 3;
  const oldest = series - (length << 3);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(plain + i, f64x2.add(v128.load(plain + i), v128.load(oldest + i)));
  }
}

/**
 * Makes the sums of the windows of rank `rank`, counted from the shortest, from those of the rank before; has to be called for all ranks in order. Weighted
 * sums where `weighted` is not 0.
 */
export function slide(windows: Windows, rank: usize, series: usize, count: usize, plain: usize, weighted: usize): void {
  if (rank == 0) {
    if (weighted == 0) shortestPlain(windows, series, count, plain);
    else shortestWeighted(windows, series, count, plain, weighted);
    return;
  }
  const length = <usize>load<f64>(at(windows.lengths, rank));
  let from = <usize>load<f64>(at(windows.lengths, rank - 1));
  if (weighted == 0) {
    for (; from < length; from++) lengthenPlain(series, from, count, plain);
    return;
  }
  for (; from + 1 < length; from += 2) lengthenByTwo(series, from, count, plain, weighted);
  if (from < length) lengthen(series, from, count, plain, weighted);
}

/** Index, in the order in which they vote, of the windows of rank `rank`. */
@inline
export function indexOf(windows: Windows, rank: usize): usize {
  return <usize>load<f64>(at(windows.indices, rank));
}

/** How many ranks there are. */
export const ranks: usize = lengthCount;
