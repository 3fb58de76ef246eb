import { cutPlain, cutWeighted, joinPlain, joinWeighted, weightedBeyond } from "./long-block-sums";
import { leastSquares, scale } from "./averages";
import { shortWeighted } from "./hull";
import { longDifferences, longPrefixes, longSuffixes, blankBefore, wholeAt, Kernel, Kind, Windows } from "./records";
import { seedKama } from "./recursive";

/** Hull's average, from the average of the whole window in its row. */
function hullLong(kind: Kind, series: usize, scratch: usize, count: usize): void {
  const windows = changetype<Windows>(<usize>kind.halves);
  const suffixes = scratch + longSuffixes;
  const plain = scratch + longPrefixes;
  const history = <usize>kind.history << 3;
  const differences = scratch + longDifferences;
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

/** A step of KAMA. */
@inline
function approach(value: f64, price: f64, factor: f64): f64 {
  return value + factor * (price - value);
}

/**
 * KAMA over bars with full windows. Smoothing factors are computed two at a time beside the chain of KAMA itself, which
 * has three dependent operations per bar.
 */
function chainKama(kernel: Kernel, kind: Kind, noises: usize, source: usize, from: usize, count: usize): void {
  const range = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("range"));
  const slow = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("slow"));
  const zero = f64x2.splat(0);
  const end = source + (count << 3);
  let target = <usize>kind.rows + (from << 3);
  let value = load<f64>(<usize>kind.averages);
  noises += from << 3;
  source += from << 3;
  let before = source - (<usize>load<f64>(<usize>kind.lengths) << 3);
  for (; source + 8 < end; source += 16) {
    const noise = v128.load(noises);
    const prices = v128.load(source);
    const travel = f64x2.abs(f64x2.sub(prices, v128.load(before)));
    const ratio = v128.and(f64x2.div(travel, noise), f64x2.ne(noise, zero));
    const root = f64x2.add(f64x2.mul(ratio, range), slow);
    const factors = f64x2.mul(root, root);
    value = approach(value, f64x2.extract_lane(prices, 0), f64x2.extract_lane(factors, 0));
    store<f64>(target, value);
    value = approach(value, f64x2.extract_lane(prices, 1), f64x2.extract_lane(factors, 1));
    store<f64>(target, value, 8);
    noises += 16;
    before += 16;
    target += 16;
  }
  if (source < end) {
    const noise = load<f64>(noises);
    const price = load<f64>(source);
    const ratio = noise == 0 ? 0 : abs<f64>(price - load<f64>(before)) / noise;
    const root = ratio * kernel.range + kernel.slow;
    value = approach(value, price, root * root);
    store<f64>(target, value);
  }
  store<f64>(<usize>kind.averages, value);
}

/** KAMA from its first bar. */
function advanceKamaLong(kernel: Kernel, windows: Windows, source: usize, changes: usize, scratch: usize, start: f64, count: usize): void {
  const kama = changetype<Kind>(<usize>windows.kama);
  const length = load<f64>(<usize>kama.lengths);
  const suffixes = scratch + longSuffixes;
  const noises = scratch + longPrefixes;
  cutPlain(windows, changes, count, suffixes, noises);
  joinPlain(windows, changes, <usize>length, count, suffixes, noises);
  const unfilled = <usize>min<f64>(max<f64>(length - start, 0), <f64>count);
  if (unfilled > 0) seedKama(kama, 0, source, start, unfilled, kernel.lts != 0);
  chainKama(kernel, kama, noises, source, unfilled, count);
}

/** The averages at the base length that use one set of windows, over a long block. */
export function slideLong(kernel: Kernel, windows: Windows, source: usize, changes: usize, scratch: usize, start: f64, count: usize): void {
  if (windows.kama != 0) {
    advanceKamaLong(kernel, windows, source, changes, scratch, start, count);
    return;
  }
  const suffixes = scratch + longSuffixes;
  const plain = scratch + longPrefixes;
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
    leastSquares(lsma, 0, source, plain, weighted, count);
    blankBefore(lsma, 0, start, count);
  }
  if (windows.hma == 0) return;
  scale(hma.simple != 0 ? plain : weighted, <usize>hma.factors, count, <usize>hma.rows);
  if (hma.simple == 0) hullLong(hma, source, scratch, count);
  blankBefore(hma, 0, start, count);
}
