import { longRowLength, wholeAt, Windows } from "./records";

/** Bytes from the row of a plain sum to that of the weighted sum. */
export const weightedBeyond: usize = 2 * longRowLength;

/** Writes the suffix sums of the group at `series` to the places of its bars, and 0 after the last. */
@inline
function closeGroup(series: usize, length: usize, suffixes: usize, weighted: bool): void {
  let sum: f64 = 0;
  let sumOfSums: f64 = 0;
  for (let at = length << 3; at > 8; ) {
    at -= 8;
    sum += load<f64>(series + at);
    store<f64>(suffixes + at, sum);
    if (!weighted) continue;
    sumOfSums += sum;
    store<f64>(suffixes + at, sumOfSums, weightedBeyond);
  }
  store<f64>(suffixes + (length << 3), 0);
  if (weighted) store<f64>(suffixes + (length << 3), 0, weightedBeyond);
}

/**
 * The shortest windows of a long block, as two rows whose values add up to the sums. `suffixes` has the part in the
 * previous group, at the window's first bar; `prefixes` has the part in the current group, at its last bar.
 * The tables of `windows` are updated as by the other functions.
 */
@inline
function cutGroups(windows: Windows, series: usize, count: usize, suffixes: usize, prefixes: usize, hasWeights: bool): void {
  const state = <usize>windows.state;
  const table = <usize>windows.plainSuffixes;
  const weightedTable = <usize>windows.weightedSuffixes;
  const length = wholeAt(windows.lengths, 0);
  const bytes = length << 3;
  let place = <usize>load<f64>(state);
  let prefix = load<f64>(state, 8);
  let weighted = load<f64>(state, 16);
  // The suffix sums left by earlier blocks, for windows of this block that begin there.
  const left = (length - place) << 3;
  memory.copy(suffixes + 8 - bytes, table + ((place + 1) << 3), left);
  if (hasWeights) memory.copy(suffixes + weightedBeyond + 8 - bytes, weightedTable + ((place + 1) << 3), left);
  let at = series;
  const end = series + (count << 3);
  const toPrefix = prefixes - series;
  const toSuffix = suffixes - series;
  let closed: usize = 0;
  while (at < end) {
    const group = at - (place << 3);
    const stop = min(end, group + bytes);
    const whole = group + bytes == stop;
    let rank = <f64>(place + 1);
    let remaining = <f64>length - rank;
    // Suffix sums are computed beside prefix sums: two chains of additions that do not wait for each other.
    let back = stop;
    const from = at;
    if (whole && place == 0) {
      let sum: f64 = 0;
      let sumOfSums: f64 = 0;
      for (; at < stop - 8; at += 8) {
        back -= 8;
        const value = load<f64>(at);
        sum += load<f64>(back);
        prefix += value;
        store<f64>(back + toSuffix, sum);
        store<f64>(at + toPrefix, prefix);
        if (!hasWeights) continue;
        sumOfSums += sum;
        weighted += rank * value;
        store<f64>(back + toSuffix, sumOfSums, weightedBeyond);
        store<f64>(at + toPrefix, weighted + remaining * prefix, weightedBeyond);
        rank += 1;
        remaining -= 1;
      }
      store<f64>(stop + toSuffix, 0);
      if (hasWeights) store<f64>(stop + toSuffix, 0, weightedBeyond);
    } else if (whole) closeGroup(group, length, group + toSuffix, hasWeights);
    for (; at < stop; at += 8) {
      const value = load<f64>(at);
      prefix += value;
      store<f64>(at + toPrefix, prefix);
      if (!hasWeights) continue;
      weighted += rank * value;
      store<f64>(at + toPrefix, weighted + remaining * prefix, weightedBeyond);
      rank += 1;
      remaining -= 1;
    }
    place += (stop - from) >> 3;
    if (!whole) continue;
    closed = group + toSuffix;
    place = 0;
    prefix = 0;
    weighted = 0;
  }
  if (closed != 0) {
    memory.copy(table + 8, closed + 8, bytes - 8);
    if (hasWeights) memory.copy(weightedTable + 8, closed + weightedBeyond + 8, bytes - 8);
  }
  store<f64>(state, <f64>place);
  store<f64>(state, prefix, 8);
  if (hasWeights) store<f64>(state, weighted, 16);
}

/** Plain sums. */
export function cutPlain(windows: Windows, series: usize, count: usize, suffixes: usize, prefixes: usize): void {
  cutGroups(windows, series, count, suffixes, prefixes, false);
}

/** Plain and weighted sums. */
export function cutWeighted(windows: Windows, series: usize, count: usize, suffixes: usize, prefixes: usize): void {
  cutGroups(windows, series, count, suffixes, prefixes, true);
}

/**
 * Adds the parts of the shortest windows and lengthens them to `longer` bars, in the rows of the prefixes. Eight bars
 * per iteration.
 */
export function joinWeighted(windows: Windows, series: usize, longer: usize, count: usize, suffixes: usize, plain: usize): void {
  const length = wholeAt(windows.lengths, 0);
  suffixes -= (length - 1) << 3;
  series -= length << 3;
  for (let left = (count + 7) >> 3; left > 0; left--) {
    let a = f64x2.add(v128.load(suffixes), v128.load(plain));
    let b = f64x2.add(v128.load(suffixes, 16), v128.load(plain, 16));
    let c = f64x2.add(v128.load(suffixes, 32), v128.load(plain, 32));
    let d = f64x2.add(v128.load(suffixes, 48), v128.load(plain, 48));
    let sumA = f64x2.add(v128.load(suffixes, weightedBeyond), v128.load(plain, weightedBeyond));
    let sumB = f64x2.add(v128.load(suffixes, weightedBeyond + 16), v128.load(plain, weightedBeyond + 16));
    let sumC = f64x2.add(v128.load(suffixes, weightedBeyond + 32), v128.load(plain, weightedBeyond + 32));
    let sumD = f64x2.add(v128.load(suffixes, weightedBeyond + 48), v128.load(plain, weightedBeyond + 48));
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
    v128.store(plain, sumA, weightedBeyond);
    v128.store(plain, sumB, weightedBeyond + 16);
    v128.store(plain, sumC, weightedBeyond + 32);
    v128.store(plain, sumD, weightedBeyond + 48);
    suffixes += 64;
    series += 64;
    plain += 64;
  }
}

/** Like `joinWeighted`, without weighted sums. */
export function joinPlain(windows: Windows, series: usize, longer: usize, count: usize, suffixes: usize, plain: usize): void {
  const length = wholeAt(windows.lengths, 0);
  suffixes -= (length - 1) << 3;
  series -= length << 3;
  for (let left = (count + 7) >> 3; left > 0; left--) {
    let a = f64x2.add(v128.load(suffixes), v128.load(plain));
    let b = f64x2.add(v128.load(suffixes, 16), v128.load(plain, 16));
    let c = f64x2.add(v128.load(suffixes, 32), v128.load(plain, 32));
    let d = f64x2.add(v128.load(suffixes, 48), v128.load(plain, 48));
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
    suffixes += 64;
    series += 64;
    plain += 64;
  }
}
