import { wholeAt, Windows } from "./records";

/**
 * Computes the suffix sums of the group of `length` bars from `first`, and the weighted ones unless `weighted` is 0.
 */
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
    let remaining = <f64>length - rank;
    place += inGroup;
    left -= inGroup;
    for (; inGroup > 0; inGroup--) {
      const value = load<f64>(series);
      prefix += value;
      weighted += rank * value;
      store<f64>(plain, load<f64>(next) + prefix);
      store<f64>(target, load<f64>(weightedNext) + (weighted + remaining * prefix));
      rank += 1;
      remaining -= 1;
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

/**
 * Lengthens windows from `length` to `longer` bars: adds each older bar to the plain sums, and those to the weighted
 * sums. Eight bars per iteration, in four vectors.
 */
export function lengthen(series: usize, length: usize, longer: usize, count: usize, plain: usize, weighted: usize): void {
  if (length == longer) return;
  series -= length << 3;
  for (let left = (count + 7) >> 3; left > 0; left--) {
    let a = v128.load(plain);
    let b = v128.load(plain, 16);
    let c = v128.load(plain, 32);
    let d = v128.load(plain, 48);
    let sumA = v128.load(weighted);
    let sumB = v128.load(weighted, 16);
    let sumC = v128.load(weighted, 32);
    let sumD = v128.load(weighted, 48);
    let oldest = series;
    for (let more = longer - length; more > 0; more--) {
      a = f64x2.add(a, v128.load(oldest));
      b = f64x2.add(b, v128.load(oldest, 16));
      c = f64x2.add(c, v128.load(oldest, 32));
      d = f64x2.add(d, v128.load(oldest, 48));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      sumC = f64x2.add(sumC, c);
      sumD = f64x2.add(sumD, d);
      oldest -= 8;
    }
    v128.store(plain, a);
    v128.store(plain, b, 16);
    v128.store(plain, c, 32);
    v128.store(plain, d, 48);
    v128.store(weighted, sumA);
    v128.store(weighted, sumB, 16);
    v128.store(weighted, sumC, 32);
    v128.store(weighted, sumD, 48);
    series += 64;
    plain += 64;
    weighted += 64;
  }
}

/** Like `lengthen`, without weighted sums. */
export function lengthenPlain(series: usize, length: usize, longer: usize, count: usize, plain: usize): void {
  if (length == longer) return;
  series -= length << 3;
  for (let left = (count + 7) >> 3; left > 0; left--) {
    let a = v128.load(plain);
    let b = v128.load(plain, 16);
    let c = v128.load(plain, 32);
    let d = v128.load(plain, 48);
    let oldest = series;
    for (let more = longer - length; more > 0; more--) {
      a = f64x2.add(a, v128.load(oldest));
      b = f64x2.add(b, v128.load(oldest, 16));
      c = f64x2.add(c, v128.load(oldest, 32));
      d = f64x2.add(d, v128.load(oldest, 48));
      oldest -= 8;
    }
    v128.store(plain, a);
    v128.store(plain, b, 16);
    v128.store(plain, c, 32);
    v128.store(plain, d, 48);
    series += 64;
    plain += 64;
  }
}
