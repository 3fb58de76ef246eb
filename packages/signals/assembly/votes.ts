import { at, closeRow, factorRows, rowLength, voteRows, Kernel, Kind, State } from "./records";

const floorEquity: f64 = 0.25;
const largestEquity: f64 = 1e300;
const tolerance: f64 = 1e-10;

/** One double of each of two kinds in the lanes of a vector. */
@inline
export function pairOf(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

@inline
export function splitPair(a: usize, b: usize, values: v128): void {
  v128.store64_lane(a, values, 0);
  v128.store64_lane(b, values, 1);
}

@inline
export function holdWithin(equity: v128): v128 {
  return f64x2.pmin(f64x2.pmax(f64x2.splat(floorEquity), equity), f64x2.splat(largestEquity));
}

/** Adds counts in integer lanes to the doubles of two kinds. */
@inline
export function addCounts(a: usize, b: usize, counts: v128): void {
  const ofA = load<f64>(a) + <f64>i64x2.extract_lane(counts, 0);
  const ofB = load<f64>(b) + <f64>i64x2.extract_lane(counts, 1);
  store<f64>(a, ofA);
  store<f64>(b, ofB);
}

/** Whether a vote is the last side that was not 0, as it is from its first crossing on while the average has a value. */
function follows(kind: Kind, k: usize): bool {
  const vote = load<f64>(at(kind.votes, k));
  const side = load<f64>(at(kind.sides, k));
  return vote != 0 && (side == vote || side == 0);
}

/** The definition as it stands, for average number `k` of two kinds. An average that overflowed, near the largest double, counts as none. */
function watch(a: Kind, b: Kind, k: usize, scratch: usize, count: usize): void {
  const bytes = count << 3;
  const close = closeRow(scratch);
  const flats = factorRows(scratch);
  const sums = voteRows(scratch);
  const averageA = <usize>a.rows + k * rowLength;
  const averageB = <usize>b.rows + k * rowLength;
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const minusOne = f64x2.splat(-1);
  const missing = f64x2.splat(NaN);
  const largest = f64x2.splat(f64.MAX_VALUE);
  let vote = pairOf(at(a.votes, k), at(b.votes, k));
  let side = pairOf(at(a.sides, k), at(b.sides, k));
  let equity = pairOf(at(a.equities, k), at(b.equities, k));
  let ties = i64x2.splat(0);
  let floored = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 8) {
    const still = v128.load64_splat(flats + i);
    const moving = f64x2.add(still, f64x2.mul(vote, v128.load64_splat(flats + rowLength + i)));
    equity = holdWithin(f64x2.mul(equity, v128.bitselect(still, moving, f64x2.eq(vote, zero))));
    floored = i64x2.sub(floored, f64x2.eq(equity, f64x2.splat(floorEquity)));
    const price = v128.load64_splat(close + i);
    const bound = f64x2.mul(f64x2.splat(tolerance), price);
    const difference = f64x2.sub(price, pairOf(averageA + i, averageB + i));
    const valid = f64x2.le(f64x2.abs(difference), largest);
    const above = v128.and(f64x2.gt(difference, bound), valid);
    const below = v128.and(f64x2.lt(difference, f64x2.neg(bound)), valid);
    vote = v128.bitselect(one, vote, v128.and(above, f64x2.le(side, zero)));
    vote = v128.bitselect(minusOne, vote, v128.and(below, f64x2.ge(side, zero)));
    const level = v128.andnot(valid, v128.or(above, below));
    ties = i64x2.sub(ties, level);
    side = v128.bitselect(one, v128.bitselect(minusOne, v128.bitselect(zero, missing, level), below), above);
    const sum = sums + (i << 1);
    v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(vote, equity)));
    v128.store(sum + 2 * rowLength, f64x2.add(v128.load(sum + 2 * rowLength), equity));
  }
  splitPair(at(a.votes, k), at(b.votes, k), vote);
  splitPair(at(a.sides, k), at(b.sides, k), side);
  splitPair(at(a.equities, k), at(b.equities, k), equity);
  addCounts(<usize>a.counts, <usize>b.counts, ties);
  addCounts(<usize>a.counts + 8, <usize>b.counts + 8, floored);
}

/** Votes as sign bits. */
@inline
function signsOf(a: Kind, b: Kind, k: usize, sign: v128): v128 {
  return v128.and(pairOf(at(a.votes, k), at(b.votes, k)), sign);
}

@inline
function storeFollowed(a: Kind, b: Kind, k: usize, signs: v128, equity: v128, far: v128): void {
  const vote = v128.or(signs, f64x2.splat(1));
  splitPair(at(a.votes, k), at(b.votes, k), vote);
  splitPair(at(a.sides, k), at(b.sides, k), v128.and(vote, far));
  splitPair(at(a.equities, k), at(b.equities, k), equity);
}

/**
 * The same for averages `k` to `k + 2` of two kinds whose votes follow their sides, after the cutout: a vote is the sign bit of the last difference that
 * was no tie, and flips the sign of what it is multiplied with. One set of loads and sums serves six averages.
 */
function follow(a: Kind, b: Kind, k: usize, kept: f64, scratch: usize, count: usize): void {
  const bytes = count << 3;
  const close = closeRow(scratch);
  const spreads = factorRows(scratch) + rowLength;
  const sums = voteRows(scratch);
  const rowsA = <usize>a.rows + k * rowLength;
  const rowsB = <usize>b.rows + k * rowLength;
  const sign = f64x2.splat(-0.0);
  const flat = f64x2.splat(kept);
  const floor = f64x2.splat(floorEquity);
  const cap = f64x2.splat(largestEquity);
  const narrow = f64x2.splat(tolerance);
  let signs0 = signsOf(a, b, k, sign);
  let signs1 = signsOf(a, b, k + 1, sign);
  let signs2 = signsOf(a, b, k + 2, sign);
  let equity0 = pairOf(at(a.equities, k), at(b.equities, k));
  let equity1 = pairOf(at(a.equities, k + 1), at(b.equities, k + 1));
  let equity2 = pairOf(at(a.equities, k + 2), at(b.equities, k + 2));
  let far0 = flat;
  let far1 = flat;
  let far2 = flat;
  let ties = i64x2.splat(0);
  let floored = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 8) {
    const change = v128.load64_splat(spreads + i);
    const price = v128.load64_splat(close + i);
    const bound = f64x2.mul(narrow, price);
    equity0 = f64x2.mul(equity0, f64x2.add(flat, v128.xor(change, signs0)));
    equity1 = f64x2.mul(equity1, f64x2.add(flat, v128.xor(change, signs1)));
    equity2 = f64x2.mul(equity2, f64x2.add(flat, v128.xor(change, signs2)));
    equity0 = f64x2.pmin(f64x2.pmax(floor, equity0), cap);
    equity1 = f64x2.pmin(f64x2.pmax(floor, equity1), cap);
    equity2 = f64x2.pmin(f64x2.pmax(floor, equity2), cap);
    floored = i64x2.sub(floored, f64x2.eq(equity0, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity1, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity2, floor));
    const difference0 = f64x2.sub(price, pairOf(rowsA + i, rowsB + i));
    const difference1 = f64x2.sub(price, pairOf(rowsA + rowLength + i, rowsB + rowLength + i));
    const difference2 = f64x2.sub(price, pairOf(rowsA + 2 * rowLength + i, rowsB + 2 * rowLength + i));
    far0 = f64x2.gt(f64x2.abs(difference0), bound);
    far1 = f64x2.gt(f64x2.abs(difference1), bound);
    far2 = f64x2.gt(f64x2.abs(difference2), bound);
    if (i64x2.bitmask(v128.and(far0, v128.and(far1, far2))) == 3) {
      signs0 = v128.and(difference0, sign);
      signs1 = v128.and(difference1, sign);
      signs2 = v128.and(difference2, sign);
    } else {
      signs0 = v128.bitselect(v128.and(difference0, sign), signs0, far0);
      signs1 = v128.bitselect(v128.and(difference1, sign), signs1, far1);
      signs2 = v128.bitselect(v128.and(difference2, sign), signs2, far2);
      ties = i64x2.sub(ties, v128.not(far0));
      ties = i64x2.sub(ties, v128.not(far1));
      ties = i64x2.sub(ties, v128.not(far2));
    }
    const sum = sums + (i << 1);
    let weighted = v128.load(sum);
    weighted = f64x2.add(weighted, v128.xor(equity0, signs0));
    weighted = f64x2.add(weighted, v128.xor(equity1, signs1));
    weighted = f64x2.add(weighted, v128.xor(equity2, signs2));
    v128.store(sum, weighted);
    let total = v128.load(sum + 2 * rowLength);
    total = f64x2.add(total, equity0);
    total = f64x2.add(total, equity1);
    total = f64x2.add(total, equity2);
    v128.store(sum + 2 * rowLength, total);
  }
  storeFollowed(a, b, k, signs0, equity0, far0);
  storeFollowed(a, b, k + 1, signs1, equity1, far1);
  storeFollowed(a, b, k + 2, signs2, equity2, far2);
  addCounts(<usize>a.counts, <usize>b.counts, ties);
  addCounts(<usize>a.counts + 8, <usize>b.counts + 8, floored);
}

/** Takes the crossings of two kinds over a block and sums their votes and equities; both may be the same kind. */
export function advanceVotes(a: Kind, b: Kind, kernel: Kernel, state: State, scratch: usize, count: usize): void {
  const start = state.bars;
  memory.fill(voteRows(scratch), 0, 4 * rowLength);
  const settled = start > kernel.firstCutout && state.wild == 0;
  for (let k: usize = 0; k < 9; k += 3) {
    let following = settled;
    for (let j = k; following && j < k + 3; j++) following = follows(a, j) && follows(b, j);
    if (following) follow(a, b, k, kernel.kept, scratch, count);
    else for (let j = k; j < k + 3; j++) watch(a, b, j, scratch, count);
  }
}
