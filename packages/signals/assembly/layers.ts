import { averageRows, kindRows, rowLength, voteRows, Average, Kernel, Kind } from "./records";
import { secondSpreads } from "./prices";
import { addCounts, holdWithin, pairOf, splitPair } from "./votes";

/** x rounded to 2 decimals: adding 1.5 x 2^52 rounds 100 x to an integer, ties to even. */
@inline
function roundHalfEven(x: v128, hundred: v128, shift: v128): v128 {
  return f64x2.div(f64x2.sub(f64x2.add(f64x2.mul(hundred, x), shift), shift), hundred);
}

@inline
function roundHalfAway(x: v128, hundred: v128): v128 {
  const half = f64x2.splat(0.5);
  const zero = f64x2.splat(0);
  const scaled = f64x2.mul(hundred, x);
  const down = f64x2.sub(zero, f64x2.floor(f64x2.sub(half, scaled)));
  const up = f64x2.floor(f64x2.add(scaled, half));
  return f64x2.div(v128.bitselect(down, up, f64x2.lt(scaled, zero)), hundred);
}

@inline
function signalOf(sums: usize, lts: bool, hundred: v128, shift: v128): v128 {
  const mean = f64x2.div(v128.load(sums), v128.load(sums, 2 * rowLength));
  return lts ? roundHalfEven(mean, hundred, shift) : roundHalfAway(mean, hundred);
}

/**
 * Bars up to and including the cutout of layer 2. Signals are NaN before layer 1's cutout, equities before layer 2's.
 */
function advanceBefore(a: Kind, b: Kind, kernel: Kernel, start: f64, scratch: usize, end: usize): void {
  const hundred = f64x2.splat(kernel.hundred);
  const shift = f64x2.splat(kernel.shift);
  const lts = kernel.lts != 0;
  const sums = scratch + voteRows;
  const missing = f64x2.splat(NaN);
  const equityA = <usize>a.equity;
  const equityB = <usize>b.equity;
  let equity = pairOf(equityA, equityB);
  let signal = pairOf(equityA + 8, equityB + 8);
  let floored = i64x2.splat(0);
  for (let i: usize = 0; i < end; i++) {
    const bar = start + <f64>i;
    signal = bar < kernel.firstCutout ? missing : signalOf(sums + (i << 4), lts, hundred, shift);
    splitPair(<usize>a.signalRow + (i << 3), <usize>b.signalRow + (i << 3), signal);
    if (bar >= kernel.secondCutout) {
      equity = holdWithin(equity);
      floored = i64x2.sub(floored, f64x2.eq(equity, f64x2.splat(0.25)));
    }
    const shown = bar < kernel.secondCutout ? missing : equity;
    splitPair(<usize>a.equityRow + (i << 3), <usize>b.equityRow + (i << 3), shown);
  }
  splitPair(equityA, equityB, equity);
  splitPair(equityA + 8, equityB + 8, signal);
  addCounts(equityA + 24, equityB + 24, floored);
}

@inline
function advanceAfter(a: Kind, b: Kind, kernel: Kernel, scratch: usize, from: usize, count: usize, lts: bool): void {
  const address = changetype<usize>(kernel);
  const hundred = v128.load64_splat(address, offsetof<Kernel>("hundred"));
  const shift = v128.load64_splat(address, offsetof<Kernel>("shift"));
  const flat = v128.load64_splat(address, offsetof<Kernel>("retention"));
  const sign = v128.load64_splat(address, offsetof<Kernel>("sign"));
  const floor = v128.load64_splat(address, offsetof<Kernel>("floor"));
  const zero = f64x2.splat(0);
  const equityA = <usize>a.equity;
  const equityB = <usize>b.equity;
  let sums = scratch + voteRows + (from << 4);
  let spreads = secondSpreads(kernel, scratch) + (from << 3);
  let rowA = <usize>a.signalRow + (from << 3);
  let rowB = <usize>b.signalRow + (from << 3);
  let equity = pairOf(equityA, equityB);
  let signal = pairOf(equityA + 8, equityB + 8);
  // The factor for a signal of 0: in dialect lts always the flat factor.
  let repeated = pairOf(equityA + 16, equityB + 16);
  let floored = i64x2.splat(0);
  let left = count - from;
  do {
    const moving = f64x2.add(flat, v128.xor(v128.load64_splat(spreads), v128.and(signal, sign)));
    const factor = v128.bitselect(moving, repeated, f64x2.gt(v128.andnot(signal, sign), zero));
    if (!lts) repeated = factor;
    equity = holdWithin(f64x2.mul(equity, factor));
    floored = i64x2.sub(floored, f64x2.eq(equity, floor));
    signal = signalOf(sums, lts, hundred, shift);
    v128.store64_lane(rowA, signal, 0);
    v128.store64_lane(rowB, signal, 1);
    v128.store64_lane(rowA, equity, 0, 6 * rowLength);
    v128.store64_lane(rowB, equity, 1, 6 * rowLength);
    sums += 16;
    spreads += 8;
    rowA += 8;
    rowB += 8;
  } while (--left > 0);
  splitPair(equityA, equityB, equity);
  splitPair(equityA + 8, equityB + 8, signal);
  splitPair(equityA + 16, equityB + 16, repeated);
  addCounts(equityA + 24, equityB + 24, floored);
}

/** Computes signals of layer 1 and equities of layer 2 of two kinds from the sums of their votes. */
export function advanceKinds(a: Kind, b: Kind, kernel: Kernel, start: f64, scratch: usize, count: usize): void {
  const from = <usize>min<f64>(max<f64>(kernel.secondCutout - start + 1, 0), <f64>count);
  if (from > 0) advanceBefore(a, b, kernel, start, scratch, from);
  if (from == count) return;
  if (kernel.lts != 0) advanceAfter(a, b, kernel, scratch, from, count, true);
  else advanceAfter(a, b, kernel, scratch, from, count, false);
}

/** Adds a kind's equity with the sign of its cut signal. */
@inline
function addWeighted(weighted: v128, signal: v128, equity: v128, long: v128, short: v128): v128 {
  const added = f64x2.add(weighted, v128.and(equity, f64x2.gt(signal, long)));
  return f64x2.sub(added, v128.and(equity, f64x2.lt(signal, short)));
}

/** The average signal of the six kinds, before any delay. */
function averageKinds(kernel: Kernel, scratch: usize, count: usize): void {
  const address = changetype<usize>(kernel);
  const long = v128.load64_splat(address, offsetof<Kernel>("cutLong"));
  const short = v128.load64_splat(address, offsetof<Kernel>("cutShort"));
  const largest = v128.load64_splat(address, offsetof<Kernel>("largest"));
  const lts = kernel.lts != 0;
  let target = scratch + averageRows;
  let row = scratch + kindRows;
  for (let left = (count + 1) >> 1; left > 0; left--) {
    let equity = v128.load(row, 6 * rowLength);
    let total = equity;
    let weighted = addWeighted(f64x2.splat(0), v128.load(row), equity, long, short);
    equity = v128.load(row, 7 * rowLength);
    total = f64x2.add(total, equity);
    weighted = addWeighted(weighted, v128.load(row, rowLength), equity, long, short);
    equity = v128.load(row, 8 * rowLength);
    total = f64x2.add(total, equity);
    weighted = addWeighted(weighted, v128.load(row, 2 * rowLength), equity, long, short);
    equity = v128.load(row, 9 * rowLength);
    total = f64x2.add(total, equity);
    weighted = addWeighted(weighted, v128.load(row, 3 * rowLength), equity, long, short);
    equity = v128.load(row, 10 * rowLength);
    total = f64x2.add(total, equity);
    weighted = addWeighted(weighted, v128.load(row, 4 * rowLength), equity, long, short);
    equity = v128.load(row, 11 * rowLength);
    total = f64x2.add(total, equity);
    weighted = addWeighted(weighted, v128.load(row, 5 * rowLength), equity, long, short);
    const mean = f64x2.div(weighted, total);
    v128.store(target, lts ? v128.and(mean, f64x2.le(f64x2.abs(mean), largest)) : mean);
    target += 16;
    row += 16;
  }
}

/** The average signal, delayed if configured, and the direction. */
export function advanceAverage(kernel: Kernel, scratch: usize, count: usize): void {
  averageKinds(kernel, scratch, count);
  const state = changetype<Average>(<usize>kernel.average);
  const long = kernel.longThreshold;
  const short = kernel.shortThreshold;
  const delayed = kernel.delayed != 0;
  let row = scratch + averageRows;
  let last = state.last;
  let lastOutput = state.lastOutput;
  let held = state.held;
  for (let left = count; left > 0; left--) {
    const value = load<f64>(row);
    const output = delayed ? last : value;
    if (output > long && lastOutput <= long) held = 1;
    else if (output < short && lastOutput >= short) held = -1;
    store<f64>(row, output);
    store<f64>(row, held, rowLength);
    last = value;
    lastOutput = output;
    row += 8;
  }
  state.last = last;
  state.lastOutput = lastOutput;
  state.held = held;
}
