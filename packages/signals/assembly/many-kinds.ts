/** Layer 2 of a pair of configurations, and its outputs. Addresses are in bytes, as in `many-votes.ts`. */
import { constants, factorStride, hold } from "./many-constants";

/**
 * Layer 2 of one kind. Advances its equity and adds it to two vectors per bar at `sums`: to the first with the sign of
 * its cut signal, to the second as it is. `state` holds vectors: the equity, 100 times the signal of the bar before,
 * the repeated factor, the bounds above and below which a signal counts, and the bars on the floor (64-bit integers).
 * The first `skipped` bars are before the cutout and get NaN. Equities go to `out`, a vector per bar, unless it is 0.
 */
export function advanceKindEquity(signals: usize, factors: usize, spreads: usize, count: i32, skipped: i32, standing: i32, state: usize, sums: usize, repeats: bool, out: usize): void {
  let equity = v128.load(state);
  let signal = v128.load(state, 16);
  let repeated = v128.load(state, 32);
  const long = v128.load(state, 48);
  const short = v128.load(state, 64);
  let floored = v128.load(state, 80);
  const floor = v128.load(constants);
  const cap = v128.load(constants, 16);
  const zero = f64x2.splat(0);
  for (let i = 0; i < count; i++) {
    const flat = v128.load(factors, 32);
    const spread = v128.load(spreads);
    const voted = f64x2.gt(f64x2.abs(signal), zero);
    const turned = v128.xor(spread, v128.and(signal, f64x2.splat(-0.0)));
    let factor = f64x2.add(flat, v128.and(turned, voted));
    if (repeats) {
      if (i >= standing) factor = v128.bitselect(factor, repeated, voted);
      repeated = v128.bitselect(factor, repeated, voted);
    }
    signal = v128.load(signals);
    let sum = v128.load(sums);
    if (i < skipped) {
      sum = f64x2.splat(NaN);
      if (out != 0) v128.store(out, sum);
    } else {
      equity = f64x2.pmin(f64x2.pmax(floor, f64x2.mul(equity, factor)), cap);
      floored = i64x2.sub(floored, f64x2.eq(equity, floor));
      sum = f64x2.add(sum, v128.and(equity, f64x2.gt(signal, long)));
      sum = f64x2.sub(sum, v128.and(equity, f64x2.lt(signal, short)));
      if (out != 0) v128.store(out, equity);
    }
    v128.store(sums, sum);
    v128.store(sums, f64x2.add(v128.load(sums, 16), equity), 16);
    factors += factorStride;
    spreads += 16;
    signals += 16;
    sums += 32;
    if (out != 0) out += 16;
  }
  v128.store(state, equity);
  v128.store(state, signal, 16);
  v128.store(state, repeated, 32);
  v128.store(state, floored, 80);
}

/**
 * An equity one bar later: `spread` is what a vote adds, `signal` 100 times the signal of the bar before; neither is
 * NaN.
 */
@inline
function advanceEquity(equity: v128, signal: v128, spread: v128, flat: v128, minusOne: v128, one: v128, floor: v128, cap: v128): v128 {
  const vote = f64x2.pmin(f64x2.pmax(signal, minusOne), one);
  return hold(f64x2.mul(equity, f64x2.add(flat, f64x2.mul(vote, spread))), floor, cap, false);
}

/** Adds an equity with the sign of its cut signal. */
@inline
function addCut(weighted: v128, equity: v128, signal: v128, long: v128, short: v128): v128 {
  const added = f64x2.add(weighted, v128.and(equity, f64x2.gt(signal, long)));
  return f64x2.sub(added, v128.and(equity, f64x2.lt(signal, short)));
}

/**
 * Layer 2 of all six kinds of a pair in dialect lts after the cutout, like `advanceKindEquity` for each. Rows of
 * signals are `row` bytes apart, with room for one vector before each; states are 96 bytes apart. All bars on the floor
 * are added to the first state.
 */
export function advanceKindEquities(signals: usize, row: usize, spreads: usize, retention: usize, count: i32, state: usize, sums: usize): void {
  const floor = v128.load(constants);
  const cap = v128.load(constants, 16);
  const one = v128.load(constants, 64);
  const minusOne = v128.load(constants, 80);
  const flat = v128.load(retention);
  const long = v128.load(state, 48);
  const short = v128.load(state, 64);
  let floored = v128.load(state, 80);
  for (let kind: usize = 0; kind < 6; kind++) v128.store(signals + kind * row - 16, v128.load(state + 96 * kind, 16));
  let equity0 = v128.load(state, 0);
  let equity1 = v128.load(state, 96);
  let equity2 = v128.load(state, 192);
  let equity3 = v128.load(state, 288);
  let equity4 = v128.load(state, 384);
  let equity5 = v128.load(state, 480);
  const row1 = signals + row;
  const row2 = signals + 2 * row;
  const row3 = signals + 3 * row;
  const row4 = signals + 4 * row;
  const row5 = signals + 5 * row;
  const end = <usize>count << 4;
  for (let i: usize = 0; i < end; i += 16) {
    const spread = v128.load(spreads + i);
    equity0 = advanceEquity(equity0, v128.load(signals + i - 16), spread, flat, minusOne, one, floor, cap);
    equity1 = advanceEquity(equity1, v128.load(row1 + i - 16), spread, flat, minusOne, one, floor, cap);
    equity2 = advanceEquity(equity2, v128.load(row2 + i - 16), spread, flat, minusOne, one, floor, cap);
    equity3 = advanceEquity(equity3, v128.load(row3 + i - 16), spread, flat, minusOne, one, floor, cap);
    equity4 = advanceEquity(equity4, v128.load(row4 + i - 16), spread, flat, minusOne, one, floor, cap);
    equity5 = advanceEquity(equity5, v128.load(row5 + i - 16), spread, flat, minusOne, one, floor, cap);
    floored = i64x2.sub(floored, f64x2.eq(equity0, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity1, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity2, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity3, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity4, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity5, floor));
    let weighted = addCut(f64x2.splat(0), equity0, v128.load(signals + i), long, short);
    weighted = addCut(weighted, equity1, v128.load(row1 + i), long, short);
    weighted = addCut(weighted, equity2, v128.load(row2 + i), long, short);
    weighted = addCut(weighted, equity3, v128.load(row3 + i), long, short);
    weighted = addCut(weighted, equity4, v128.load(row4 + i), long, short);
    weighted = addCut(weighted, equity5, v128.load(row5 + i), long, short);
    let total = f64x2.add(f64x2.add(equity0, equity1), equity2);
    total = f64x2.add(f64x2.add(f64x2.add(total, equity3), equity4), equity5);
    v128.store(sums + 2 * i, weighted);
    v128.store(sums + 2 * i, total, 16);
  }
  v128.store(state, equity0, 0);
  v128.store(state, equity1, 96);
  v128.store(state, equity2, 192);
  v128.store(state, equity3, 288);
  v128.store(state, equity4, 384);
  v128.store(state, equity5, 480);
  for (let kind: usize = 0; kind < 6; kind++) v128.store(state + 96 * kind, v128.load(signals + kind * row + end - 16), 16);
  v128.store(state, floored, 80);
}

/**
 * The average signal and the direction from the sums of the kinds, two vectors per bar. Each lane gets rows of its own,
 * of doubles and of bytes, `row` elements apart. `state` holds vectors: the average of the bar before, its output, the
 * direction, the long and the short threshold. A sum of NaN gives 0 if `zeroes`, else NaN.
 */
export function computeAverageSignal(sums: usize, count: i32, state: usize, zeroes: bool, delayed: bool, averages: usize, directions: usize, row: i32): void {
  let last = v128.load(state);
  let lastOutput = v128.load(state, 16);
  let held = v128.load(state, 32);
  const long = v128.load(state, 48);
  const short = v128.load(state, 64);
  const one = v128.load(constants, 64);
  const minusOne = v128.load(constants, 80);
  const other = averages + (<usize>row << 3);
  for (let i: usize = 0; i < <usize>count; i++) {
    let value = f64x2.div(v128.load(sums + (i << 5)), v128.load(sums + (i << 5), 16));
    if (zeroes) value = v128.and(value, f64x2.eq(value, value));
    const output = delayed ? last : value;
    const rises = v128.and(f64x2.gt(output, long), f64x2.le(lastOutput, long));
    const falls = v128.and(f64x2.lt(output, short), f64x2.ge(lastOutput, short));
    held = v128.bitselect(minusOne, held, falls);
    held = v128.bitselect(one, held, rises);
    v128.store64_lane(averages + (i << 3), output, 0);
    v128.store64_lane(other + (i << 3), output, 1);
    store<i8>(directions + i, <i8>f64x2.extract_lane(held, 0));
    store<i8>(directions + row + i, <i8>f64x2.extract_lane(held, 1));
    last = value;
    lastOutput = output;
  }
  v128.store(state, last);
  v128.store(state, lastOutput, 16);
  v128.store(state, held, 32);
}

/** Writes each lane of the vectors, divided by `divisor`, to a row of its own; rows are `row` doubles apart. */
export function splitLanes(vectors: usize, count: i32, divisor: f64, rows: usize, row: i32): void {
  const by = f64x2.splat(divisor);
  const other = rows + (<usize>row << 3);
  for (let i: usize = 0; i < <usize>count; i++) {
    const values = f64x2.div(v128.load(vectors + (i << 4)), by);
    v128.store64_lane(rows + (i << 3), values, 0);
    v128.store64_lane(other + (i << 3), values, 1);
  }
}
