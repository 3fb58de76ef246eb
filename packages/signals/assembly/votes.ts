import { at, closeRow, factorRows, rowLength, rowOf, voteRows, Kernel, Kind, State } from "./records";

const floorEquity: f64 = 0.25;
const largestEquity: f64 = 1e300;

/** A double of each of two kinds, in the lanes of a vector. */
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

/** Adds counts in integer lanes to the doubles of two kinds, which may be the same. */
@inline
export function addCounts(a: usize, b: usize, counts: v128): void {
  const ofA = load<f64>(a) + <f64>i64x2.extract_lane(counts, 0);
  const ofB = load<f64>(b) + <f64>i64x2.extract_lane(counts, 1);
  store<f64>(a, ofA);
  store<f64>(b, ofB);
}

/**
 * Whether the vote equals the last side other than 0, as it does after its first crossing while the average has a
 * value, and its equity is too small to reach the cap within a block of small spreads.
 */
function follows(kind: Kind, k: usize): bool {
  const vote = load<f64>(at(kind.votes, k));
  const side = load<f64>(at(kind.sides, k));
  return vote != 0 && (side == vote || side == 0) && load<f64>(at(kind.equities, k)) < 1e40;
}

/**
 * Applies the definition literally to average `k` of two kinds. An average that overflowed, near the largest double,
 * counts as missing.
 */
function watch(a: Kind, b: Kind, k: usize, kernel: Kernel, scratch: usize, count: usize): void {
  const tolerance = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("tolerance"));
  const one = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("one"));
  const largest = v128.load64_splat(changetype<usize>(kernel), offsetof<Kernel>("largest"));
  const zero = f64x2.splat(0);
  let prices = scratch + closeRow;
  let factors = scratch + factorRows;
  let sums = scratch + voteRows;
  let rowA = rowOf(a, k);
  let rowB = rowOf(b, k);
  let vote = pairOf(at(a.votes, k), at(b.votes, k));
  let side = pairOf(at(a.sides, k), at(b.sides, k));
  let equity = pairOf(at(a.equities, k), at(b.equities, k));
  let ties = i64x2.splat(0);
  let floored = i64x2.splat(0);
  for (let left = count; left > 0; left--) {
    const still = v128.load64_splat(factors);
    const moving = f64x2.add(still, f64x2.mul(vote, v128.load64_splat(factors, rowLength)));
    equity = holdWithin(f64x2.mul(equity, v128.bitselect(still, moving, f64x2.eq(vote, zero))));
    floored = i64x2.sub(floored, f64x2.eq(equity, f64x2.splat(floorEquity)));
    const price = v128.load64_splat(prices);
    const bound = f64x2.mul(tolerance, price);
    const difference = f64x2.sub(price, pairOf(rowA, rowB));
    const valid = f64x2.le(f64x2.abs(difference), largest);
    const above = v128.and(f64x2.gt(difference, bound), valid);
    const below = v128.and(f64x2.lt(difference, f64x2.neg(bound)), valid);
    vote = v128.bitselect(one, vote, v128.and(above, f64x2.le(side, zero)));
    vote = v128.bitselect(f64x2.neg(one), vote, v128.and(below, f64x2.ge(side, zero)));
    const level = v128.andnot(valid, v128.or(above, below));
    ties = i64x2.sub(ties, level);
    // All bits set is a NaN: no side if there is no average.
    side = v128.bitselect(one, v128.bitselect(f64x2.neg(one), v128.not(valid), below), above);
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(vote, equity)));
    v128.store(sums, f64x2.add(v128.load(sums, 2 * rowLength), equity), 2 * rowLength);
    prices += 8;
    factors += 8;
    rowA += 8;
    rowB += 8;
    sums += 16;
  }
  splitPair(at(a.votes, k), at(b.votes, k), vote);
  splitPair(at(a.sides, k), at(b.sides, k), side);
  splitPair(at(a.equities, k), at(b.equities, k), equity);
  addCounts(<usize>a.counts, <usize>b.counts, ties);
  addCounts(<usize>a.counts + 8, <usize>b.counts + 8, floored);
}

/**
 * Stores vote, side and equity after a block in which the vote followed its side; the last values of `rowA` and `rowB`
 * show whether there was a tie.
 */
@inline
function keepFollowed(a: Kind, b: Kind, k: usize, signs: v128, equity: v128, price: v128, bound: v128, rowA: usize, rowB: usize): void {
  const vote = v128.or(signs, f64x2.splat(1));
  const far = f64x2.gt(f64x2.abs(f64x2.sub(price, pairOf(rowA, rowB))), bound);
  splitPair(at(a.votes, k), at(b.votes, k), vote);
  splitPair(at(a.sides, k), at(b.sides, k), v128.and(vote, far));
  splitPair(at(a.equities, k), at(b.equities, k), equity);
}

/**
 * The same for averages `k` to `k + 2` of two kinds whose votes follow their sides, after the cutout. A vote is the
 * sign bit of the last difference that was not a tie; it flips the sign of what it multiplies. One set of loads and
 * sums serves six averages.
 */
function follow(a: Kind, b: Kind, k: usize, kernel: Kernel, scratch: usize, count: usize): void {
  const address = changetype<usize>(kernel);
  const sign = v128.load64_splat(address, offsetof<Kernel>("sign"));
  const flat = v128.load64_splat(address, offsetof<Kernel>("retention"));
  const floor = v128.load64_splat(address, offsetof<Kernel>("floor"));
  const tolerance = v128.load64_splat(address, offsetof<Kernel>("tolerance"));
  let prices = scratch + closeRow;
  let spreads = scratch + factorRows + rowLength;
  let sums = scratch + voteRows;
  let rowsA = rowOf(a, k);
  let rowsB = rowOf(b, k);
  let signs0 = v128.and(pairOf(at(a.votes, k), at(b.votes, k)), sign);
  let signs1 = v128.and(pairOf(at(a.votes, k + 1), at(b.votes, k + 1)), sign);
  let signs2 = v128.and(pairOf(at(a.votes, k + 2), at(b.votes, k + 2)), sign);
  let equity0 = pairOf(at(a.equities, k), at(b.equities, k));
  let equity1 = pairOf(at(a.equities, k + 1), at(b.equities, k + 1));
  let equity2 = pairOf(at(a.equities, k + 2), at(b.equities, k + 2));
  let ties = i64x2.splat(0);
  let floored = i64x2.splat(0);
  let left = count;
  do {
    const change = v128.load64_splat(spreads);
    const price = v128.load64_splat(prices);
    const bound = f64x2.mul(tolerance, price);
    equity0 = f64x2.pmax(floor, f64x2.mul(equity0, f64x2.add(flat, v128.xor(change, signs0))));
    equity1 = f64x2.pmax(floor, f64x2.mul(equity1, f64x2.add(flat, v128.xor(change, signs1))));
    equity2 = f64x2.pmax(floor, f64x2.mul(equity2, f64x2.add(flat, v128.xor(change, signs2))));
    floored = i64x2.sub(floored, f64x2.eq(equity0, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity1, floor));
    floored = i64x2.sub(floored, f64x2.eq(equity2, floor));
    const difference0 = f64x2.sub(price, v128.load64_lane(rowsB, v128.load64_zero(rowsA), 1));
    const difference1 = f64x2.sub(price, v128.load64_lane(rowsB, v128.load64_zero(rowsA, rowLength), 1, rowLength));
    const difference2 = f64x2.sub(price, v128.load64_lane(rowsB, v128.load64_zero(rowsA, 2 * rowLength), 1, 2 * rowLength));
    const far0 = f64x2.gt(v128.andnot(difference0, sign), bound);
    const far1 = f64x2.gt(v128.andnot(difference1, sign), bound);
    const far2 = f64x2.gt(v128.andnot(difference2, sign), bound);
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
    let weighted = f64x2.add(v128.load(sums), v128.xor(equity0, signs0));
    weighted = f64x2.add(weighted, v128.xor(equity1, signs1));
    v128.store(sums, f64x2.add(weighted, v128.xor(equity2, signs2)));
    let total = f64x2.add(v128.load(sums, 2 * rowLength), equity0);
    total = f64x2.add(total, equity1);
    v128.store(sums, f64x2.add(total, equity2), 2 * rowLength);
    prices += 8;
    spreads += 8;
    rowsA += 8;
    rowsB += 8;
    sums += 16;
  } while (--left > 0);
  const price = v128.load64_splat(prices - 8);
  const bound = f64x2.mul(tolerance, price);
  keepFollowed(a, b, k, signs0, equity0, price, bound, rowsA - 8, rowsB - 8);
  keepFollowed(a, b, k + 1, signs1, equity1, price, bound, rowsA - 8 + rowLength, rowsB - 8 + rowLength);
  keepFollowed(a, b, k + 2, signs2, equity2, price, bound, rowsA - 8 + 2 * rowLength, rowsB - 8 + 2 * rowLength);
  addCounts(<usize>a.counts, <usize>b.counts, ties);
  addCounts(<usize>a.counts + 8, <usize>b.counts + 8, floored);
}

/**
 * Computes the crossings of two kinds, which may be the same, and sums their votes and equities; `capFree` is whether
 * the spreads are small.
 */
export function advanceVotes(a: Kind, b: Kind, kernel: Kernel, state: State, capFree: bool, scratch: usize, count: usize): void {
  let sums = scratch + voteRows;
  for (let left = count; left > 0; left--) {
    v128.store(sums, i64x2.splat(0));
    v128.store(sums, i64x2.splat(0), 2 * rowLength);
    sums += 16;
  }
  const mayFollow = capFree && state.bars > kernel.firstCutout && state.mayOverflow == 0;
  for (let k: usize = 0; k < 9; k += 3) {
    let following = mayFollow;
    for (let j = k; following && j < k + 3; j++) following = follows(a, j) && follows(b, j);
    if (following) follow(a, b, k, kernel, scratch, count);
    else for (let j = k; j < k + 3; j++) watch(a, b, j, kernel, scratch, count);
  }
}
