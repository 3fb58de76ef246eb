import { at, differenceRows, lengthCount, rowLength, rowOf, sumRows, wholeAt, Kind, Windows } from "./records";
import { lengthen, shortestWeighted } from "./windows";

/**
 * Writes the weighted sums of a short window, times a factor, to `target`: eight bars per iteration, and four bars of
 * the window before the inner loop.
 */
export function shortWeighted(length: usize, series: usize, count: usize, target: usize, factor: usize): void {
  const factors = v128.load64_splat(factor);
  for (let left = (count + 7) >> 3; left > 0; left--) {
    let a = v128.load(series);
    let b = v128.load(series, 16);
    let c = v128.load(series, 32);
    let d = v128.load(series, 48);
    let sumA = a;
    let sumB = b;
    let sumC = c;
    let sumD = d;
    let from = series;
    let remaining = length;
    if (length >= 4) {
      from -= 24;
      remaining -= 3;
      a = f64x2.add(a, v128.load(from, 16));
      b = f64x2.add(b, v128.load(from, 32));
      c = f64x2.add(c, v128.load(from, 48));
      d = f64x2.add(d, v128.load(from, 64));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      sumC = f64x2.add(sumC, c);
      sumD = f64x2.add(sumD, d);
      a = f64x2.add(a, v128.load(from, 8));
      b = f64x2.add(b, v128.load(from, 24));
      c = f64x2.add(c, v128.load(from, 40));
      d = f64x2.add(d, v128.load(from, 56));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      sumC = f64x2.add(sumC, c);
      sumD = f64x2.add(sumD, d);
      a = f64x2.add(a, v128.load(from));
      b = f64x2.add(b, v128.load(from, 16));
      c = f64x2.add(c, v128.load(from, 32));
      d = f64x2.add(d, v128.load(from, 48));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      sumC = f64x2.add(sumC, c);
      sumD = f64x2.add(sumD, d);
    }
    for (; remaining > 1; remaining--) {
      from -= 8;
      a = f64x2.add(a, v128.load(from));
      b = f64x2.add(b, v128.load(from, 16));
      c = f64x2.add(c, v128.load(from, 32));
      d = f64x2.add(d, v128.load(from, 48));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      sumC = f64x2.add(sumC, c);
      sumD = f64x2.add(sumD, d);
    }
    v128.store(target, f64x2.mul(sumA, factors));
    v128.store(target, f64x2.mul(sumB, factors), 16);
    v128.store(target, f64x2.mul(sumC, factors), 32);
    v128.store(target, f64x2.mul(sumD, factors), 48);
    series += 64;
    target += 64;
  }
}

/**
 * Lengthens half windows by 0 or 1 bars and writes the differences between twice their average and that over the whole
 * window, in row `whole`.
 */
@inline
function differ(by: i32, oldest: usize, plain: usize, factor: usize, whole: usize, count: usize, target: usize): void {
  const factors = v128.load64_splat(factor);
  for (let left = (count + 3) >> 2; left > 0; left--) {
    let weightedA = v128.load(plain, rowLength);
    let weightedB = v128.load(plain, rowLength + 16);
    if (by > 0) {
      const sumA = f64x2.add(v128.load(plain), v128.load(oldest));
      const sumB = f64x2.add(v128.load(plain, 16), v128.load(oldest, 16));
      weightedA = f64x2.add(weightedA, sumA);
      weightedB = f64x2.add(weightedB, sumB);
      v128.store(plain, sumA);
      v128.store(plain, sumB, 16);
      v128.store(plain, weightedA, rowLength);
      v128.store(plain, weightedB, rowLength + 16);
    }
    const averageA = f64x2.mul(weightedA, factors);
    const averageB = f64x2.mul(weightedB, factors);
    v128.store(target, f64x2.sub(f64x2.add(averageA, averageA), v128.load(whole)));
    v128.store(target, f64x2.sub(f64x2.add(averageB, averageB), v128.load(whole, 16)), 16);
    oldest += 32;
    plain += 32;
    whole += 32;
    target += 32;
  }
}

function differAsTheyAre(plain: usize, factor: usize, whole: usize, count: usize, target: usize): void {
  differ(0, 0, plain, factor, whole, count, target);
}
function differByOne(oldest: usize, plain: usize, factor: usize, whole: usize, count: usize, target: usize): void {
  differ(1, oldest, plain, factor, whole, count, target);
}

/** Copies a few doubles. The instruction for copying memory is a call, which is slow for a single bar. */
@inline
function copyDoubles(target: usize, source: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 8) store<f64>(target + i, load<f64>(source + i));
}

/** Hull's average, from the averages over whole windows. */
export function hull(kind: Kind, series: usize, scratch: usize, count: usize): void {
  const windows = changetype<Windows>(<usize>kind.halves);
  const plain = scratch + sumRows;
  const weighted = plain + rowLength;
  const history = <usize>kind.history << 3;
  const differences = scratch + differenceRows + 8192;
  const total = <usize>kind.count;
  shortestWeighted(windows, series, count, plain, weighted);
  let length = wholeAt(windows.lengths, 0);
  for (let rank: usize = 0; rank < lengthCount; rank++) {
    const longer = wholeAt(windows.lengths, rank);
    const index = wholeAt(windows.indices, rank);
    // If only the base length is computed, its window is one of nine; skip the others.
    if (index >= total) continue;
    const kept = <usize>kind.averages + index * history;
    const factor = at(kind.halfFactors, index);
    const whole = <usize>kind.wholes + index * rowLength;
    copyDoubles(differences - history, kept, history);
    if (length + 1 < longer) {
      lengthen(series, length, longer, count, plain, weighted);
      length = longer;
    }
    if (length == longer) differAsTheyAre(plain, factor, whole, count, differences);
    else differByOne(series - (length << 3), plain, factor, whole, count, differences);
    length = longer;
    copyDoubles(kept, differences + (count << 3) - history, history);
    shortWeighted(wholeAt(kind.roots, index), differences, count, rowOf(kind, index), at(kind.rootFactors, index));
  }
}
