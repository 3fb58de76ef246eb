/**
 * Eight accounts over the same prices, two in the lanes of each vector. Arithmetic is in the same order as in
 * `account.ts`, so results are bit-identical. The orders of a span are filled first, then its equities follow without a
 * branch for orders.
 */
import {
  directionStride,
  groupLength,
  groupSize,
  indexesAt,
  masksAt,
  Member,
  memberStride,
  pairSlots,
  rowOfIndexes,
  sinceAt,
  slotLength,
  slotShift,
  slotsAt,
  spanLength,
  unreadSums,
} from "./records";

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

/** The double of two integers. */
@inline
function twoDoubles(first: i32, second: i32): v128 {
  return f64x2.convert_low_i32x4_s(i32x4.replace_lane(i32x4.splat(first), 1, second));
}

/**
 * Marks the orders of one account in a span: the bars at which the two decisions before differ. Writes the mask of
 * these bars, and by bar the number of orders so far. `decision` is the address of the decision before the span.
 * Returns the number of orders.
 */
function markOrders(decision: usize, mask: usize, indexes: usize, count: usize): i32 {
  const zero = i8x16.splat(0);
  let orders: u64 = 0;
  let before = zero;
  for (let k: usize = 0; k < <usize>spanLength; k += 16) {
    const changed = i8x16.ne(v128.load(decision + k), v128.load(decision + k - 1));
    orders |= (<u64>i8x16.bitmask(changed)) << k;
    // A sum over all bytes before each one, in four steps.
    let sum = i8x16.neg(changed);
    sum = i8x16.add(sum, v128.shuffle<i8>(zero, sum, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30));
    sum = i8x16.add(sum, v128.shuffle<i8>(zero, sum, 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
    sum = i8x16.add(sum, v128.shuffle<i8>(zero, sum, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
    sum = i8x16.add(sum, v128.shuffle<i8>(zero, sum, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    sum = i8x16.add(sum, before);
    // Two bytes per bar: the distance of the slot from the first.
    v128.store(indexes + 2 * k, i16x8.shl(i16x8.extend_low_i8x16_u(sum), slotShift));
    v128.store(indexes + 2 * k, i16x8.shl(i16x8.extend_high_i8x16_u(sum), slotShift), 16);
    before = i8x16.splat(i8x16.extract_lane_s(sum, 15));
  }
  if (count < <usize>spanLength) orders &= ((<u64>1) << count) - 1;
  store<u64>(mask, orders);
  return <i32>popcnt(orders);
}

/** Writes what two accounts hold: the money and the quantity of the first one, then those of the second. */
@inline
function writeSlot(slot: usize, cash: v128, quantity: v128): void {
  v128.store(slot, v128.shuffle<i64>(cash, quantity, 0, 2));
  v128.store(slot, v128.shuffle<i64>(cash, quantity, 1, 3), 16);
}

/**
 * Fills the next order of each of two accounts, at bars of their own, and writes what they then hold to a slot. An
 * account without a further order keeps what it holds. `decision` is the address of the decision before the span in
 * the row of the first account.
 */
@inline
function fillNext(pair: usize, masks: usize, slot: usize, since: usize, decision: usize, fill: usize): void {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const orders = v128.load(masks);
  const ordered = i64x2.ne(orders, zero);
  const first = <usize>ctz(load<u64>(masks));
  const second = <usize>ctz(load<u64>(masks, 8));
  v128.store(masks, v128.and(orders, i64x2.add(orders, i64x2.splat(-1))));
  // An account without an order reads the bar after the span, and uses nothing of it.
  const price = v128.load64_lane(fill + (second << 3), v128.load64_zero(fill + (first << 3)), 1);
  const wanted = twoDoubles(load<i8>(decision + first), load<i8>(decision + second, directionStride));
  const bar = twoDoubles(<i32>first, <i32>second);
  const cash = member(pair, Member.cash);
  const quantity = member(pair, Member.quantity);
  const isHeld = f64x2.ne(quantity, zero);
  const equity = f64x2.add(cash, f64x2.mul(quantity, price));
  const ended = v128.and(ordered, f64x2.le(equity, zero));
  const lost = v128.or(f64x2.ne(member(pair, Member.lost), zero), ended);
  const target = v128.andnot(f64x2.div(f64x2.mul(wanted, equity), price), lost);
  const change = f64x2.sub(target, quantity);
  const traded = v128.and(ordered, f64x2.ne(change, zero));
  const factor = v128.bitselect(member(pair, Member.buyFactor), member(pair, Member.sellFactor), f64x2.gt(change, zero));
  const filled = f64x2.mul(price, factor);
  const notional = f64x2.mul(f64x2.abs(change), filled);
  const fee = f64x2.mul(notional, member(pair, Member.feeRate));
  const left = f64x2.sub(f64x2.sub(cash, f64x2.mul(change, filled)), fee);
  const cashAfter = v128.bitselect(left, cash, traded);
  const quantityAfter = v128.bitselect(target, quantity, traded);
  keep(pair, Member.cash, cashAfter);
  keep(pair, Member.quantity, quantityAfter);
  writeSlot(slot, cashAfter, quantityAfter);
  keep(pair, Member.lost, v128.and(lost, one));
  keep(pair, Member.fees, f64x2.add(member(pair, Member.fees), v128.and(fee, traded)));
  keep(pair, Member.traded, f64x2.add(member(pair, Member.traded), v128.and(notional, traded)));
  const closed = v128.and(v128.and(traded, isHeld), one);
  keep(pair, Member.closed, f64x2.add(member(pair, Member.closed), closed));
  const start = v128.load(since);
  const held = v128.and(v128.and(ordered, isHeld), f64x2.sub(bar, start));
  keep(pair, Member.heldBars, f64x2.add(member(pair, Member.heldBars), held));
  v128.store(since, v128.bitselect(bar, start, ordered));
}

/**
 * Fills the orders of a span: the first one of all eight accounts, then the second one, and so on. Their chains run
 * side by side, since each order waits for the money left by the one before it, through a division.
 */
function fillOrders(group: usize, decisions: usize, fill: usize, work: usize, count: usize): void {
  const masks = work + masksAt;
  const since = work + sinceAt;
  const slots = work + slotsAt;
  let most: i32 = 0;
  for (let k: usize = 0; k < <usize>groupSize; k++) {
    const row = decisions + k * <usize>directionStride;
    most = max(most, markOrders(row, masks + (k << 3), work + indexesAt + k * rowOfIndexes, count));
  }
  const zero = f64x2.splat(0);
  for (let p: usize = 0; p < <usize>groupSize >> 1; p++) {
    const slot = slots + p * pairSlots;
    writeSlot(slot, member(group + (p << 4), Member.cash), member(group + (p << 4), Member.quantity));
    v128.store(since + (p << 4), zero);
  }
  let slot = slots;
  for (let k: i32 = 0; k < most; k++) {
    slot += slotLength;
    for (let p: usize = 0; p < <usize>groupSize >> 1; p++) {
      const at = p << 4;
      const row = decisions + 2 * p * <usize>directionStride;
      fillNext(group + at, masks + at, slot + p * pairSlots, since + at, row, fill);
    }
  }
  for (let p: usize = 0; p < <usize>groupSize >> 1; p++) {
    const pair = group + (p << 4);
    const bars = f64x2.sub(f64x2.splat(<f64>count), v128.load(since + (p << 4)));
    const held = v128.and(f64x2.ne(member(pair, Member.quantity), zero), bars);
    keep(pair, Member.heldBars, f64x2.add(member(pair, Member.heldBars), held));
  }
}

/**
 * Adds the bars of a span to two accounts, whose orders are filled, writes their returns, and adds their equities to
 * `sums`, which has the rows of returns. There is no branch for orders: at each bar, an account holds what the slot of
 * its number of orders says.
 */
function advancePair(
  pair: usize,
  slots: usize,
  indexes: usize,
  close: usize,
  returns: usize,
  sums: usize,
  count: usize,
): void {
  const one = f64x2.splat(1);
  let last = member(pair, Member.last);
  let maximum = member(pair, Member.maximum);
  let trough = member(pair, Member.trough);
  for (let i: usize = 0; i < count; i++) {
    const first = v128.load(slots + <usize>load<u16>(indexes));
    const second = v128.load(slots + <usize>load<u16>(indexes, rowOfIndexes), 16);
    const cash = v128.shuffle<i64>(first, second, 0, 2);
    const quantity = v128.shuffle<i64>(first, second, 1, 3);
    const equity = f64x2.add(cash, f64x2.mul(quantity, v128.load64_splat(close)));
    v128.store(returns, f64x2.sub(f64x2.div(equity, last), one));
    // Nothing waits for this load: divisions take longer.
    v128.store(sums, f64x2.add(v128.load(sums), equity));
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
    indexes += 2;
    close += 8;
    returns += returnStride;
    sums += returnStride;
  }
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
    fillOrders(group, directions + 15 + from, fill + (from << 3), work, span);
    for (let p: usize = 0; p < <usize>groupSize >> 1; p++) {
      const place = p << 4;
      const slots = work + slotsAt + p * pairSlots;
      const indexes = work + indexesAt + 2 * p * rowOfIndexes;
      advancePair(group + place, slots, indexes, close + (from << 3), work + place, sums + place, span);
    }
    addSpan(group, work, bars + <f64>from, span);
    sums += sumStride;
  }
  for (let k: i32 = 0; k < groupSize; k++) {
    const last = directions + <usize>(k * directionStride) + count;
    store<f64>(group + (<usize>k << 3), <f64>load<i8>(last, 15), Member.pending * memberStride);
    store<f64>(group + (<usize>k << 3), <f64>load<i8>(last, 14), Member.held * memberStride);
  }
}

/**
 * Adds `count` bars to a group of which `bars` are known. `directions` are eight rows, `directionStride` apart, with
 * the block after 16 bytes. `work` has `workLength` bytes. Returns the first account with a direction that
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
  advanceRows(group, directions, fill, close, work, bars, count, work + unreadSums, 0);
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
