import { at, blankBefore, lengthCount, rowLength, rowOf, sumRows, wholeAt, Kernel, Kind, Windows } from "./records";
import { hull } from "./hull";
import { lengthen, lengthenPlain, shortestPlain, shortestWeighted } from "./windows";

export function scale(from: usize, factor: usize, count: usize, target: usize): void {
  const factors = v128.load64_splat(factor);
  for (let left = (count + 1) >> 1; left > 0; left--) {
    v128.store(target, f64x2.mul(v128.load(from), factors));
    from += 16;
    target += 16;
  }
}

/** A point of the least-squares line, from its sums and their shares. */
@inline
function linePoint(plain: v128, weighted: v128, weightedShare: v128, plainShare: v128, factor: v128): v128 {
  return f64x2.mul(f64x2.sub(f64x2.mul(weightedShare, weighted), f64x2.mul(plainShare, plain)), factor);
}

/** LSMA at the length `index`: a line through two values goes through both. */
export function leastSquares(kind: Kind, index: usize, source: usize, plain: usize, weighted: usize, count: usize): void {
  if (load<f64>(at(kind.lengths, index)) == 2) {
    memory.copy(rowOf(kind, index), source - <usize>kind.back, count << 3);
    return;
  }
  const weightedShare = v128.load64_splat(at(kind.weightedShares, index));
  const plainShare = v128.load64_splat(at(kind.plainShares, index));
  const factor = v128.load64_splat(at(kind.factors, index));
  let target = rowOf(kind, index);
  for (let left = (count + 1) >> 1; left > 0; left--) {
    v128.store(target, linePoint(v128.load(plain), v128.load(weighted), weightedShare, plainShare, factor));
    plain += 16;
    weighted += 16;
    target += 16;
  }
}

/**
 * Lengthens sums by 0, 1 or 2 bars and computes WMA and LSMA of that length from them: two vectors, or four bars, per
 * iteration.
 */
@inline
function slideBoth(by: i32, wma: Kind, lsma: Kind, index: usize, oldest: usize, plain: usize, count: usize): void {
  const weightedShare = v128.load64_splat(at(lsma.weightedShares, index));
  const plainShare = v128.load64_splat(at(lsma.plainShares, index));
  const lineFactor = v128.load64_splat(at(lsma.factors, index));
  const factor = v128.load64_splat(at(wma.factors, index));
  let mean = rowOf(wma, index);
  let line = rowOf(lsma, index);
  for (let left = (count + 3) >> 2; left > 0; left--) {
    let sumA = v128.load(plain);
    let sumB = v128.load(plain, 16);
    let weightedA = v128.load(plain, rowLength);
    let weightedB = v128.load(plain, rowLength + 16);
    if (by > 0) {
      sumA = f64x2.add(sumA, v128.load(oldest, 8));
      sumB = f64x2.add(sumB, v128.load(oldest, 24));
      weightedA = f64x2.add(weightedA, sumA);
      weightedB = f64x2.add(weightedB, sumB);
    }
    if (by > 1) {
      sumA = f64x2.add(sumA, v128.load(oldest));
      sumB = f64x2.add(sumB, v128.load(oldest, 16));
      weightedA = f64x2.add(weightedA, sumA);
      weightedB = f64x2.add(weightedB, sumB);
    }
    if (by > 0) {
      v128.store(plain, sumA);
      v128.store(plain, sumB, 16);
      v128.store(plain, weightedA, rowLength);
      v128.store(plain, weightedB, rowLength + 16);
    }
    v128.store(mean, f64x2.mul(weightedA, factor));
    v128.store(mean, f64x2.mul(weightedB, factor), 16);
    v128.store(line, linePoint(sumA, weightedA, weightedShare, plainShare, lineFactor));
    v128.store(line, linePoint(sumB, weightedB, weightedShare, plainShare, lineFactor), 16);
    oldest += 32;
    plain += 32;
    mean += 32;
    line += 32;
  }
}

function slideBothAsTheyAre(wma: Kind, lsma: Kind, index: usize, oldest: usize, plain: usize, count: usize): void {
  slideBoth(0, wma, lsma, index, oldest, plain, count);
}
function slideBothByOne(wma: Kind, lsma: Kind, index: usize, oldest: usize, plain: usize, count: usize): void {
  slideBoth(1, wma, lsma, index, oldest, plain, count);
}
function slideBothByTwo(wma: Kind, lsma: Kind, index: usize, oldest: usize, plain: usize, count: usize): void {
  slideBoth(2, wma, lsma, index, oldest, plain, count);
}

/** KAMA's smoothing factors: squares of the scaled efficiency ratio, from the sums of changes. */
function smoothing(kernel: Kernel, kind: Kind, index: usize, noises: usize, source: usize, count: usize): void {
  const range = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("range"));
  const slow = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("slow"));
  const zero = f64x2.splat(0);
  let before = source - (<usize>load<f64>(at(kind.lengths, index)) << 3);
  let target = rowOf(kind, index);
  for (let left = (count + 1) >> 1; left > 0; left--) {
    const noise = v128.load(noises);
    const travel = f64x2.abs(f64x2.sub(v128.load(source), v128.load(before)));
    const ratio = v128.and(f64x2.div(travel, noise), f64x2.ne(noise, zero));
    const root = f64x2.add(f64x2.mul(ratio, range), slow);
    v128.store(target, f64x2.mul(root, root));
    noises += 16;
    source += 16;
    before += 16;
    target += 16;
  }
}

/** Writes NaN for the bars whose windows are not full. */
function blank(kind: Kind, start: f64, count: usize): void {
  for (let index: usize = 0; index < <usize>kind.count; index++) blankBefore(kind, index, start, count);
}

/** KAMA's smoothing factors at all lengths. */
function slideChanges(kernel: Kernel, windows: Windows, source: usize, changes: usize, plain: usize, count: usize): void {
  const kama = changetype<Kind>(<usize>windows.kama);
  shortestPlain(windows, changes, count, plain);
  let length = wholeAt(windows.lengths, 0);
  for (let rank: usize = 0; rank < lengthCount; rank++) {
    const longer = wholeAt(windows.lengths, rank);
    const index = wholeAt(windows.indices, rank);
    if (index >= <usize>kama.count) continue;
    lengthenPlain(changes, length, longer, count, plain);
    length = longer;
    smoothing(kernel, kama, index, plain, source, count);
  }
}

/** WMA and LSMA of nine lengths each, with at most two bars from one to the next, from shared windows. */
function slideShared(windows: Windows, source: usize, plain: usize, count: usize): void {
  const wma = changetype<Kind>(<usize>windows.wma);
  const lsma = changetype<Kind>(<usize>windows.lsma);
  let length = wholeAt(windows.lengths, 0);
  for (let rank: usize = 0; rank < lengthCount; rank++) {
    const longer = wholeAt(windows.lengths, rank);
    const index = wholeAt(windows.indices, rank);
    const oldest = source - ((longer - 1) << 3);
    if (length == longer) slideBothAsTheyAre(wma, lsma, index, oldest, plain, count);
    else if (length + 1 == longer) slideBothByOne(wma, lsma, index, oldest - 8, plain, count);
    else slideBothByTwo(wma, lsma, index, oldest, plain, count);
    length = longer;
    if (longer == 2) memory.copy(rowOf(lsma, index), source - <usize>lsma.back, count << 3);
  }
}

/** Any of WMA, LSMA and the simple HMA; also the averages over Hull's whole windows, unless WMA provides them. */
function slideEach(windows: Windows, source: usize, plain: usize, count: usize): void {
  const wma = changetype<Kind>(<usize>windows.wma);
  const lsma = changetype<Kind>(<usize>windows.lsma);
  const hma = changetype<Kind>(<usize>windows.hma);
  const weighted = plain + rowLength;
  const wmaCount = windows.wma != 0 ? <usize>wma.count : 0;
  const lsmaCount = windows.lsma != 0 ? <usize>lsma.count : 0;
  const hmaCount = windows.hma != 0 ? <usize>hma.count : 0;
  const most = max(wmaCount, max(lsmaCount, hmaCount));
  let length = wholeAt(windows.lengths, 0);
  for (let rank: usize = 0; rank < lengthCount; rank++) {
    const longer = wholeAt(windows.lengths, rank);
    const index = wholeAt(windows.indices, rank);
    if (index >= most) continue;
    lengthen(source, length, longer, count, plain, weighted);
    length = longer;
    if (index < wmaCount) scale(weighted, at(wma.factors, index), count, rowOf(wma, index));
    if (index < lsmaCount) leastSquares(lsma, index, source, plain, weighted, count);
    if (index < hmaCount && (hma.simple != 0 || hma.wholes == hma.rows)) {
      scale(hma.simple != 0 ? plain : weighted, at(hma.factors, index), count, rowOf(hma, index));
    }
  }
}

/** The kinds with windows over the source, and the smoothing factors of KAMA. */
export function slideAll(kernel: Kernel, windows: Windows, source: usize, changes: usize, scratch: usize, start: f64, count: usize): void {
  const plain = scratch + sumRows;
  if (windows.kama != 0) {
    slideChanges(kernel, windows, source, changes, plain, count);
    return;
  }
  shortestWeighted(windows, source, count, plain, plain + rowLength);
  const wma = changetype<Kind>(<usize>windows.wma);
  const lsma = changetype<Kind>(<usize>windows.lsma);
  const hma = changetype<Kind>(<usize>windows.hma);
  const shared = windows.wma != 0 && windows.lsma != 0 && wma.count == lengthCount && lsma.count == lengthCount;
  const apart = windows.hma != 0 && (hma.simple != 0 || hma.wholes == hma.rows);
  if (shared && !apart) slideShared(windows, source, plain, count);
  else slideEach(windows, source, plain, count);
  if (windows.hma != 0 && hma.simple == 0) hull(hma, source, scratch, count);
  // HMA's warm-up is less than twice the length of its window.
  if (start >= 2 * <f64>kernel.history) return;
  if (windows.wma != 0) blank(wma, start, count);
  if (windows.lsma != 0) blank(lsma, start, count);
  if (windows.hma != 0) blank(hma, start, count);
}
