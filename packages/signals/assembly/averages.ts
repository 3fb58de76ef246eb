import {
  at,
  blankBefore,
  differenceRow,
  rowLength,
  sumRows,
  Kind,
  Windows,
} from "./records";
import { indexOf, ranks, slide } from "./windows";

@inline
function inverseTriangle(length: usize): f64 {
  const n = <f64>length;
  return 1 / ((n * (n + 1)) / 2);
}

@inline
function rowOf(kind: Kind, index: usize): usize {
  return <usize>kind.rows + index * rowLength;
}

@inline
function lengthOf(kind: Kind, index: usize): usize {
  return <usize>load<f64>(at(kind.lengths, index));
}

function scale(from: usize, factor: f64, count: usize, target: usize): void {
  const bytes = count << 3;
  const factors = f64x2.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, f64x2.mul(v128.load(from + i), factors));
}

function leastSquares(plain: usize, weighted: usize, length: usize, count: usize, target: usize): void {
  const bytes = count << 3;
  const three = f64x2.splat(3);
  const next = f64x2.splat(<f64>length + 1);
  const factor = f64x2.splat(inverseTriangle(length));
  for (let i: usize = 0; i < bytes; i += 16) {
    const difference = f64x2.sub(
      f64x2.mul(three, v128.load(weighted + i)),
      f64x2.mul(next, v128.load(plain + i)),
    );
    v128.store(target + i, f64x2.mul(difference, factor));
  }
}

/** Squares of the efficiency ratio, scaled, from the sums of changes. */
function smoothing(noises: usize, source: usize, length: usize, count: usize, target: usize): void {
  const bytes = count << 3;
  const slow: f64 = 0.064;
  const fast: f64 = 0.666;
  const range = f64x2.splat(fast - slow);
  const least = f64x2.splat(slow);
  const zero = f64x2.splat(0);
  const before = source - (length << 3);
  for (let i: usize = 0; i < bytes; i += 16) {
    const noise = v128.load(noises + i);
    const travel = f64x2.abs(f64x2.sub(v128.load(source + i), v128.load(before + i)));
    const ratio = v128.and(f64x2.div(travel, noise), f64x2.ne(noise, zero));
    const root = f64x2.add(f64x2.mul(ratio, range), least);
    v128.store(target + i, f64x2.mul(root, root));
  }
}

/** Four pairs of bars of a short window's weighted sums at a time, times `factor`, to `target`. */
function shortWeighted(length: usize, series: usize, count: usize, target: usize, factor: f64): void {
  const bytes = count << 3;
  const factors = f64x2.splat(factor);
  for (let i: usize = 0; i < bytes; i += 64) {
    let from = series + i;
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let d = v128.load(from, 48);
    let sumA = a;
    let sumB = b;
    let sumC = c;
    let sumD = d;
    for (let back: usize = 1; back < length; back++) {
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
    v128.store(target + i, f64x2.mul(sumA, factors));
    v128.store(target + i, f64x2.mul(sumB, factors), 16);
    v128.store(target + i, f64x2.mul(sumC, factors), 32);
    v128.store(target + i, f64x2.mul(sumD, factors), 48);
  }
}

/** Differences between twice the half windows' average and the whole windows', which lie at `whole`. */
function differ(half: usize, factor: f64, whole: usize, count: usize, target: usize): void {
  const bytes = count << 3;
  const factors = f64x2.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) {
    const average = f64x2.mul(v128.load(half + i), factors);
    v128.store(target + i, f64x2.sub(f64x2.add(average, average), v128.load(whole + i)));
  }
}

/** Hull's average, from the averages of the whole windows in the kind's rows. */
function hull(kind: Kind, series: usize, scratch: usize, start: f64, count: usize): void {
  const windows = changetype<Windows>(<usize>kind.halves);
  const plain = sumRows(scratch);
  const weighted = plain + rowLength;
  const history = <usize>kind.history << 3;
  const differences = differenceRow(scratch) + 8192;
  const total = <usize>kind.count;
  for (let rank: usize = 0; rank < ranks; rank++) {
    slide(windows, rank, series, count, plain, weighted);
    const index = indexOf(windows, rank);
    if (index >= total) continue;
    const length = lengthOf(kind, index);
    const root = <usize>load<f64>(at(kind.roots, index));
    const row = rowOf(kind, index);
    const kept = <usize>kind.averages + index * history;
    memory.copy(differences - history, kept, history);
    differ(weighted, inverseTriangle(length >> 1), row, count, differences);
    memory.copy(kept, differences + (count << 3) - history, history);
    shortWeighted(root, differences, count, row, inverseTriangle(root));
    blankBefore(load<f64>(at(kind.firsts, index)), start, row, count);
  }
}

/** The kinds that slide windows over the source, and the factors of KAMA. */
export function slideAll(windows: Windows, source: usize, changes: usize, scratch: usize, start: f64, count: usize): void {
  const plain = sumRows(scratch);
  if (windows.kama != 0) {
    const kama = changetype<Kind>(<usize>windows.kama);
    for (let rank: usize = 0; rank < ranks; rank++) {
      slide(windows, rank, changes, count, plain, 0);
      const index = indexOf(windows, rank);
      if (index < <usize>kama.count) smoothing(plain, source, lengthOf(kama, index), count, rowOf(kama, index));
    }
    return;
  }
  const weighted = plain + rowLength;
  const wma = changetype<Kind>(<usize>windows.wma);
  const lsma = changetype<Kind>(<usize>windows.lsma);
  const hma = changetype<Kind>(<usize>windows.hma);
  const wmaCount = windows.wma != 0 ? <usize>wma.count : 0;
  const lsmaCount = windows.lsma != 0 ? <usize>lsma.count : 0;
  const hmaCount = windows.hma != 0 ? <usize>hma.count : 0;
  const simple = hmaCount > 0 && hma.simple != 0;
  for (let rank: usize = 0; rank < ranks; rank++) {
    slide(windows, rank, source, count, plain, weighted);
    const index = indexOf(windows, rank);
    const length = <usize>load<f64>(at(windows.lengths, rank));
    const first = <f64>length - 1;
    if (index < wmaCount) {
      const row = rowOf(wma, index);
      scale(weighted, inverseTriangle(length), count, row);
      blankBefore(first, start, row, count);
    }
    if (index < lsmaCount) {
      const row = rowOf(lsma, index);
      if (length == 2) memory.copy(row, source, count << 3);
      else leastSquares(plain, weighted, length, count, row);
      blankBefore(first, start, row, count);
    }
    if (index < hmaCount) {
      const row = rowOf(hma, index);
      if (simple) {
        scale(plain, 1 / <f64>length, count, row);
        blankBefore(first, start, row, count);
      } else scale(weighted, inverseTriangle(length), count, row);
    }
  }
  if (hmaCount > 0 && !simple) hull(hma, source, scratch, start, count);
}
