/**
 * Many configurations over the same votes: two of them lie in the lanes of a vector. Addresses are bytes; a vector holds one double of each lane.
 */
const floor = f64x2.splat(0.25);
const cap = f64x2.splat(1e300);
const hundred = f64x2.splat(100);
/** Bytes of the codes of one bar: one for each of nine averages, 0, 16 or 32 for a vote of -1, 0 or +1, and seven that are not used. */
const codeStride: usize = 16;
/** Bytes of the factors of one bar: vectors for votes of -1, 0 and +1. */
const factorStride: usize = 48;
/** -1, 0 and +1 in both lanes, which a code leads to. */
const signs: usize = memory.data<f64>([-1, -1, 0, 0, 1, 1], 16);

/**
 * Takes the crossings of one average over `count` bars and writes the code of its vote at each, `codeStride` apart. `state` holds the vote and the side of the
 * bar before, the side NaN where there was no average. Returns the bars at which the close was equal to the average.
 */
export function takeCrossings(average: usize, close: usize, count: i32, codes: usize, state: usize): i32 {
  let vote = load<f64>(state);
  let side = load<f64>(state, 8);
  let ties = 0;
  for (let i = 0; i < count; i++) {
    const price = load<f64>(close);
    const difference = price - load<f64>(average);
    const bound = 1e-10 * price;
    const distance = abs(difference);
    if (distance > bound && distance <= f64.MAX_VALUE) {
      const next = copysign<f64>(1, difference);
      if (side * next <= 0) vote = next;
      side = next;
    } else if (distance <= bound) {
      side = 0;
      ties++;
    } else {
      side = NaN;
    }
    store<u8>(codes, (<i32>vote + 1) << 4);
    average += 8;
    close += 8;
    codes += codeStride;
  }
  store<f64>(state, vote);
  store<f64>(state, side, 8);
  return ties;
}

/** Moves the codes of the last bar ahead of those of the next block. */
export function turnCodes(codes: usize, count: i32): void {
  v128.store(codes, v128.load(codes + codeStride * <usize>count));
}

/** Writes the return of each close on the one before it, which for the first lies ahead of the row. */
export function fillReturns(close: usize, count: i32, returns: usize): void {
  for (let i: usize = 0; i < <usize>count << 3; i += 8) {
    store<f64>(returns + i, load<f64>(close + i) / load<f64>(close + i - 8) - 1);
  }
}

/**
 * Writes the factors of equities at each bar for votes of -1, 0 and +1, and what a vote adds, from the returns and the growth of each lane. The first `standing`
 * bars leave an equity where it is, as do the factors behind the last bar. Returns whether no factor is so large that an equity below 1e100 could pass 1e300 within a block.
 */
export function fillLaneFactors(returns: usize, growthA: usize, growthB: usize, kept: usize, count: i32, standing: i32, factors: usize, spreads: usize): bool {
  const flat = v128.load(kept);
  const one = f64x2.splat(1);
  const limit = f64x2.splat(6);
  let calm = i64x2.splat(-1);
  for (let i = 0; i < count; i++) {
    const growth = v128.load64_lane(growthB, v128.load64_zero(growthA), 1);
    const spread = f64x2.mul(flat, f64x2.mul(v128.load64_splat(returns), growth));
    const up = f64x2.add(flat, spread);
    const down = f64x2.sub(flat, spread);
    calm = v128.and(calm, v128.and(f64x2.lt(up, limit), f64x2.lt(down, limit)));
    v128.store(factors, down);
    v128.store(factors, flat, 16);
    v128.store(factors, up, 32);
    v128.store(spreads, spread);
    returns += 8;
    growthA += 8;
    growthB += 8;
    factors += factorStride;
    spreads += 16;
  }
  v128.store(factors, one);
  v128.store(factors, one, 16);
  v128.store(factors, one, 32);
  factors -= <usize>count * factorStride;
  spreads -= <usize>count << 4;
  for (let i = 0; i < standing; i++) {
    v128.store(factors, one);
    v128.store(factors, one, 16);
    v128.store(factors, one, 32);
    v128.store(spreads, f64x2.splat(0));
    factors += factorStride;
    spreads += 16;
  }
  return i64x2.all_true(calm);
}

@inline
function hold(equity: v128, calm: bool): v128 {
  // In this order NaN, which a growth that overflowed brings, becomes the floor.
  const held = f64x2.pmax(floor, equity);
  return calm ? held : f64x2.pmin(held, cap);
}

@inline
function factorAt(factors: usize, codes: usize, index: usize): v128 {
  return v128.load(factors + load<u8>(codes + index));
}

@inline
function onFloor(equity: v128): v128 {
  return f64x2.eq(equity, floor);
}

@inline
function roundHalfAway(scaled: v128): v128 {
  const half = f64x2.splat(0.5);
  const negative = f64x2.sub(f64x2.splat(0), f64x2.floor(f64x2.sub(half, scaled)));
  return v128.bitselect(negative, f64x2.floor(f64x2.add(scaled, half)), f64x2.lt(scaled, f64x2.splat(0)));
}

@inline
function roundHalfEven(scaled: v128): v128 {
  const shift = f64x2.splat(6755399441055744);
  return f64x2.sub(f64x2.add(scaled, shift), shift);
}

/**
 * Each average's code is looked up once: for the sign of its vote at the bar, then for the factor of the bar after. Behind the last bar's factors lie ones, so
 * that the equities end as they were at the last bar.
 */
@inline
function kindOver(codes: usize, factors: usize, count: i32, equities: usize, signals: usize, away: bool, calm: bool): v128 {
  let e0 = f64x2.mul(v128.load(equities, 0), factorAt(factors, codes, 0));
  let e1 = f64x2.mul(v128.load(equities, 16), factorAt(factors, codes, 1));
  let e2 = f64x2.mul(v128.load(equities, 32), factorAt(factors, codes, 2));
  let e3 = f64x2.mul(v128.load(equities, 48), factorAt(factors, codes, 3));
  let e4 = f64x2.mul(v128.load(equities, 64), factorAt(factors, codes, 4));
  let e5 = f64x2.mul(v128.load(equities, 80), factorAt(factors, codes, 5));
  let e6 = f64x2.mul(v128.load(equities, 96), factorAt(factors, codes, 6));
  let e7 = f64x2.mul(v128.load(equities, 112), factorAt(factors, codes, 7));
  let e8 = f64x2.mul(v128.load(equities, 128), factorAt(factors, codes, 8));
  let floored = i64x2.splat(0);
  for (let i = 0; i < count; i++) {
    codes += codeStride;
    factors += factorStride;
    let weighted = f64x2.splat(0);
    let total = weighted;
    let code: usize = 0;
    code = load<u8>(codes, 0);
    e0 = hold(e0, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e0, v128.load(signs + code)));
    total = f64x2.add(total, e0);
    floored = i64x2.sub(floored, onFloor(e0));
    e0 = f64x2.mul(e0, v128.load(factors + code));
    code = load<u8>(codes, 1);
    e1 = hold(e1, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e1, v128.load(signs + code)));
    total = f64x2.add(total, e1);
    floored = i64x2.sub(floored, onFloor(e1));
    e1 = f64x2.mul(e1, v128.load(factors + code));
    code = load<u8>(codes, 2);
    e2 = hold(e2, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e2, v128.load(signs + code)));
    total = f64x2.add(total, e2);
    floored = i64x2.sub(floored, onFloor(e2));
    e2 = f64x2.mul(e2, v128.load(factors + code));
    code = load<u8>(codes, 3);
    e3 = hold(e3, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e3, v128.load(signs + code)));
    total = f64x2.add(total, e3);
    floored = i64x2.sub(floored, onFloor(e3));
    e3 = f64x2.mul(e3, v128.load(factors + code));
    code = load<u8>(codes, 4);
    e4 = hold(e4, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e4, v128.load(signs + code)));
    total = f64x2.add(total, e4);
    floored = i64x2.sub(floored, onFloor(e4));
    e4 = f64x2.mul(e4, v128.load(factors + code));
    code = load<u8>(codes, 5);
    e5 = hold(e5, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e5, v128.load(signs + code)));
    total = f64x2.add(total, e5);
    floored = i64x2.sub(floored, onFloor(e5));
    e5 = f64x2.mul(e5, v128.load(factors + code));
    code = load<u8>(codes, 6);
    e6 = hold(e6, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e6, v128.load(signs + code)));
    total = f64x2.add(total, e6);
    floored = i64x2.sub(floored, onFloor(e6));
    e6 = f64x2.mul(e6, v128.load(factors + code));
    code = load<u8>(codes, 7);
    e7 = hold(e7, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e7, v128.load(signs + code)));
    total = f64x2.add(total, e7);
    floored = i64x2.sub(floored, onFloor(e7));
    e7 = f64x2.mul(e7, v128.load(factors + code));
    code = load<u8>(codes, 8);
    e8 = hold(e8, calm);
    weighted = f64x2.add(weighted, f64x2.mul(e8, v128.load(signs + code)));
    total = f64x2.add(total, e8);
    floored = i64x2.sub(floored, onFloor(e8));
    e8 = f64x2.mul(e8, v128.load(factors + code));
    const scaled = f64x2.mul(hundred, f64x2.div(weighted, total));
    v128.store(signals, away ? roundHalfAway(scaled) : roundHalfEven(scaled));
    signals += 16;
  }
  v128.store(equities, e0, 0);
  v128.store(equities, e1, 16);
  v128.store(equities, e2, 32);
  v128.store(equities, e3, 48);
  v128.store(equities, e4, 64);
  v128.store(equities, e5, 80);
  v128.store(equities, e6, 96);
  v128.store(equities, e7, 112);
  v128.store(equities, e8, 128);
  return floored;
}

/**
 * Layer 1 of one kind: advances its nine equities and writes 100 times its signal at each bar. `codes` are those of the bar before the first and of the bars;
 * `blank` bars at the start get NaN. Adds the bars on the floor, summed over the equities, to the 64-bit integers at `floored`.
 */
export function takeKind(codes: usize, factors: usize, count: i32, equities: usize, signals: usize, blank: i32, away: bool, calm: bool, floored: usize): void {
  let largest = v128.load(equities);
  for (let i: usize = 16; i < 144; i += 16) largest = f64x2.pmax(largest, v128.load(equities + i));
  const low = calm && i64x2.all_true(f64x2.lt(largest, f64x2.splat(1e100)));
  let more: v128;
  if (away) more = low ? kindOver(codes, factors, count, equities, signals, true, true) : kindOver(codes, factors, count, equities, signals, true, false);
  else more = low ? kindOver(codes, factors, count, equities, signals, false, true) : kindOver(codes, factors, count, equities, signals, false, false);
  v128.store(floored, i64x2.add(v128.load(floored), more));
  for (let i = 0; i < blank; i++) v128.store(signals + (<usize>i << 4), f64x2.splat(NaN));
}

/**
 * Layer 2 of one kind: advances its equity and adds it, cut at the bounds, to `weighted`, and as it is to `total`. `state` holds vectors: the equity, 100 times the
 * signal of the bar before, the repeated factor, the bounds above and below which a signal counts, the bars on the floor (64-bit integers). The first `skipped`
 * bars are before the cutout and get NaN. `out` is a vector a bar, where it is not 0.
 */
export function takeKindEquity(signals: usize, factors: usize, spreads: usize, count: i32, skipped: i32, standing: i32, state: usize, weighted: usize, total: usize, repeats: bool, out: usize): void {
  let equity = v128.load(state);
  let signal = v128.load(state, 16);
  let repeated = v128.load(state, 32);
  const long = v128.load(state, 48);
  const short = v128.load(state, 64);
  let floored = v128.load(state, 80);
  const zero = f64x2.splat(0);
  for (let i = 0; i < count; i++) {
    const flat = v128.load(factors, 16);
    const spread = v128.load(spreads);
    const voted = f64x2.gt(f64x2.abs(signal), zero);
    const turned = v128.xor(spread, v128.and(signal, f64x2.splat(-0.0)));
    let factor = f64x2.add(flat, v128.and(turned, voted));
    if (repeats) {
      if (i >= standing) factor = v128.bitselect(factor, repeated, voted);
      repeated = v128.bitselect(factor, repeated, voted);
    }
    signal = v128.load(signals);
    let sum = v128.load(weighted);
    if (i < skipped) {
      sum = f64x2.splat(NaN);
      if (out != 0) v128.store(out, sum);
    } else {
      equity = f64x2.pmin(f64x2.pmax(floor, f64x2.mul(equity, factor)), cap);
      floored = i64x2.sub(floored, onFloor(equity));
      sum = f64x2.add(sum, v128.and(equity, f64x2.gt(signal, long)));
      sum = f64x2.sub(sum, v128.and(equity, f64x2.lt(signal, short)));
      if (out != 0) v128.store(out, equity);
    }
    v128.store(weighted, sum);
    v128.store(total, f64x2.add(v128.load(total), equity));
    factors += factorStride;
    spreads += 16;
    signals += 16;
    weighted += 16;
    total += 16;
    if (out != 0) out += 16;
  }
  v128.store(state, equity);
  v128.store(state, signal, 16);
  v128.store(state, repeated, 32);
  v128.store(state, floored, 80);
}

/**
 * The average signal and the direction from the sums of the kinds, each lane in rows of its own: doubles and bytes, `row` elements apart. `state` holds vectors: the
 * average of the bar before, its output, the direction, the long and the short threshold. A sum of NaN gives 0 where `zeroes`, else NaN.
 */
export function takeAverage(weighted: usize, total: usize, count: i32, state: usize, zeroes: bool, delayed: bool, averages: usize, directions: usize, row: i32): void {
  let last = v128.load(state);
  let lastOutput = v128.load(state, 16);
  let held = v128.load(state, 32);
  const long = v128.load(state, 48);
  const short = v128.load(state, 64);
  const one = f64x2.splat(1);
  const other = averages + (<usize>row << 3);
  for (let i: usize = 0; i < <usize>count; i++) {
    let value = f64x2.div(v128.load(weighted + (i << 4)), v128.load(total + (i << 4)));
    if (zeroes) value = v128.and(value, f64x2.eq(value, value));
    const output = delayed ? last : value;
    const rises = v128.and(f64x2.gt(output, long), f64x2.le(lastOutput, long));
    const falls = v128.and(f64x2.lt(output, short), f64x2.ge(lastOutput, short));
    held = v128.bitselect(f64x2.neg(one), held, falls);
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

/** Writes each lane of vectors to a row of its own, `row` doubles apart, divided by `divisor`. */
export function splitLanes(vectors: usize, count: i32, divisor: f64, rows: usize, row: i32): void {
  const by = f64x2.splat(divisor);
  const other = rows + (<usize>row << 3);
  for (let i: usize = 0; i < <usize>count; i++) {
    const values = f64x2.div(v128.load(vectors + (i << 4)), by);
    v128.store64_lane(rows + (i << 3), values, 0);
    v128.store64_lane(other + (i << 3), values, 1);
  }
}
