import { wholeAt, Windows } from "./records";

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
export function shortestPlain(windows: Windows, series: usize, count: usize, plain: usize): void {
  const state = <usize>windows.state;
  const suffixes = <usize>windows.plainSuffixes;
  const length = wholeAt(windows.lengths, 0);
  let place = <usize>load<f64>(state);
  let prefix = load<f64>(state, 8);
  let left = count;
  while (left > 0) {
    let inGroup = min(left, length - place);
    let next = suffixes + ((place + 1) << 3);
    place += inGroup;
    left -= inGroup;
    for (; inGroup > 0; inGroup--) {
      prefix += load<f64>(series);
      store<f64>(plain, load<f64>(next) + prefix);
      series += 8;
      plain += 8;
      next += 8;
    }
    if (place == length) {
      closeGroup(series - (length << 3), length, suffixes, 0);
      place = 0;
      prefix = 0;
    }
  }
  store<f64>(state, <f64>place);
  store<f64>(state, prefix, 8);
}

/** Writes the plain and weighted sums of the shortest window to rows `plain` and `target`. */
export function shortestWeighted(windows: Windows, series: usize, count: usize, plain: usize, target: usize): void {
  const state = <usize>windows.state;
  const suffixes = <usize>windows.plainSuffixes;
  const weightedSuffixes = <usize>windows.weightedSuffixes;
  const length = wholeAt(windows.lengths, 0);
  let place = <usize>load<f64>(state);
  let prefix = load<f64>(state, 8);
  let weighted = load<f64>(state, 16);
  let left = count;
  while (left > 0) {
    let inGroup = min(left, length - place);
    let next = suffixes + ((place + 1) << 3);
    let weightedNext = weightedSuffixes + ((place + 1) << 3);
    let rank = <f64>(place + 1);
    let rest = <f64>length - rank;
    place += inGroup;
    left -= inGroup;
    for (; inGroup > 0; inGroup--) {
      const value = load<f64>(series);
      prefix += value;
      weighted += rank * value;
      store<f64>(plain, load<f64>(next) + prefix);
      store<f64>(target, load<f64>(weightedNext) + (weighted + rest * prefix));
      rank += 1;
      rest -= 1;
      series += 8;
      plain += 8;
      target += 8;
      next += 8;
      weightedNext += 8;
    }
    if (place == length) {
      closeGroup(series - (length << 3), length, suffixes, weightedSuffixes);
      place = 0;
      prefix = 0;
      weighted = 0;
    }
  }
  store<f64>(state, <f64>place);
  store<f64>(state, prefix, 8);
  store<f64>(state, weighted, 16);
}

/** A window one bar longer: `sum` with the bar at `oldest`, `sumOfSums` with that sum. Two bars of the block, in the lanes of a vector. */
@inline
export function lengthened(sum: v128, oldest: usize): v128 {
  return f64x2.add(sum, v128.load(oldest));
}

/** Adds the bar before the windows of `length` bars to their plain sums, and those to the weighted ones. */
export function lengthen(series: usize, length: usize, count: usize, plain: usize, weighted: usize): void {
  let oldest = series - (length << 3);
  for (let left = (count + 1) >> 1; left > 0; left--) {
    const sum = lengthened(v128.load(plain), oldest);
    v128.store(plain, sum);
    v128.store(weighted, f64x2.add(v128.load(weighted), sum));
    oldest += 16;
    plain += 16;
    weighted += 16;
  }
}

/** As `lengthen`, with no weighted sums. */
export function lengthenPlain(series: usize, length: usize, count: usize, plain: usize): void {
  let oldest = series - (length << 3);
  for (let left = (count + 3) >> 2; left > 0; left--) {
    v128.store(plain, lengthened(v128.load(plain), oldest));
    v128.store(plain, lengthened(v128.load(plain, 16), oldest + 16), 16);
    oldest += 32;
    plain += 32;
  }
}
