import { averageRows, kindRows, rowLength, voteRows, Average, Kernel, Kind } from "./records";
import { secondFactors } from "./prices";
import { addCounts, holdWithin, pairOf, splitPair } from "./votes";

/** 100 x rounded to an integer by adding 1.5 x 2^52, ties to even, divided by 100. */
@inline
function roundHalfEven(x: v128): v128 {
  const shift = f64x2.splat(6_755_399_441_055_744);
  const hundred = f64x2.splat(100);
  return f64x2.div(f64x2.sub(f64x2.add(f64x2.mul(hundred, x), shift), shift), hundred);
}

@inline
function roundHalfAway(x: v128): v128 {
  const hundred = f64x2.splat(100);
  const half = f64x2.splat(0.5);
  const zero = f64x2.splat(0);
  const scaled = f64x2.mul(hundred, x);
  const down = f64x2.sub(zero, f64x2.floor(f64x2.sub(half, scaled)));
  const up = f64x2.floor(f64x2.add(scaled, half));
  return f64x2.div(v128.bitselect(down, up, f64x2.lt(scaled, zero)), hundred);
}

@inline
function signalOf(sum: usize, lts: bool): v128 {
  const mean = f64x2.div(v128.load(sum), v128.load(sum + 2 * rowLength));
  return lts ? roundHalfEven(mean) : roundHalfAway(mean);
}

/** Bars up to the cutout of layer 2, inclusive: signals are NaN before layer 1's cutout, equities before layer 2's. */
function advanceBefore(a: Kind, b: Kind, kernel: Kernel, start: f64, scratch: usize, end: usize): void {
  const lts = kernel.lts != 0;
  const sums = voteRows(scratch);
  const missing = f64x2.splat(NaN);
  const equityA = <usize>a.equity;
  const equityB = <usize>b.equity;
  let equity = pairOf(equityA, equityB);
  let signal = pairOf(equityA + 8, equityB + 8);
  let floored = i64x2.splat(0);
  for (let i: usize = 0; i < end; i++) {
    const bar = start + <f64>i;
    signal = bar < kernel.firstCutout ? missing : signalOf(sums + (i << 4), lts);
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
  const sums = voteRows(scratch);
  const spreads = secondFactors(kernel, scratch) + rowLength;
  const flat = f64x2.splat(kernel.kept);
  const sign = f64x2.splat(-0.0);
  const zero = f64x2.splat(0);
  const floor = f64x2.splat(0.25);
  const equityA = <usize>a.equity;
  const equityB = <usize>b.equity;
  const signalA = <usize>a.signalRow;
  const signalB = <usize>b.signalRow;
  const rowA = <usize>a.equityRow;
  const rowB = <usize>b.equityRow;
  let equity = pairOf(equityA, equityB);
  let signal = pairOf(equityA + 8, equityB + 8);
  // What is repeated where the signal is 0: in dialect lts the flat factor, always.
  let repeated = pairOf(equityA + 16, equityB + 16);
  let floored = i64x2.splat(0);
  const end = count << 3;
  for (let i = from << 3; i < end; i += 8) {
    const moving = f64x2.add(flat, v128.xor(v128.load64_splat(spreads + i), v128.and(signal, sign)));
    const factor = v128.bitselect(moving, repeated, f64x2.gt(f64x2.abs(signal), zero));
    if (!lts) repeated = factor;
    equity = holdWithin(f64x2.mul(equity, factor));
    floored = i64x2.sub(floored, f64x2.eq(equity, floor));
    signal = signalOf(sums + (i << 1), lts);
    splitPair(signalA + i, signalB + i, signal);
    splitPair(rowA + i, rowB + i, equity);
  }
  splitPair(equityA, equityB, equity);
  splitPair(equityA + 8, equityB + 8, signal);
  splitPair(equityA + 16, equityB + 16, repeated);
  addCounts(equityA + 24, equityB + 24, floored);
}

/** Signals of layer 1 and equities of layer 2 of two kinds, from the sums of their votes. */
export function advanceKinds(a: Kind, b: Kind, kernel: Kernel, start: f64, scratch: usize, count: usize): void {
  const from = <usize>min<f64>(max<f64>(kernel.secondCutout - start + 1, 0), <f64>count);
  if (from > 0) advanceBefore(a, b, kernel, start, scratch, from);
  if (from == count) return;
  if (kernel.lts != 0) advanceAfter(a, b, kernel, scratch, from, count, true);
  else advanceAfter(a, b, kernel, scratch, from, count, false);
}

/** Adds a kind's equity, by the sign of its cut signal, to the one of the sums and as it is to the other. */
@inline
function addWeighted(weighted: v128, row: usize, long: v128, short: v128): v128 {
  const signal = v128.load(row);
  const equity = v128.load(row, 6 * rowLength);
  const added = f64x2.add(weighted, v128.and(equity, f64x2.gt(signal, long)));
  return f64x2.sub(added, v128.and(equity, f64x2.lt(signal, short)));
}

@inline
function addEquity(total: v128, row: usize): v128 {
  return f64x2.add(total, v128.load(row, 6 * rowLength));
}

/** The average signal of the six kinds, before any delay. */
function averageKinds(kernel: Kernel, scratch: usize, count: usize): void {
  const bytes = count << 3;
  const long = f64x2.splat(kernel.cutLong);
  const short = f64x2.splat(kernel.cutShort);
  const largest = f64x2.splat(f64.MAX_VALUE);
  const lts = kernel.lts != 0;
  const target = averageRows(scratch);
  const first = kindRows(scratch);
  for (let i: usize = 0; i < bytes; i += 16) {
    let row = first + i;
    let weighted = f64x2.splat(0);
    let total = weighted;
    for (let kind: usize = 0; kind < 6; kind++) {
      weighted = addWeighted(weighted, row, long, short);
      total = addEquity(total, row);
      row += rowLength;
    }
    const mean = f64x2.div(weighted, total);
    v128.store(target + i, lts ? v128.and(mean, f64x2.le(f64x2.abs(mean), largest)) : mean);
  }
}

/** The average signal, delayed where that is configured, and the direction. */
export function advanceAverage(kernel: Kernel, scratch: usize, count: usize): void {
  averageKinds(kernel, scratch, count);
  const state = changetype<Average>(<usize>kernel.average);
  const row = averageRows(scratch);
  const end = row + (count << 3);
  const long = kernel.longThreshold;
  const short = kernel.shortThreshold;
  const delayed = kernel.strategyMode != 0;
  let last = state.last;
  let lastOutput = state.lastOutput;
  let held = state.held;
  for (let at = row; at < end; at += 8) {
    const value = load<f64>(at);
    const output = delayed ? last : value;
    if (output > long && lastOutput <= long) held = 1;
    else if (output < short && lastOutput >= short) held = -1;
    store<f64>(at, output);
    store<f64>(at, held, rowLength);
    last = value;
    lastOutput = output;
  }
  state.last = last;
  state.lastOutput = lastOutput;
  state.held = held;
}
