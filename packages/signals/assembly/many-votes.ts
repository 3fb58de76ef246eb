/**
 * Votes, factors of equities and layer 1 of many configurations with the same averages; layer 2 is in `many-kinds.ts`.
 * Two configurations fill the lanes of a vector, and layer 1 computes two such pairs at a time. Addresses are in bytes.
 */
import { codeStride, constants, factorStride, hold, signs } from "./many-constants";

/**
 * Computes the crossings of one average over `count` bars and writes the code of its vote at each, `codeStride` apart.
 * `state` holds the vote and the side at the bar before; the side is NaN if there was no average. Returns the number of
 * ties.
 */
export function computeCrossings(average: usize, close: usize, count: i32, codes: usize, state: usize): i32 {
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

/** Copies the codes of the last bar in front of those of the next block. */
export function carryCodes(codes: usize, count: i32): void {
  v128.store(codes, v128.load(codes + codeStride * <usize>count));
}

/** Writes the return of each close. The close before the first is in front of the row. */
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
 * Writes the factors of a pair's equities at each bar for votes of -1, 0 and +1, and what a vote adds, from the returns
 * and the growth of each lane. Factors of 1 leave an equity unchanged: they are written for the first `standing` bars
 * and after the last bar. Returns whether all factors are cap-free: too small for an equity below 1e100 to pass 1e300
 * within a block. `factors` is for the first pair; 16 bytes further, for the second.
 */
export function fillLaneFactors(returns: usize, growthA: usize, growthB: usize, retention: usize, count: i32, standing: i32, factors: usize, spreads: usize): bool {
  const flat = v128.load(retention);
  const one = f64x2.splat(1);
  const limit = f64x2.splat(6);
  let capFree = i64x2.splat(-1);
  for (let i = 0; i < count; i++) {
    const growth = v128.load64_lane(growthB, v128.load64_zero(growthA), 1);
    const spread = f64x2.mul(flat, f64x2.mul(v128.load64_splat(returns), growth));
    const up = f64x2.add(flat, spread);
    const down = f64x2.sub(flat, spread);
    capFree = v128.and(capFree, v128.and(f64x2.lt(up, limit), f64x2.lt(down, limit)));
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
  return i64x2.all_true(capFree);
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
 * Three averages of two pairs. Each average's code is looked up once: for the sign of its vote at the bar, then for its
 * factor at the next. The factors after the last bar are 1, so the equities end with their values at the last bar.
 */
@inline
function advanceThree(codes: usize, factors: usize, count: i32, equitiesA: usize, equitiesB: usize, flooredA: usize, flooredB: usize, sums: usize, first: bool, capFree: bool): void {
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
    a0 = hold(a0, floor, cap, capFree);
    a1 = hold(a1, floor, cap, capFree);
    a2 = hold(a2, floor, cap, capFree);
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
    b0 = hold(b0, floor, cap, capFree);
    b1 = hold(b1, floor, cap, capFree);
    b2 = hold(b2, floor, cap, capFree);
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
 * Layer 1 of one kind. Advances the nine equities of two pairs and writes four vectors per bar to `sums`: for each
 * pair, the sum of votes times equities and the sum of equities. `codes` begin with the bar before the block. Bars on
 * the floor are added to the 64-bit integers at `flooredA` and `flooredB`.
 */
export function advanceLayer1(codes: usize, factors: usize, count: i32, equitiesA: usize, equitiesB: usize, flooredA: usize, flooredB: usize, sums: usize, capFree: bool): void {
  if (capFree && isLow(equitiesA) && isLow(equitiesB)) {
    advanceThree(codes, factors, count, equitiesA, equitiesB, flooredA, flooredB, sums, true, true);
    advanceThree(codes + 3, factors, count, equitiesA + 48, equitiesB + 48, flooredA, flooredB, sums, false, true);
    advanceThree(codes + 6, factors, count, equitiesA + 96, equitiesB + 96, flooredA, flooredB, sums, false, true);
  } else {
    advanceThree(codes, factors, count, equitiesA, equitiesB, flooredA, flooredB, sums, true, false);
    advanceThree(codes + 3, factors, count, equitiesA + 48, equitiesB + 48, flooredA, flooredB, sums, false, false);
    advanceThree(codes + 6, factors, count, equitiesA + 96, equitiesB + 96, flooredA, flooredB, sums, false, false);
  }
}

/**
 * Writes 100 times the signal of a pair at each bar from its sums; `sums` is for the first pair, 32 bytes further for
 * the second. The first `blank` bars get NaN.
 */
export function computeSignals(sums: usize, count: i32, signals: usize, blank: i32, away: bool): void {
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
