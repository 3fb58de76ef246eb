/**
 * Many configurations over the same votes: two of them lie in the lanes of a vector, and layer 1 takes two such pairs at a time. Addresses are bytes; a vector
 * holds one double of each lane.
 */
/**
 * Constants as vectors in memory: the floor and the cap of equities, 100, 1.5 x 2^52, which rounds what it is added to, 1 and -1. V8 makes a constant anew at each use in a loop, what was
 * loaded ahead of it stays in a register.
 */
const constants: usize = memory.data<f64>([0.25, 0.25, 1e300, 1e300, 100, 100, 6755399441055744, 6755399441055744, 1, 1, -1, -1], 16);
/** Bytes of the codes of one bar: one for each of nine averages, 0, 32 or 64 for a vote of -1, 0 or +1, and seven that are not used. */
const codeStride: usize = 16;
/** Bytes of the factors of one bar: two vectors, for two pairs, for each vote of -1, 0 and +1. */
const factorStride: usize = 96;
/** -1, 0 and +1 in both lanes, which a code leads to. */
const signs: usize = memory.data<f64>([-1, -1, 0, 0, 0, 0, 0, 0, 1, 1], 16);

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
    store<u8>(codes, (<i32>vote + 1) << 5);
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

@inline
function storeFactors(factors: usize, down: v128, flat: v128, up: v128): void {
  v128.store(factors, down);
  v128.store(factors, flat, 32);
  v128.store(factors, up, 64);
}

/**
 * Writes the factors of a pair's equities at each bar for votes of -1, 0 and +1, and what a vote adds, from the returns and the growth of each lane. The first
 * `standing` bars leave an equity where it is, as do the factors behind the last bar. Returns whether no factor is so large that an equity below 1e100 could
 * pass 1e300 within a block. `factors` is that of the first pair, or 16 bytes on.
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
    storeFactors(factors, down, flat, up);
    v128.store(spreads, spread);
    returns += 8;
    growthA += 8;
    growthB += 8;
    factors += factorStride;
    spreads += 16;
  }
  storeFactors(factors, one, one, one);
  factors -= <usize>count * factorStride;
  spreads -= <usize>count << 4;
  for (let i = 0; i < standing; i++) {
    storeFactors(factors, one, one, one);
    v128.store(spreads, f64x2.splat(0));
    factors += factorStride;
    spreads += 16;
  }
  return i64x2.all_true(calm);
}

@inline
function hold(equity: v128, floor: v128, cap: v128, calm: bool): v128 {
  // In this order NaN, which a growth that overflowed brings, becomes the floor.
  const held = f64x2.pmax(floor, equity);
  return calm ? held : f64x2.pmin(held, cap);
}

@inline
function roundHalfAway(scaled: v128): v128 {
  const half = f64x2.splat(0.5);
  const negative = f64x2.sub(f64x2.splat(0), f64x2.floor(f64x2.sub(half, scaled)));
  return v128.bitselect(negative, f64x2.floor(f64x2.add(scaled, half)), f64x2.lt(scaled, f64x2.splat(0)));
}

@inline
function roundHalfEven(scaled: v128, shift: v128): v128 {
  return f64x2.sub(f64x2.add(scaled, shift), shift);
}

/**
 * Three averages of two pairs. Each average's code is looked up once: for the sign of its vote at the bar, then for the factors of the bar after. Behind the last
 * bar's factors lie ones, so that the equities end as they were at the last bar.
 */
@inline
function takeThree(codes: usize, factors: usize, count: i32, equitiesA: usize, equitiesB: usize, flooredA: usize, flooredB: usize, sums: usize, first: bool, calm: bool): void {
  let a0 = f64x2.mul(v128.load(equitiesA, 0), v128.load(factors + load<u8>(codes, 0), 0));
  let a1 = f64x2.mul(v128.load(equitiesA, 16), v128.load(factors + load<u8>(codes, 1), 0));
  let a2 = f64x2.mul(v128.load(equitiesA, 32), v128.load(factors + load<u8>(codes, 2), 0));
  let b0 = f64x2.mul(v128.load(equitiesB, 0), v128.load(factors + load<u8>(codes, 0), 16));
  let b1 = f64x2.mul(v128.load(equitiesB, 16), v128.load(factors + load<u8>(codes, 1), 16));
  let b2 = f64x2.mul(v128.load(equitiesB, 32), v128.load(factors + load<u8>(codes, 2), 16));
  const floor = v128.load(constants);
  const cap = v128.load(constants, 16);
  let countA = v128.load(flooredA);
  let countB = v128.load(flooredB);
  const end = codes + <usize>count * codeStride;
  while (codes < end) {
    codes += codeStride;
    factors += factorStride;
    const code0 = <usize>load<u8>(codes, 0);
    const sign0 = v128.load(signs + code0);
    const code1 = <usize>load<u8>(codes, 1);
    const sign1 = v128.load(signs + code1);
    const code2 = <usize>load<u8>(codes, 2);
    const sign2 = v128.load(signs + code2);
    a0 = hold(a0, floor, cap, calm);
    a1 = hold(a1, floor, cap, calm);
    a2 = hold(a2, floor, cap, calm);
    let weightedA = f64x2.mul(a0, sign0);
    let totalA = a0;
    if (!first) {
      weightedA = f64x2.add(v128.load(sums, 0), weightedA);
      totalA = f64x2.add(v128.load(sums, 16), totalA);
    }
    weightedA = f64x2.add(weightedA, f64x2.mul(a1, sign1));
    totalA = f64x2.add(totalA, a1);
    weightedA = f64x2.add(weightedA, f64x2.mul(a2, sign2));
    totalA = f64x2.add(totalA, a2);
    v128.store(sums, weightedA, 0);
    v128.store(sums, totalA, 16);
    countA = i64x2.sub(countA, f64x2.eq(a0, floor));
    countA = i64x2.sub(countA, f64x2.eq(a1, floor));
    countA = i64x2.sub(countA, f64x2.eq(a2, floor));
    a0 = f64x2.mul(a0, v128.load(factors + code0, 0));
    a1 = f64x2.mul(a1, v128.load(factors + code1, 0));
    a2 = f64x2.mul(a2, v128.load(factors + code2, 0));
    b0 = hold(b0, floor, cap, calm);
    b1 = hold(b1, floor, cap, calm);
    b2 = hold(b2, floor, cap, calm);
    let weightedB = f64x2.mul(b0, sign0);
    let totalB = b0;
    if (!first) {
      weightedB = f64x2.add(v128.load(sums, 32), weightedB);
      totalB = f64x2.add(v128.load(sums, 48), totalB);
    }
    weightedB = f64x2.add(weightedB, f64x2.mul(b1, sign1));
    totalB = f64x2.add(totalB, b1);
    weightedB = f64x2.add(weightedB, f64x2.mul(b2, sign2));
    totalB = f64x2.add(totalB, b2);
    v128.store(sums, weightedB, 32);
    v128.store(sums, totalB, 48);
    countB = i64x2.sub(countB, f64x2.eq(b0, floor));
    countB = i64x2.sub(countB, f64x2.eq(b1, floor));
    countB = i64x2.sub(countB, f64x2.eq(b2, floor));
    b0 = f64x2.mul(b0, v128.load(factors + code0, 16));
    b1 = f64x2.mul(b1, v128.load(factors + code1, 16));
    b2 = f64x2.mul(b2, v128.load(factors + code2, 16));
    sums += 64;
  }
  v128.store(equitiesA, a0, 0);
  v128.store(equitiesA, a1, 16);
  v128.store(equitiesA, a2, 32);
  v128.store(equitiesB, b0, 0);
  v128.store(equitiesB, b1, 16);
  v128.store(equitiesB, b2, 32);
  v128.store(flooredA, countA);
  v128.store(flooredB, countB);
}

@inline
function isLow(equities: usize): bool {
  let largest = v128.load(equities);
  for (let i: usize = 16; i < 144; i += 16) largest = f64x2.pmax(largest, v128.load(equities + i));
  return i64x2.all_true(f64x2.lt(largest, f64x2.splat(1e100)));
}

/**
 * Layer 1 of one kind: advances the nine equities of two pairs and writes four vectors a bar to `sums`: those of votes times equities and of equities, of the one
 * pair and of the other. `codes` are those of the bar before the first and of the bars. Adds the bars on the floor to the 64-bit integers at `floored`.
 */
export function takeKind(codes: usize, factors: usize, count: i32, equitiesA: usize, equitiesB: usize, flooredA: usize, flooredB: usize, sums: usize, calm: bool): void {
  if (calm && isLow(equitiesA) && isLow(equitiesB)) {
    takeThree(codes, factors, count, equitiesA, equitiesB, flooredA, flooredB, sums, true, true);
    takeThree(codes + 3, factors, count, equitiesA + 48, equitiesB + 48, flooredA, flooredB, sums, false, true);
    takeThree(codes + 6, factors, count, equitiesA + 96, equitiesB + 96, flooredA, flooredB, sums, false, true);
  } else {
    takeThree(codes, factors, count, equitiesA, equitiesB, flooredA, flooredB, sums, true, false);
    takeThree(codes + 3, factors, count, equitiesA + 48, equitiesB + 48, flooredA, flooredB, sums, false, false);
    takeThree(codes + 6, factors, count, equitiesA + 96, equitiesB + 96, flooredA, flooredB, sums, false, false);
  }
}

/** Writes 100 times the signal of a pair at each bar, from its sums, which are those of the first pair, or 32 bytes on; `blank` bars at the start get NaN. */
export function takeSignals(sums: usize, count: i32, signals: usize, blank: i32, away: bool): void {
  const hundred = v128.load(constants, 32);
  const shift = v128.load(constants, 48);
  const end = signals + (<usize>count << 4);
  for (let at = signals; at < end; at += 16) {
    const scaled = f64x2.mul(hundred, f64x2.div(v128.load(sums), v128.load(sums, 16)));
    v128.store(at, away ? roundHalfAway(scaled) : roundHalfEven(scaled, shift));
    sums += 64;
  }
  for (let i = 0; i < blank; i++) v128.store(signals + (<usize>i << 4), f64x2.splat(NaN));
}

/**
 * Layer 2 of one kind: advances its equity and adds it, cut at the bounds, to the first of two vectors a bar at `sums`, and as it is to the second. `state` holds vectors: the equity, 100 times the
 * signal of the bar before, the repeated factor, the bounds above and below which a signal counts, the bars on the floor (64-bit integers). The first `skipped`
 * bars are before the cutout and get NaN. `out` is a vector a bar, where it is not 0.
 */
export function takeKindEquity(signals: usize, factors: usize, spreads: usize, count: i32, skipped: i32, standing: i32, state: usize, sums: usize, repeats: bool, out: usize): void {
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
 * Layer 2 of all six kinds of a pair in dialect lts, after the cutout, as `takeKindEquity` for each: the rows of signals are `row` bytes apart, each with room for
 * one vector ahead of it, the states 96 bytes. The bars on the floor are all added to the first state's.
 */
export function takeKindEquities(signals: usize, row: usize, spreads: usize, kept: usize, count: i32, state: usize, sums: usize): void {
  const floor = v128.load(constants);
  const cap = v128.load(constants, 16);
  const one = v128.load(constants, 64);
  const minusOne = v128.load(constants, 80);
  const flat = v128.load(kept);
  const long = v128.load(state, 48);
  const short = v128.load(state, 64);
  let floored = v128.load(state, 80);
  const signals0 = signals + 0 * row;
  let equity0 = v128.load(state, 0);
  v128.store(signals0 - 16, v128.load(state, 16));
  const signals1 = signals + 1 * row;
  let equity1 = v128.load(state, 96);
  v128.store(signals1 - 16, v128.load(state, 112));
  const signals2 = signals + 2 * row;
  let equity2 = v128.load(state, 192);
  v128.store(signals2 - 16, v128.load(state, 208));
  const signals3 = signals + 3 * row;
  let equity3 = v128.load(state, 288);
  v128.store(signals3 - 16, v128.load(state, 304));
  const signals4 = signals + 4 * row;
  let equity4 = v128.load(state, 384);
  v128.store(signals4 - 16, v128.load(state, 400));
  const signals5 = signals + 5 * row;
  let equity5 = v128.load(state, 480);
  v128.store(signals5 - 16, v128.load(state, 496));
  const end = <usize>count << 4;
  for (let i: usize = 0; i < end; i += 16) {
    const spread = v128.load(spreads + i);
    const vote0 = f64x2.pmin(f64x2.pmax(v128.load(signals0 + i - 16), minusOne), one);
    equity0 = f64x2.mul(equity0, f64x2.add(flat, f64x2.mul(vote0, spread)));
    equity0 = f64x2.pmin(f64x2.pmax(floor, equity0), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity0, floor));
    const signal0 = v128.load(signals0 + i);
    let weighted = v128.and(equity0, f64x2.gt(signal0, long));
    let total = equity0;
    weighted = f64x2.sub(weighted, v128.and(equity0, f64x2.lt(signal0, short)));
    const vote1 = f64x2.pmin(f64x2.pmax(v128.load(signals1 + i - 16), minusOne), one);
    equity1 = f64x2.mul(equity1, f64x2.add(flat, f64x2.mul(vote1, spread)));
    equity1 = f64x2.pmin(f64x2.pmax(floor, equity1), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity1, floor));
    const signal1 = v128.load(signals1 + i);
    weighted = f64x2.add(weighted, v128.and(equity1, f64x2.gt(signal1, long)));
    total = f64x2.add(total, equity1);
    weighted = f64x2.sub(weighted, v128.and(equity1, f64x2.lt(signal1, short)));
    const vote2 = f64x2.pmin(f64x2.pmax(v128.load(signals2 + i - 16), minusOne), one);
    equity2 = f64x2.mul(equity2, f64x2.add(flat, f64x2.mul(vote2, spread)));
    equity2 = f64x2.pmin(f64x2.pmax(floor, equity2), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity2, floor));
    const signal2 = v128.load(signals2 + i);
    weighted = f64x2.add(weighted, v128.and(equity2, f64x2.gt(signal2, long)));
    total = f64x2.add(total, equity2);
    weighted = f64x2.sub(weighted, v128.and(equity2, f64x2.lt(signal2, short)));
    const vote3 = f64x2.pmin(f64x2.pmax(v128.load(signals3 + i - 16), minusOne), one);
    equity3 = f64x2.mul(equity3, f64x2.add(flat, f64x2.mul(vote3, spread)));
    equity3 = f64x2.pmin(f64x2.pmax(floor, equity3), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity3, floor));
    const signal3 = v128.load(signals3 + i);
    weighted = f64x2.add(weighted, v128.and(equity3, f64x2.gt(signal3, long)));
    total = f64x2.add(total, equity3);
    weighted = f64x2.sub(weighted, v128.and(equity3, f64x2.lt(signal3, short)));
    const vote4 = f64x2.pmin(f64x2.pmax(v128.load(signals4 + i - 16), minusOne), one);
    equity4 = f64x2.mul(equity4, f64x2.add(flat, f64x2.mul(vote4, spread)));
    equity4 = f64x2.pmin(f64x2.pmax(floor, equity4), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity4, floor));
    const signal4 = v128.load(signals4 + i);
    weighted = f64x2.add(weighted, v128.and(equity4, f64x2.gt(signal4, long)));
    total = f64x2.add(total, equity4);
    weighted = f64x2.sub(weighted, v128.and(equity4, f64x2.lt(signal4, short)));
    const vote5 = f64x2.pmin(f64x2.pmax(v128.load(signals5 + i - 16), minusOne), one);
    equity5 = f64x2.mul(equity5, f64x2.add(flat, f64x2.mul(vote5, spread)));
    equity5 = f64x2.pmin(f64x2.pmax(floor, equity5), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity5, floor));
    const signal5 = v128.load(signals5 + i);
    weighted = f64x2.add(weighted, v128.and(equity5, f64x2.gt(signal5, long)));
    total = f64x2.add(total, equity5);
    weighted = f64x2.sub(weighted, v128.and(equity5, f64x2.lt(signal5, short)));
    v128.store(sums + 2 * i, weighted);
    v128.store(sums + 2 * i, total, 16);
  }
  v128.store(state, equity0, 0);
  v128.store(state, v128.load(signals0 + end - 16), 16);
  v128.store(state, equity1, 96);
  v128.store(state, v128.load(signals1 + end - 16), 112);
  v128.store(state, equity2, 192);
  v128.store(state, v128.load(signals2 + end - 16), 208);
  v128.store(state, equity3, 288);
  v128.store(state, v128.load(signals3 + end - 16), 304);
  v128.store(state, equity4, 384);
  v128.store(state, v128.load(signals4 + end - 16), 400);
  v128.store(state, equity5, 480);
  v128.store(state, v128.load(signals5 + end - 16), 496);
  v128.store(state, floored, 80);
}

/**
 * The average signal and the direction from the sums of the kinds, two vectors a bar, each lane in rows of its own: doubles and bytes, `row` elements apart. `state` holds vectors: the
 * average of the bar before, its output, the direction, the long and the short threshold. A sum of NaN gives 0 where `zeroes`, else NaN.
 */
export function takeAverage(sums: usize, count: i32, state: usize, zeroes: bool, delayed: bool, averages: usize, directions: usize, row: i32): void {
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
