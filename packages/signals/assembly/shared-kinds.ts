/**
 * Votes, layer 1 and layer 2 of kinds whose averages occur in kinds of several base lengths: each average votes once,
 * and has one equity per setting. The general case is left to the kernels of single configurations.
 */
import { advanceKinds } from "./layers";
import { fillFactors } from "./prices";
import { closeRow, factorRows, rowLength, voteRows, wholeAt, Kernel, Kind, SharedKind, Unit } from "./records";

const tolerance: f64 = 1e-10;

/** The definition, bar by bar. Returns whether rounding may have changed a side. */
function watchUnit(unit: Unit, prices: usize, count: usize, slack: f64): bool {
  const average = <usize>unit.average;
  const votes = <usize>unit.votes;
  let vote = unit.vote;
  let side = unit.side;
  let ties: f64 = 0;
  let zeros: u64 = 0;
  let doubtful = false;
  for (let i: usize = 0; i < count << 3; i += 8) {
    const price = load<f64>(prices + i);
    const difference = price - load<f64>(average + i);
    const bound = tolerance * price;
    const distance = abs(difference);
    if (distance > bound && distance <= f64.MAX_VALUE) {
      if (distance <= bound + slack) doubtful = true;
      const next = copysign<f64>(1, difference);
      if (side * next <= 0) vote = next;
      side = next;
    } else if (distance <= bound) {
      if (distance >= bound - slack && slack > 0) doubtful = true;
      side = 0;
      ties++;
    } else {
      side = NaN;
    }
    if (vote == 0) zeros++;
    store<f64>(votes + i, vote);
  }
  unit.vote = vote;
  unit.side = side;
  unit.ties += ties;
  unit.zeros = zeros;
  return doubtful;
}

/**
 * The same with bars in the lanes, if the average has voted before and every side is beyond doubt. The differences are
 * the votes: only their signs count. Returns false otherwise.
 */
function followUnit(unit: Unit, prices: usize, count: usize, slack: f64): bool {
  const average = <usize>unit.average;
  const votes = <usize>unit.votes;
  const end = (count & ~1) << 3;
  const share = f64x2.splat(tolerance);
  const slacks = f64x2.splat(slack);
  const largest = f64x2.splat(f64.MAX_VALUE);
  let sure = i64x2.splat(-1);
  for (let i: usize = 0; i < end; i += 16) {
    const price = v128.load(prices + i);
    const difference = f64x2.sub(price, v128.load(average + i));
    const bound = f64x2.add(f64x2.mul(share, price), slacks);
    const distance = f64x2.abs(difference);
    sure = v128.and(sure, v128.and(f64x2.gt(distance, bound), f64x2.le(distance, largest)));
    v128.store(votes + i, difference);
  }
  if (!i64x2.all_true(sure)) return false;
  if ((count & 1) != 0) {
    const price = load<f64>(prices + end);
    const difference = price - load<f64>(average + end);
    const distance = abs(difference);
    if (!(distance > tolerance * price + slack && distance <= f64.MAX_VALUE)) return false;
    store<f64>(votes + end, difference);
  }
  const last = copysign<f64>(1, load<f64>(votes + (count << 3) - 8));
  unit.vote = last;
  unit.side = last;
  unit.zeros = 0;
  return true;
}

/** Whether the vote equals the last side other than 0, as it does after its first crossing. */
@inline
function follows(unit: Unit): boolean {
  return unit.vote != 0 && (unit.side == unit.vote || unit.side == 0);
}

/**
 * Computes the votes of `size` units from `first` on in a block. `window` is the largest price that averages over
 * windows can depend on, `all` the largest price so far. Returns the number of units of which a side is in doubt.
 */
export function crossUnits(first: usize, size: usize, scratch: usize, count: usize, window: f64, all: f64): i32 {
  let doubts = 0;
  const prices = scratch + closeRow;
  for (let record = first; size > 0; size--, record += offsetof<Unit>()) {
    const unit = changetype<Unit>(record);
    const slack = unit.slack * (unit.recursive != 0 ? all : window);
    store<f64>(<usize>unit.votes - 8, unit.vote);
    if (follows(unit) && followUnit(unit, prices, count, slack)) continue;
    if (!watchUnit(unit, prices, count, slack)) continue;
    unit.doubtful = 1;
    doubts++;
  }
  return doubts;
}

@inline
function two(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

/** The equity of one unit, whose votes may be 0. */
function watchEquity(unit: Unit, scratch: usize, count: usize, state: usize): void {
  const votes = <usize>unit.votes;
  const target = <usize>unit.equities;
  const factors = scratch + factorRows;
  let equity = load<f64>(state);
  let vote = load<f64>(votes - 8);
  if (vote != 0) vote = copysign<f64>(1, vote);
  for (let i: usize = 0; i < count; i++) {
    const flat = load<f64>(factors + (i << 3));
    equity *= vote == 0 ? flat : flat + vote * load<f64>(factors + (i << 3), rowLength);
    if (!(equity > 0.25)) equity = 0.25;
    const next = load<f64>(votes + (i << 3));
    vote = <u64>i < unit.zeros ? 0 : copysign<f64>(1, next);
    store<f64>(target + (i << 3), copysign<f64>(equity, next));
  }
  store<f64>(state, equity);
}

@inline
function advanceEquity(equity: v128, vote: v128, spread: v128, flat: v128, sign: v128, floor: v128): v128 {
  return f64x2.pmax(floor, f64x2.mul(equity, f64x2.add(flat, v128.xor(spread, v128.and(vote, sign)))));
}

/** Equities of eight units, all of which have voted. Units are in the lanes, four vectors side by side. */
function followEquities(first: usize, kernel: Kernel, scratch: usize, count: usize, states: usize): void {
  const address = changetype<usize>(kernel);
  const sign = v128.load64_splat(address, offsetof<Kernel>("sign"));
  const floor = v128.load64_splat(address, offsetof<Kernel>("floor"));
  const flat = v128.load64_splat(address, offsetof<Kernel>("retention"));
  const spreads = scratch + factorRows + rowLength;
  // Rows of consecutive units are `rowLength` apart.
  const votes = <usize>changetype<Unit>(first).votes;
  const target = <usize>changetype<Unit>(first).equities;
  let e0 = v128.load(states);
  let e1 = v128.load(states, 16);
  let e2 = v128.load(states, 32);
  let e3 = v128.load(states, 48);
  let v0 = two(votes - 8, votes + rowLength - 8);
  let v1 = two(votes + 2 * rowLength - 8, votes + 3 * rowLength - 8);
  let v2 = two(votes + 4 * rowLength - 8, votes + 5 * rowLength - 8);
  let v3 = two(votes + 6 * rowLength - 8, votes + 7 * rowLength - 8);
  const end = count << 3;
  for (let i: usize = 0; i < end; i += 8) {
    const spread = v128.load64_splat(spreads + i);
    e0 = advanceEquity(e0, v0, spread, flat, sign, floor);
    e1 = advanceEquity(e1, v1, spread, flat, sign, floor);
    e2 = advanceEquity(e2, v2, spread, flat, sign, floor);
    e3 = advanceEquity(e3, v3, spread, flat, sign, floor);
    const row = votes + i;
    v0 = v128.load64_lane(row + rowLength, v128.load64_zero(row), 1);
    v1 = v128.load64_lane(row + 3 * rowLength, v128.load64_zero(row, 2 * rowLength), 1);
    v2 = v128.load64_lane(row + 5 * rowLength, v128.load64_zero(row, 4 * rowLength), 1);
    v3 = v128.load64_lane(row + 7 * rowLength, v128.load64_zero(row, 6 * rowLength), 1);
    const out = target + i;
    const signed0 = v128.or(e0, v128.and(v0, sign));
    const signed1 = v128.or(e1, v128.and(v1, sign));
    const signed2 = v128.or(e2, v128.and(v2, sign));
    const signed3 = v128.or(e3, v128.and(v3, sign));
    v128.store64_lane(out, signed0, 0);
    v128.store64_lane(out, signed0, 1, rowLength);
    v128.store64_lane(out, signed1, 0, 2 * rowLength);
    v128.store64_lane(out, signed1, 1, 3 * rowLength);
    v128.store64_lane(out, signed2, 0, 4 * rowLength);
    v128.store64_lane(out, signed2, 1, 5 * rowLength);
    v128.store64_lane(out, signed3, 0, 6 * rowLength);
    v128.store64_lane(out, signed3, 1, 7 * rowLength);
  }
  v128.store(states, e0);
  v128.store(states, e1, 16);
  v128.store(states, e2, 32);
  v128.store(states, e3, 48);
}

/** Adds the bars on the floor to the counts of units. */
function countFloored(first: usize, size: usize, count: usize, counts: usize): void {
  for (let k: usize = 0; k < size; k++) {
    const row = <usize>changetype<Unit>(first + k * offsetof<Unit>()).equities;
    let floored: f64 = 0;
    for (let i: usize = 0; i < count << 3; i += 8) if (abs(load<f64>(row + i)) == 0.25) floored++;
    store<f64>(counts + (k << 3), load<f64>(counts + (k << 3)) + floored);
  }
}

/** Whether the equities are so small that none can reach the cap within a block of small factors. */
function areLow(states: usize, size: usize): bool {
  let low = i64x2.splat(-1);
  const bound = f64x2.splat(1e40);
  for (let i: usize = 0; i < size << 3; i += 16) low = v128.and(low, f64x2.lt(v128.load(states + i), bound));
  return i64x2.all_true(low);
}

/**
 * Advances the equities of `size` units, a multiple of 8, from `first` on, whose doubles are at `states`. Bars on the
 * floor are added to the doubles at `counts`, unless that is 0. Returns false, and changes nothing, if an equity might
 * reach its cap.
 */
export function advanceUnits(first: usize, size: usize, kernel: Kernel, scratch: usize, start: f64, count: usize, states: usize, counts: usize): bool {
  if (!fillFactors(kernel, scratch, start, count) || !areLow(states, size)) return false;
  for (let u: usize = 0; u < size; u += 8) {
    const eight = first + u * offsetof<Unit>();
    let following = start > kernel.firstCutout;
    for (let k: usize = 0; k < 8; k++) {
      const unit = changetype<Unit>(eight + k * offsetof<Unit>());
      if (unit.zeros != 0 || load<f64>(<usize>unit.votes - 8) == 0) following = false;
    }
    if (following) followEquities(eight, kernel, scratch, count, states + (u << 3));
    else {
      for (let k: usize = 0; k < 8; k++) {
        watchEquity(changetype<Unit>(eight + k * offsetof<Unit>()), scratch, count, states + ((u + k) << 3));
      }
    }
    if (counts != 0) countFloored(eight, 8, count, counts + (u << 3));
  }
  return true;
}

@inline
function unitAt(shared: SharedKind, k: usize): Unit {
  return changetype<Unit>(wholeAt(changetype<usize>(shared), k));
}

/** The sums of a kind's first bars, at which votes may be 0. */
function sumFirst(shared: SharedKind, count: usize, target: usize): void {
  for (let i: usize = 0; i < count; i++) {
    let weighted: f64 = 0;
    let total: f64 = 0;
    for (let k: usize = 0; k < 9; k++) {
      const unit = unitAt(shared, k);
      const signed = load<f64>(<usize>unit.equities + (i << 3));
      if (<u64>i >= unit.zeros) weighted += signed;
      total += abs(signed);
    }
    store<f64>(target + (i << 4), weighted);
    store<f64>(target + (i << 4), total, 2 * rowLength);
  }
}

/** Writes the sums of votes times equities of a kind to every other double at `target`, and those of equities. */
function sumVotes(shared: SharedKind, count: usize, target: usize): void {
  let zeros: u64 = 0;
  for (let k: usize = 0; k < 9; k++) zeros = max<u64>(zeros, unitAt(shared, k).zeros);
  const from = min<usize>((<usize>zeros + 3) & ~3, count);
  if (from > 0) sumFirst(shared, from, target);
  let a = <usize>unitAt(shared, 0).equities + (from << 3);
  let b = <usize>unitAt(shared, 1).equities + (from << 3);
  let c = <usize>unitAt(shared, 2).equities + (from << 3);
  let d = <usize>unitAt(shared, 3).equities + (from << 3);
  let e = <usize>unitAt(shared, 4).equities + (from << 3);
  let f = <usize>unitAt(shared, 5).equities + (from << 3);
  let g = <usize>unitAt(shared, 6).equities + (from << 3);
  let h = <usize>unitAt(shared, 7).equities + (from << 3);
  let j = <usize>unitAt(shared, 8).equities + (from << 3);
  let out = target + (from << 4);
  const end = target + (count << 4);
  while (out < end) {
    let x = v128.load(a);
    let y = v128.load(a, 16);
    let weightedX = x;
    let weightedY = y;
    let totalX = f64x2.abs(x);
    let totalY = f64x2.abs(y);
    x = v128.load(b);
    y = v128.load(b, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(c);
    y = v128.load(c, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(d);
    y = v128.load(d, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(e);
    y = v128.load(e, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(f);
    y = v128.load(f, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(g);
    y = v128.load(g, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(h);
    y = v128.load(h, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    x = v128.load(j);
    y = v128.load(j, 16);
    weightedX = f64x2.add(weightedX, x);
    weightedY = f64x2.add(weightedY, y);
    totalX = f64x2.add(totalX, f64x2.abs(x));
    totalY = f64x2.add(totalY, f64x2.abs(y));
    v128.store64_lane(out, weightedX, 0);
    v128.store64_lane(out, weightedX, 1, 16);
    v128.store64_lane(out, weightedY, 0, 32);
    v128.store64_lane(out, weightedY, 1, 48);
    v128.store64_lane(out, totalX, 0, 2 * rowLength);
    v128.store64_lane(out, totalX, 1, 2 * rowLength + 16);
    v128.store64_lane(out, totalY, 0, 2 * rowLength + 32);
    v128.store64_lane(out, totalY, 1, 2 * rowLength + 48);
    a += 32;
    b += 32;
    c += 32;
    d += 32;
    e += 32;
    f += 32;
    g += 32;
    h += 32;
    j += 32;
    out += 64;
  }
}

/**
 * Computes signals and equities of `size` kinds from `first` on, two at a time, after `advanceUnits` for the same
 * kernel, whose factors are still in the working rows. The last of an odd number is paired with itself.
 */
export function advanceSharedKinds(first: usize, size: usize, kernel: Kernel, scratch: usize, start: f64, count: usize): void {
  for (let k: usize = 0; k < size; k += 2) {
    const a = changetype<SharedKind>(first + k * offsetof<SharedKind>());
    const b = changetype<SharedKind>(first + min<usize>(k + 1, size - 1) * offsetof<SharedKind>());
    sumVotes(a, count, scratch + voteRows);
    sumVotes(b, count, scratch + voteRows + 8);
    advanceKinds(changetype<Kind>(<usize>a.kind), changetype<Kind>(<usize>b.kind), kernel, start, scratch, count);
  }
}
