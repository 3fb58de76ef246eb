/**
 * The sums of many accounts over the union of their times. A row has eight doubles per time, one per configuration of a
 * group. Rows of a matrix are `stride` bytes apart, one per group.
 */
import { addSpan } from "./many";
import { groupLength, groupSize, Member, memberStride, spanLength } from "./records";

/** Bytes of the eight doubles of a time. */
const timeLength: usize = 8 * groupSize;

/**
 * Writes the sums of a block's rows to the places of the block's times, or adds them: the sum at a time is that of row
 * `rowAt`, or `latest` before the block's first row. `latest` then has the sums of the last of `count` rows.
 */
export function placeRows(
  groups: i32,
  rows: usize,
  stride: usize,
  count: usize,
  latest: usize,
  rowAt: usize,
  length: usize,
  target: usize,
  isAdded: bool,
): void {
  for (let g: i32 = 0; g < groups; g++) {
    let into = target;
    for (let i: usize = 0; i < length; i++) {
      const row = load<i32>(rowAt + (i << 2));
      const from = row < 0 ? latest : rows + <usize>row * timeLength;
      for (let k: usize = 0; k < timeLength; k += 16) {
        const value = v128.load(from + k);
        v128.store(into + k, isAdded ? f64x2.add(v128.load(into + k), value) : value);
      }
      into += timeLength;
    }
    if (count > 0) memory.copy(latest, rows + (count - 1) * timeLength, timeLength);
    latest += timeLength;
    rows += stride;
    target += stride;
  }
}

/** Adds the first `length` times of one matrix to another. */
export function addRows(groups: i32, target: usize, source: usize, stride: usize, length: usize): void {
  for (let g: i32 = 0; g < groups; g++) {
    for (let k: usize = 0; k < length * timeLength; k += 16)
      v128.store(target + k, f64x2.add(v128.load(target + k), v128.load(source + k)));
    target += stride;
    source += stride;
  }
}

/** Replaces the sums of two portfolios by their returns, and adds them to their drawdowns. */
function advancePair(pair: usize, sums: usize, count: usize, divisor: f64): void {
  const one = f64x2.splat(1);
  const parts = f64x2.splat(divisor);
  let last = v128.load(pair, Member.last * memberStride);
  let maximum = v128.load(pair, Member.maximum * memberStride);
  let trough = v128.load(pair, Member.trough * memberStride);
  let drawdown = v128.load(pair, Member.drawdown * memberStride);
  for (let i: usize = 0; i < count; i++) {
    const equity = f64x2.div(v128.load(sums), parts);
    v128.store(sums, f64x2.sub(f64x2.div(equity, last), one));
    last = equity;
    const heights = f64x2.ge(equity, maximum);
    if (v128.any_true(heights)) {
      drawdown = f64x2.pmax(drawdown, f64x2.sub(one, f64x2.div(trough, maximum)));
      maximum = v128.bitselect(equity, maximum, heights);
      trough = v128.bitselect(equity, trough, heights);
    }
    trough = f64x2.pmin(trough, equity);
    sums += timeLength;
  }
  v128.store(pair, last, Member.last * memberStride);
  v128.store(pair, maximum, Member.maximum * memberStride);
  v128.store(pair, trough, Member.trough * memberStride);
  v128.store(pair, drawdown, Member.drawdown * memberStride);
}

/**
 * Adds `length` times to portfolios of which `bars` are known, and replaces the sums of their accounts, which are
 * `divisor` times the portfolio's equity, by its returns.
 */
export function advancePortfolios(
  groups: i32,
  states: usize,
  rows: usize,
  stride: usize,
  bars: f64,
  length: usize,
  divisor: f64,
): void {
  for (let g: i32 = 0; g < groups; g++) {
    for (let pair: usize = 0; pair < timeLength; pair += 16) advancePair(states + pair, rows + pair, length, divisor);
    for (let from: usize = 0; from < length; from += <usize>spanLength)
      addSpan(states, rows + from * timeLength, bars + <f64>from, min<usize>(<usize>spanLength, length - from));
    states += <usize>groupLength;
    rows += stride;
  }
}
