/**
 * The average signals and directions of many configurations over kinds that they share. The lanes of a vector are bars,
 * since no bar waits for the one before it: a direction is the carry of an addition of bit masks.
 */
import { rowLength, Decision, Weighted } from "./records";

/** Sixteen bytes with the bits 1, 2, 4 .. 128, twice. */
const bits: usize = memory.data<u8>([1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128], 16);

/** Writes the cuts and equities of `count` bars for `size` records from `first` on. */
export function cutKinds(first: usize, size: usize, count: usize): void {
  const sign = f64x2.splat(-0.0);
  const end = count << 3;
  for (let record = first; size > 0; size--, record += offsetof<Weighted>()) {
    const weighted = changetype<Weighted>(record);
    const long = f64x2.splat(weighted.long);
    const short = f64x2.splat(weighted.short);
    const signals = <usize>weighted.signals;
    const row = <usize>weighted.row;
    for (let i: usize = 0; i < end; i += 16) {
      const signal = v128.load(signals + i);
      const equity = v128.load(signals + i, 6 * rowLength);
      const plus = v128.and(equity, f64x2.gt(signal, long));
      const minus = v128.and(v128.xor(equity, sign), f64x2.lt(signal, short));
      v128.store(row + i, v128.or(plus, minus));
      v128.store(row + i, equity, rowLength);
    }
  }
}

/** The average signal of `count` bars, before any delay. If `zeroes`, NaN becomes 0. */
@inline
function averageOf(decision: Decision, count: usize, zeroes: bool): void {
  let a = <usize>decision.kind0;
  let b = <usize>decision.kind1;
  let c = <usize>decision.kind2;
  let d = <usize>decision.kind3;
  let e = <usize>decision.kind4;
  let f = <usize>decision.kind5;
  let target = <usize>decision.averages;
  const end = target + (count << 3);
  // Rows have room for the bars beyond the last that a whole iteration computes.
  while (target < end) {
    let cut0 = v128.load(a);
    let cut1 = v128.load(a, 16);
    let cut2 = v128.load(a, 32);
    let cut3 = v128.load(a, 48);
    let sum0 = v128.load(a, rowLength);
    let sum1 = v128.load(a, rowLength + 16);
    let sum2 = v128.load(a, rowLength + 32);
    let sum3 = v128.load(a, rowLength + 48);
    cut0 = f64x2.add(cut0, v128.load(b));
    cut1 = f64x2.add(cut1, v128.load(b, 16));
    cut2 = f64x2.add(cut2, v128.load(b, 32));
    cut3 = f64x2.add(cut3, v128.load(b, 48));
    sum0 = f64x2.add(sum0, v128.load(b, rowLength));
    sum1 = f64x2.add(sum1, v128.load(b, rowLength + 16));
    sum2 = f64x2.add(sum2, v128.load(b, rowLength + 32));
    sum3 = f64x2.add(sum3, v128.load(b, rowLength + 48));
    cut0 = f64x2.add(cut0, v128.load(c));
    cut1 = f64x2.add(cut1, v128.load(c, 16));
    cut2 = f64x2.add(cut2, v128.load(c, 32));
    cut3 = f64x2.add(cut3, v128.load(c, 48));
    sum0 = f64x2.add(sum0, v128.load(c, rowLength));
    sum1 = f64x2.add(sum1, v128.load(c, rowLength + 16));
    sum2 = f64x2.add(sum2, v128.load(c, rowLength + 32));
    sum3 = f64x2.add(sum3, v128.load(c, rowLength + 48));
    cut0 = f64x2.add(cut0, v128.load(d));
    cut1 = f64x2.add(cut1, v128.load(d, 16));
    cut2 = f64x2.add(cut2, v128.load(d, 32));
    cut3 = f64x2.add(cut3, v128.load(d, 48));
    sum0 = f64x2.add(sum0, v128.load(d, rowLength));
    sum1 = f64x2.add(sum1, v128.load(d, rowLength + 16));
    sum2 = f64x2.add(sum2, v128.load(d, rowLength + 32));
    sum3 = f64x2.add(sum3, v128.load(d, rowLength + 48));
    cut0 = f64x2.add(cut0, v128.load(e));
    cut1 = f64x2.add(cut1, v128.load(e, 16));
    cut2 = f64x2.add(cut2, v128.load(e, 32));
    cut3 = f64x2.add(cut3, v128.load(e, 48));
    sum0 = f64x2.add(sum0, v128.load(e, rowLength));
    sum1 = f64x2.add(sum1, v128.load(e, rowLength + 16));
    sum2 = f64x2.add(sum2, v128.load(e, rowLength + 32));
    sum3 = f64x2.add(sum3, v128.load(e, rowLength + 48));
    cut0 = f64x2.div(f64x2.add(cut0, v128.load(f)), f64x2.add(sum0, v128.load(f, rowLength)));
    cut1 = f64x2.div(f64x2.add(cut1, v128.load(f, 16)), f64x2.add(sum1, v128.load(f, rowLength + 16)));
    cut2 = f64x2.div(f64x2.add(cut2, v128.load(f, 32)), f64x2.add(sum2, v128.load(f, rowLength + 32)));
    cut3 = f64x2.div(f64x2.add(cut3, v128.load(f, 48)), f64x2.add(sum3, v128.load(f, rowLength + 48)));
    if (zeroes) {
      cut0 = v128.and(cut0, f64x2.eq(cut0, cut0));
      cut1 = v128.and(cut1, f64x2.eq(cut1, cut1));
      cut2 = v128.and(cut2, f64x2.eq(cut2, cut2));
      cut3 = v128.and(cut3, f64x2.eq(cut3, cut3));
    }
    v128.store(target, cut0);
    v128.store(target, cut1, 16);
    v128.store(target, cut2, 32);
    v128.store(target, cut3, 48);
    a += 64;
    b += 64;
    c += 64;
    d += 64;
    e += 64;
    f += 64;
    target += 64;
  }
}

/** The masks of eight bars in eight lanes of 16 bits. */
@inline
function halve(a: v128, b: v128, c: v128, d: v128): v128 {
  return i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6));
}

@inline
function bitsOf(low: v128, high: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high));
}

/** A bit for each of sixteen bars whose value is above the bound. */
@inline
function above(row: usize, bound: v128): u64 {
  const low = halve(f64x2.gt(v128.load(row), bound), f64x2.gt(v128.load(row, 16), bound), f64x2.gt(v128.load(row, 32), bound), f64x2.gt(v128.load(row, 48), bound));
  const high = halve(f64x2.gt(v128.load(row, 64), bound), f64x2.gt(v128.load(row, 80), bound), f64x2.gt(v128.load(row, 96), bound), f64x2.gt(v128.load(row, 112), bound));
  return bitsOf(low, high);
}

/** A bit for each of sixteen bars whose value is below the bound. */
@inline
function below(row: usize, bound: v128): u64 {
  const low = halve(f64x2.lt(v128.load(row), bound), f64x2.lt(v128.load(row, 16), bound), f64x2.lt(v128.load(row, 32), bound), f64x2.lt(v128.load(row, 48), bound));
  const high = halve(f64x2.lt(v128.load(row, 64), bound), f64x2.lt(v128.load(row, 80), bound), f64x2.lt(v128.load(row, 96), bound), f64x2.lt(v128.load(row, 112), bound));
  return bitsOf(low, high);
}

/** A bit for each of sixteen bars whose value is a number. */
@inline
function numbers(row: usize): u64 {
  let found: u64 = 0;
  for (let i: usize = 0; i < 16; i += 2) {
    const values = v128.load(row + (i << 3));
    found |= (<u64>i64x2.bitmask(f64x2.eq(values, values))) << i;
  }
  return found;
}

/** Writes the directions of sixteen bars: 1 if the bit in `up` is set, else -1; 0 if the bit in `begun` is not set. */
@inline
function writeDirections(target: usize, up: u64, begun: u64): void {
  const masks = v128.load(bits);
  const places = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const ups = i8x16.eq(v128.and(i8x16.swizzle(i16x8.splat(<i16>up), places), masks), masks);
  const shown = i8x16.eq(v128.and(i8x16.swizzle(i16x8.splat(<i16>begun), places), masks), masks);
  const directions = i8x16.sub(v128.and(ups, i8x16.splat(2)), i8x16.splat(1));
  v128.store(target, v128.and(directions, shown));
}

/** Writes the directions of up to 64 bars at `target` from the outputs in `row`. */
@inline
function decide(decision: Decision, row: usize, count: usize, target: usize, wary: bool): void {
  const long = f64x2.splat(decision.long);
  const short = f64x2.splat(decision.short);
  let highs: u64 = 0;
  let lows: u64 = 0;
  let valid: u64 = 0;
  for (let i: usize = 0; i < count; i += 16) {
    highs |= above(row + (i << 3), long) << i;
    lows |= below(row + (i << 3), short) << i;
    if (wary) valid |= numbers(row + (i << 3)) << i;
  }
  const all: u64 = count == 64 ? ~(<u64>0) : ((<u64>1) << count) - 1;
  if (!wary) valid = all;
  highs &= all;
  lows &= all;
  const notAbove = valid & ~highs;
  const notBelow = valid & ~lows;
  const rises = highs & ((notAbove << 1) | decision.notAbove);
  const falls = lows & ((notBelow << 1) | decision.notBelow);
  decision.notAbove = (notAbove >> (count - 1)) & 1;
  decision.notBelow = (notBelow >> (count - 1)) & 1;
  // In this addition a rise generates a carry, a fall stops it, and all other bars hand it on.
  const before = (rises + ~falls + decision.up) ^ rises ^ ~falls;
  const up = rises | (before & ~falls);
  decision.up = (up >> (count - 1)) & 1;
  let begun = ~(<u64>0);
  if (decision.begun == 0) {
    const changes = rises | falls;
    // Bits from the first change on.
    begun = changes | (0 - changes);
    if (changes != 0) decision.begun = 1;
  }
  for (let i: usize = 0; i < count; i += 16) writeDirections(target + i, up >> i, begun >> i);
}

@inline
function decideBlock(decision: Decision, count: usize, offset: usize, wary: bool): void {
  const averages = <usize>decision.averages;
  if (wary) averageOf(decision, count, decision.lts != 0);
  else averageOf(decision, count, false);
  let row = averages;
  if (decision.delayed != 0) {
    store<f64>(averages - 8, decision.last);
    row -= 8;
  }
  decision.last = load<f64>(averages + (count << 3) - 8);
  const target = <usize>decision.directions + offset;
  for (let from: usize = 0; from < count; from += 64) {
    decide(decision, row + (from << 3), min<usize>(64, count - from), target + from, wary);
  }
}

function decideOrdinary(decision: Decision, count: usize, offset: usize): void {
  decideBlock(decision, count, offset, false);
}

function decideWary(decision: Decision, count: usize, offset: usize): void {
  decideBlock(decision, count, offset, true);
}

/**
 * Computes the average signals and directions of `size` records from `first` on. The directions begin `offset` bytes
 * after the start of their rows.
 */
export function advanceDecisions(first: usize, size: usize, start: f64, count: usize, offset: usize): void {
  for (let record = first; size > 0; size--, record += offsetof<Decision>()) {
    const decision = changetype<Decision>(record);
    // Up to its first bar, the average signal may be NaN, and if delayed, at that bar too.
    if (start > decision.firstBar) decideOrdinary(decision, count, offset);
    else decideWary(decision, count, offset);
  }
}
