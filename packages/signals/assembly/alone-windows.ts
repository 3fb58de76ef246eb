import { cutPlain, cutWeighted, joinPlain, joinWeighted, weightedBeyond } from "./alone-sums";
import { leastSquares, scale, smoothing } from "./averages";
import { shortWeighted } from "./hull";
import { aloneDifferences, alonePrefixes, aloneSuffixes, blankBefore, wholeAt, Kernel, Kind, Windows } from "./records";

/** Hull's average, from the average of the whole window in its row. */
function hullAlone(kind: Kind, series: usize, scratch: usize, count: usize): void {
  const windows = changetype<Windows>(<usize>kind.halves);
  const suffixes = scratch + aloneSuffixes;
  const plain = scratch + alonePrefixes;
  const history = <usize>kind.history << 3;
  const differences = scratch + aloneDifferences;
  const kept = <usize>kind.averages;
  const row = <usize>kind.rows;
  cutWeighted(windows, series, count, suffixes, plain);
  joinWeighted(windows, series, <usize>load<f64>(<usize>kind.lengths) >> 1, count, suffixes, plain);
  memory.copy(differences - history, kept, history);
  const factors = v128.load64_splat(<usize>kind.halfFactors);
  let weighted = plain + weightedBeyond;
  let whole = row;
  let target = differences;
  for (let left = (count + 1) >> 1; left > 0; left--) {
    const average = f64x2.mul(v128.load(weighted), factors);
    v128.store(target, f64x2.sub(f64x2.add(average, average), v128.load(whole)));
    weighted += 16;
    whole += 16;
    target += 16;
  }
  memory.copy(kept, differences + (count << 3) - history, history);
  shortWeighted(wholeAt(kind.roots, 0), differences, count, row, <usize>kind.rootFactors);
}

/** KAMA's smoothing factors, to its row. */
function slideChangesAlone(kernel: Kernel, windows: Windows, source: usize, changes: usize, scratch: usize, count: usize): void {
  const kama = changetype<Kind>(<usize>windows.kama);
  const suffixes = scratch + aloneSuffixes;
  const noises = scratch + alonePrefixes;
  cutPlain(windows, changes, count, suffixes, noises);
  joinPlain(windows, changes, <usize>load<f64>(<usize>kama.lengths), count, suffixes, noises);
  smoothing(kernel, kama, 0, noises, source, count);
}

/** The averages at the base length over one set of windows, over a long block. */
export function slideAlone(kernel: Kernel, windows: Windows, source: usize, changes: usize, scratch: usize, start: f64, count: usize): void {
  if (windows.kama != 0) {
    slideChangesAlone(kernel, windows, source, changes, scratch, count);
    return;
  }
  const suffixes = scratch + aloneSuffixes;
  const plain = scratch + alonePrefixes;
  const weighted = plain + weightedBeyond;
  const wma = changetype<Kind>(<usize>windows.wma);
  const lsma = changetype<Kind>(<usize>windows.lsma);
  const hma = changetype<Kind>(<usize>windows.hma);
  const any = windows.wma != 0 ? wma : windows.lsma != 0 ? lsma : hma;
  const length = <usize>load<f64>(<usize>any.lengths);
  cutWeighted(windows, source, count, suffixes, plain);
  joinWeighted(windows, source, length, count, suffixes, plain);
  if (windows.wma != 0) {
    scale(weighted, <usize>wma.factors, count, <usize>wma.rows);
    blankBefore(wma, 0, start, count);
  }
  if (windows.lsma != 0) {
    if (length == 2) memory.copy(<usize>lsma.rows, source, count << 3);
    else leastSquares(kernel, lsma, 0, plain, weighted, count);
    blankBefore(lsma, 0, start, count);
  }
  if (windows.hma == 0) return;
  scale(hma.simple != 0 ? plain : weighted, <usize>hma.factors, count, <usize>hma.rows);
  if (hma.simple == 0) hullAlone(hma, source, scratch, count);
  blankBefore(hma, 0, start, count);
}
