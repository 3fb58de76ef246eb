/**
 * Eight accounts over the same prices, two in the lanes of each vector. Arithmetic is in the same order as in
 * `account.ts`, so results are bit-identical. An account runs from order to order without a branch for orders, and an
 * order is computed for both lanes at once.
 */
import { directionStride, groupLength, groupSize, Member, memberStride, spanLength } from "./records";

/** The returns of a span: by bar, the eight accounts. */
const returnStride: usize = 8 * groupSize;

@inline
function member(pair: usize, name: Member): v128 {
  return v128.load(pair + <usize>(name * memberStride));
}

@inline
function keep(pair: usize, name: Member, value: v128): void {
  v128.store(pair + <usize>(name * memberStride), value);
}

/** The decisions at `address` of two rows of directions. */
@inline
function decisions(address: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(<f64>load<i8>(address)), 1, <f64>load<i8>(address, directionStride));
}

/** Bars of a span at which two rows of directions have an order: the two decisions before the bar differ. */
@inline
function ordersOf(address: usize): u64 {
  let orders: u64 = 0;
  for (let k: usize = 0; k < <usize>spanLength; k += 16) {
    const first = i8x16.ne(v128.load(address + k - 1), v128.load(address + k - 2));
    const second = i8x16.ne(
      v128.load(address + k - 1, directionStride),
      v128.load(address + k - 2, directionStride),
    );
    orders |= (<u64>i8x16.bitmask(v128.or(first, second))) << k;
  }
  return orders;
}

/** Fills the order at a bar in the lanes that have one. `decision` is the address of the last decision. */
function order(pair: usize, decision: usize, reference: f64): void {
  const price = f64x2.splat(reference);
  const cash = member(pair, Member.cash);
  const quantity = member(pair, Member.quantity);
  const zero = f64x2.splat(0);
  const wanted = decisions(decision);
  const ordered = f64x2.ne(wanted, member(pair, Member.held));
  const equity = f64x2.add(cash, f64x2.mul(quantity, price));
  const ended = v128.and(ordered, f64x2.le(equity, zero));
  const lost = v128.or(f64x2.ne(member(pair, Member.lost), zero), ended);
  const target = v128.andnot(f64x2.div(f64x2.mul(wanted, equity), price), lost);
  const change = f64x2.sub(target, quantity);
  const traded = v128.and(ordered, f64x2.ne(change, zero));
  const bought = f64x2.mul(price, member(pair, Member.buyFactor));
  const sold = f64x2.mul(price, member(pair, Member.sellFactor));
  const filled = v128.bitselect(bought, sold, f64x2.gt(change, zero));
  const notional = f64x2.mul(f64x2.abs(change), filled);
  const fee = f64x2.mul(notional, member(pair, Member.feeRate));
  const left = f64x2.sub(f64x2.sub(cash, f64x2.mul(change, filled)), fee);
  keep(pair, Member.cash, v128.bitselect(left, cash, traded));
  keep(pair, Member.quantity, v128.bitselect(target, quantity, traded));
  keep(pair, Member.held, wanted);
  const one = f64x2.splat(1);
  keep(pair, Member.lost, v128.and(lost, one));
  keep(pair, Member.fees, f64x2.add(member(pair, Member.fees), v128.and(fee, traded)));
  keep(pair, Member.traded, f64x2.add(member(pair, Member.traded), v128.and(notional, traded)));
  const closed = v128.and(v128.and(traded, f64x2.ne(quantity, zero)), one);
  keep(pair, Member.closed, f64x2.add(member(pair, Member.closed), closed));
}

/** Adds bars that closed with the position. */
@inline
function countHeldBars(pair: usize, quantity: v128, bars: usize): void {
  const held = v128.and(f64x2.ne(quantity, f64x2.splat(0)), f64x2.splat(<f64>bars));
  keep(pair, Member.heldBars, f64x2.add(member(pair, Member.heldBars), held));
}

/**
 * Adds the bars of a span to two accounts, writes their returns, and adds their equities to `sums`, which has the rows
 * of returns.
 */
function advancePair(
  pair: usize,
  directions: usize,
  fill: usize,
  close: usize,
  returns: usize,
  sums: usize,
  count: usize,
): void {
  const one = f64x2.splat(1);
  let cash = member(pair, Member.cash);
  let quantity = member(pair, Member.quantity);
  let last = member(pair, Member.last);
  let maximum = member(pair, Member.maximum);
  let trough = member(pair, Member.trough);
  let orders = ordersOf(directions);
  if (count < <usize>spanLength) orders &= ((<u64>1) << count) - 1;
  let i: usize = 0;
  let since: usize = 0;
  while (true) {
    const next = orders != 0 ? <usize>ctz(orders) : count;
    for (; i < next; i++) {
      const equity = f64x2.add(cash, f64x2.mul(quantity, v128.load64_splat(close + (i << 3))));
      const at = i * returnStride;
      v128.store(returns + at, f64x2.sub(f64x2.div(equity, last), one));
      // Nothing waits for this load: divisions take longer.
      v128.store(sums + at, f64x2.add(v128.load(sums + at), equity));
      last = equity;
      const heights = f64x2.ge(equity, maximum);
      if (v128.any_true(heights)) {
        // The deepest fall from a maximum is that to the trough after it.
        const fall = f64x2.sub(one, f64x2.div(trough, maximum));
        keep(pair, Member.drawdown, f64x2.pmax(member(pair, Member.drawdown), fall));
        maximum = v128.bitselect(equity, maximum, heights);
        trough = v128.bitselect(equity, trough, heights);
      }
      trough = f64x2.pmin(trough, equity);
    }
    if (i == count) break;
    countHeldBars(pair, quantity, i - since);
    since = i;
    order(pair, directions + i - 1, load<f64>(fill + (i << 3)));
    cash = member(pair, Member.cash);
    quantity = member(pair, Member.quantity);
    orders &= orders - 1;
  }
  countHeldBars(pair, quantity, count - since);
  keep(pair, Member.last, last);
  keep(pair, Member.maximum, maximum);
  keep(pair, Member.trough, trough);
}

/** The loss of a return below a target, 0 if there is none. */
@inline
function lossOf(gain: v128, zero: v128, targets: usize): v128 {
  return f64x2.pmin(zero, f64x2.sub(gain, v128.load(targets)));
}

/**
 * Adds the returns of a span to the moments of four pairs. Their chains run side by side, since each waits twenty
 * cycles for the one before it.
 */
function addMoments(group: usize, returns: usize, bar: f64, count: usize): void {
  const zero = f64x2.splat(0);
  const means = group + <usize>(Member.mean * memberStride);
  const downsides = group + <usize>(Member.downside * memberStride);
  const squares = group + <usize>(Member.squares * memberStride);
  const targets = group + <usize>(Member.target * memberStride);
  let m0 = v128.load(means);
  let m1 = v128.load(means, 16);
  let m2 = v128.load(means, 32);
  let m3 = v128.load(means, 48);
  let s0 = v128.load(squares);
  let s1 = v128.load(squares, 16);
  let s2 = v128.load(squares, 32);
  let s3 = v128.load(squares, 48);
  let d0 = v128.load(downsides);
  let d1 = v128.load(downsides, 16);
  let d2 = v128.load(downsides, 32);
  let d3 = v128.load(downsides, 48);
  for (let i: usize = 0; i < count; i++) {
    const bars = f64x2.splat(bar);
    let gain = v128.load(returns);
    let deviation = f64x2.sub(gain, m0);
    m0 = f64x2.add(m0, f64x2.div(deviation, bars));
    s0 = f64x2.add(s0, f64x2.mul(deviation, f64x2.sub(gain, m0)));
    let loss = lossOf(gain, zero, targets);
    d0 = f64x2.add(d0, f64x2.mul(loss, loss));
    gain = v128.load(returns, 16);
    deviation = f64x2.sub(gain, m1);
    m1 = f64x2.add(m1, f64x2.div(deviation, bars));
    s1 = f64x2.add(s1, f64x2.mul(deviation, f64x2.sub(gain, m1)));
    loss = lossOf(gain, zero, targets + 16);
    d1 = f64x2.add(d1, f64x2.mul(loss, loss));
    gain = v128.load(returns, 32);
    deviation = f64x2.sub(gain, m2);
    m2 = f64x2.add(m2, f64x2.div(deviation, bars));
    s2 = f64x2.add(s2, f64x2.mul(deviation, f64x2.sub(gain, m2)));
    loss = lossOf(gain, zero, targets + 32);
    d2 = f64x2.add(d2, f64x2.mul(loss, loss));
    gain = v128.load(returns, 48);
    deviation = f64x2.sub(gain, m3);
    m3 = f64x2.add(m3, f64x2.div(deviation, bars));
    s3 = f64x2.add(s3, f64x2.mul(deviation, f64x2.sub(gain, m3)));
    loss = lossOf(gain, zero, targets + 48);
    d3 = f64x2.add(d3, f64x2.mul(loss, loss));
    bar += 1;
    returns += returnStride;
  }
  v128.store(means, m0);
  v128.store(means, m1, 16);
  v128.store(means, m2, 32);
  v128.store(means, m3, 48);
  v128.store(squares, s0);
  v128.store(squares, s1, 16);
  v128.store(squares, s2, 32);
  v128.store(squares, s3, 48);
  v128.store(downsides, d0);
  v128.store(downsides, d1, 16);
  v128.store(downsides, d2, 32);
  v128.store(downsides, d3, 48);
}

/** Adds returns of a group from its bar `bar` on; the first bar of all has none. */
@inline
export function addSpan(group: usize, returns: usize, bar: f64, count: usize): void {
  const skipped: usize = bar == 0 ? 1 : 0;
  addMoments(group, returns + skipped * returnStride, bar + <f64>skipped, count - skipped);
}

/**
 * Copies a row of directions and restricts them to the side of their account; zeros follow up to a multiple of 16.
 * Returns whether all of them are -1, 0 or 1. What follows the source is read, up to a multiple of 16.
 */
function clip(source: usize, target: usize, lowest: i8, highest: i8, count: usize): bool {
  const low = i8x16.splat(lowest);
  const high = i8x16.splat(highest);
  const short = i8x16.splat(-1);
  const long = i8x16.splat(1);
  let wrong = i8x16.splat(0);
  for (let i: usize = 0; i < count; i += 16) {
    let given = v128.load(source + i);
    const left = count - i;
    if (left < 16) given = v128.and(given, i8x16.lt_u(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>left)));
    wrong = v128.or(wrong, i8x16.ne(given, i8x16.max_s(short, i8x16.min_s(given, long))));
    v128.store(target + i, i8x16.max_s(low, i8x16.min_s(given, high)));
  }
  return !v128.any_true(wrong);
}

/** Clips the directions of one account into its row, with the two decisions before the block. */
@inline
function fillRow(lane: usize, source: usize, row: usize, count: usize): bool {
  const lowest = <i8>load<f64>(lane, Member.lowest * memberStride);
  const highest = <i8>load<f64>(lane, Member.highest * memberStride);
  if (!clip(source, row + 16, lowest, highest, count)) return false;
  store<i8>(row, <i8>load<f64>(lane, Member.held * memberStride), 14);
  store<i8>(row, <i8>load<f64>(lane, Member.pending * memberStride), 15);
  return true;
}

/**
 * Adds `count` bars to a group whose rows of directions are filled. Their equities are added to `sums`, a row of eight
 * doubles per bar; the sums of a span are `sumStride` bytes after those of the span before it.
 */
function advanceRows(
  group: usize,
  directions: usize,
  fill: usize,
  close: usize,
  work: usize,
  bars: f64,
  count: usize,
  sums: usize,
  sumStride: usize,
): void {
  for (let from: usize = 0; from < count; from += <usize>spanLength) {
    const span = min<usize>(<usize>spanLength, count - from);
    const at = from << 3;
    for (let place: usize = 0; place < returnStride; place += 16) {
      const rows = directions + (place >> 3) * <usize>directionStride + 16 + from;
      advancePair(group + place, rows, fill + at, close + at, work + place, sums + place, span);
    }
    addSpan(group, work, bars + <f64>from, span);
    sums += sumStride;
  }
  for (let k: i32 = 0; k < groupSize; k++) {
    const last = load<i8>(directions + <usize>(k * directionStride) + count, 15);
    store<f64>(group + (<usize>k << 3), <f64>last, Member.pending * memberStride);
  }
}

/**
 * Adds `count` bars to a group of which `bars` are known. `directions` are eight rows, `directionStride` apart, with
 * the block after 16 bytes. `work` has room for two spans of returns. Returns the first account with a direction that
 * is not -1, 0 or 1, else `groupSize`; in the first case the state is unchanged.
 */
export function advanceGroup(
  group: usize,
  directions: usize,
  fill: usize,
  close: usize,
  work: usize,
  bars: f64,
  count: usize,
): i32 {
  for (let k: i32 = 0; k < groupSize; k++) {
    const row = directions + <usize>(k * directionStride);
    if (!fillRow(group + (<usize>k << 3), row + 16, row, count)) return k;
  }
  // Nobody reads these sums. Adding them costs nothing, and a second loop would be one more to keep equal.
  advanceRows(group, directions, fill, close, work, bars, count, work + returnStride * <usize>spanLength, 0);
  return groupSize;
}

/**
 * Adds `count` bars of the same prices to `groups` groups in a row. `sources` has the address of the directions of each
 * account. `directions` is room for eight rows. The equities are added to `sums`, whose groups are `sumStride` bytes
 * apart. Returns the first account with a direction that is not -1, 0 or 1, else the number of accounts; in the first
 * case the groups before it have advanced.
 */
export function advanceGroups(
  groups: i32,
  states: usize,
  sources: usize,
  directions: usize,
  fill: usize,
  close: usize,
  work: usize,
  bars: f64,
  count: usize,
  sums: usize,
  sumStride: usize,
): i32 {
  for (let g: i32 = 0; g < groups; g++) {
    const group = states + <usize>(g * groupLength);
    for (let k: i32 = 0; k < groupSize; k++) {
      const account = g * groupSize + k;
      const row = directions + <usize>(k * directionStride);
      const source = <usize>load<u32>(sources + (<usize>account << 2));
      if (!fillRow(group + (<usize>k << 3), source, row, count)) return account;
    }
    const own = sums + <usize>g * sumStride;
    advanceRows(group, directions, fill, close, work, bars, count, own, returnStride * <usize>spanLength);
  }
  return groups * groupSize;
}
