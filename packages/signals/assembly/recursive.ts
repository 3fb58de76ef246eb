import { at, lengthCount, rowLength, Kernel, Kind } from "./records";

@inline
function storePair(row: usize, values: v128): void {
  v128.store64_lane(row, values, 0);
  v128.store64_lane(row + rowLength, values, 1);
}

/** The bar of the block from which no average of the kind is being seeded. */
function seededFrom(kind: Kind, doubled: bool, start: f64, count: usize): usize {
  const lanes = <usize>kind.count;
  // A single average gains nothing from lanes.
  if (lanes < lengthCount) return count;
  let last: f64 = 0;
  for (let k: usize = 0; k < lanes; k++) last = max<f64>(last, load<f64>(at(kind.lengths, k)));
  if (doubled) last = 2 * last;
  return <usize>min<f64>(max<f64>(last - start, 0), <f64>count);
}

function seedEma(kind: Kind, k: usize, source: usize, start: f64, end: usize): void {
  const length = load<f64>(at(kind.lengths, k));
  const alpha = 2 / (length + 1);
  const oneMinusAlpha = 1 - alpha;
  const row = <usize>kind.rows + k * rowLength;
  let value = load<f64>(at(kind.averages, k));
  let i: usize = 0;
  for (; i < end && start + <f64>i < length; i++) {
    const bar = start + <f64>i;
    value += load<f64>(source + (i << 3));
    if (bar == length - 1) value /= length;
    store<f64>(row + (i << 3), bar == length - 1 ? value : NaN);
  }
  for (; i < end; i++) {
    value = alpha * load<f64>(source + (i << 3)) + oneMinusAlpha * value;
    store<f64>(row + (i << 3), value);
  }
  store<f64>(at(kind.averages, k), value);
}

/**
 * Nine EMAs in five pairs of lanes, the last of which repeats one. Each is a chain of a multiplication and an addition
 * per bar; five run in parallel.
 */
export function advanceEma(kind: Kind, source: usize, start: f64, count: usize): void {
  const from = seededFrom(kind, false, start, count);
  if (from > 0) for (let k: usize = 0; k < <usize>kind.count; k++) seedEma(kind, k, source, start, from);
  if (from == count) return;
  const factors = <usize>kind.factors;
  const oneMinusAlphas = <usize>kind.oneMinusAlphas;
  const values = <usize>kind.averages;
  const rateA = v128.load(factors);
  const rateB = v128.load(factors + 16);
  const rateC = v128.load(factors + 32);
  const rateD = v128.load(factors + 48);
  const rateE = v128.load(factors + 56);
  const oneMinusA = v128.load(oneMinusAlphas);
  const oneMinusB = v128.load(oneMinusAlphas + 16);
  const oneMinusC = v128.load(oneMinusAlphas + 32);
  const oneMinusD = v128.load(oneMinusAlphas + 48);
  const oneMinusE = v128.load(oneMinusAlphas + 56);
  let a = v128.load(values);
  let b = v128.load(values + 16);
  let c = v128.load(values + 32);
  let d = v128.load(values + 48);
  let e = v128.load(values + 56);
  let row = <usize>kind.rows + (from << 3);
  const end = source + (count << 3);
  for (let at = source + (from << 3); at < end; at += 8) {
    const price = v128.load64_splat(at);
    a = f64x2.add(f64x2.mul(rateA, price), f64x2.mul(oneMinusA, a));
    b = f64x2.add(f64x2.mul(rateB, price), f64x2.mul(oneMinusB, b));
    c = f64x2.add(f64x2.mul(rateC, price), f64x2.mul(oneMinusC, c));
    d = f64x2.add(f64x2.mul(rateD, price), f64x2.mul(oneMinusD, d));
    e = f64x2.add(f64x2.mul(rateE, price), f64x2.mul(oneMinusE, e));
    storePair(row, a);
    storePair(row + 2 * rowLength, b);
    storePair(row + 4 * rowLength, c);
    storePair(row + 6 * rowLength, d);
    v128.store64_lane(row + 8 * rowLength, e, 1);
    row += 8;
  }
  v128.store(values, a);
  v128.store(values + 16, b);
  v128.store(values + 32, c);
  v128.store(values + 48, d);
  v128.store64_lane(values + 64, e, 1);
}

function seedDema(kind: Kind, k: usize, source: usize, start: f64, end: usize, doubled: bool): void {
  const length = load<f64>(at(kind.lengths, k));
  const seedLength = doubled ? length : 1;
  const seeded = length - 1 + seedLength;
  const alpha = 2 / (length + 1);
  const oneMinusAlpha = 1 - alpha;
  const row = <usize>kind.rows + k * rowLength;
  const firsts = at(kind.averages, k);
  const seconds = firsts + (<usize>kind.count << 3);
  let first = load<f64>(firsts);
  let second = load<f64>(seconds);
  let i: usize = 0;
  for (; i < end && start + <f64>i < seeded; i++) {
    const bar = start + <f64>i;
    const value = load<f64>(source + (i << 3));
    first = bar < length ? first + value : alpha * value + oneMinusAlpha * first;
    if (bar == length - 1) first /= length;
    if (bar >= length - 1) second += first;
    if (bar == seeded - 1) second /= seedLength;
    store<f64>(row + (i << 3), bar == seeded - 1 ? 2 * first - second : NaN);
  }
  for (; i < end; i++) {
    first = alpha * load<f64>(source + (i << 3)) + oneMinusAlpha * first;
    second = alpha * first + oneMinusAlpha * second;
    store<f64>(row + (i << 3), 2 * first - second);
  }
  store<f64>(firsts, first);
  store<f64>(seconds, second);
}

/** DEMAs 0 to 5. */
function advanceFirst(kind: Kind, source: usize, from: usize, count: usize): void {
  const factors = <usize>kind.factors;
  const oneMinusAlphas = <usize>kind.oneMinusAlphas;
  const firsts = <usize>kind.averages;
  const seconds = firsts + (lengthCount << 3);
  const rateA = v128.load(factors);
  const rateB = v128.load(factors + 16);
  const rateC = v128.load(factors + 32);
  const oneMinusA = v128.load(oneMinusAlphas);
  const oneMinusB = v128.load(oneMinusAlphas + 16);
  const oneMinusC = v128.load(oneMinusAlphas + 32);
  let a = v128.load(firsts);
  let b = v128.load(firsts + 16);
  let c = v128.load(firsts + 32);
  let a2 = v128.load(seconds);
  let b2 = v128.load(seconds + 16);
  let c2 = v128.load(seconds + 32);
  let row = <usize>kind.rows + (from << 3);
  const end = source + (count << 3);
  for (let at = source + (from << 3); at < end; at += 8) {
    const price = v128.load64_splat(at);
    a = f64x2.add(f64x2.mul(rateA, price), f64x2.mul(oneMinusA, a));
    b = f64x2.add(f64x2.mul(rateB, price), f64x2.mul(oneMinusB, b));
    c = f64x2.add(f64x2.mul(rateC, price), f64x2.mul(oneMinusC, c));
    a2 = f64x2.add(f64x2.mul(rateA, a), f64x2.mul(oneMinusA, a2));
    b2 = f64x2.add(f64x2.mul(rateB, b), f64x2.mul(oneMinusB, b2));
    c2 = f64x2.add(f64x2.mul(rateC, c), f64x2.mul(oneMinusC, c2));
    storePair(row, f64x2.sub(f64x2.add(a, a), a2));
    storePair(row + 2 * rowLength, f64x2.sub(f64x2.add(b, b), b2));
    storePair(row + 4 * rowLength, f64x2.sub(f64x2.add(c, c), c2));
    row += 8;
  }
  v128.store(firsts, a);
  v128.store(firsts + 16, b);
  v128.store(firsts + 32, c);
  v128.store(seconds, a2);
  v128.store(seconds + 16, b2);
  v128.store(seconds + 32, c2);
}

/** Nine DEMAs. */
export function advanceDema(kind: Kind, doubled: bool, source: usize, start: f64, count: usize): void {
  const from = seededFrom(kind, doubled, start, count);
  if (from > 0) for (let k: usize = 0; k < <usize>kind.count; k++) seedDema(kind, k, source, start, from, doubled);
  if (from == count) return;
  advanceFirst(kind, source, from, count);
  advanceRest(kind, source, from, count);
}

/** DEMAs 6 to 8. */
function advanceRest(kind: Kind, source: usize, from: usize, count: usize): void {
  const factors = at(kind.factors, 6);
  const oneMinusAlphas = at(kind.oneMinusAlphas, 6);
  const firsts = at(kind.averages, 6);
  const seconds = firsts + (lengthCount << 3);
  const rateA = v128.load(factors);
  const oneMinusA = v128.load(oneMinusAlphas);
  const rateB = load<f64>(factors + 16);
  const oneMinusB = load<f64>(oneMinusAlphas + 16);
  let a = v128.load(firsts);
  let b = load<f64>(firsts + 16);
  let a2 = v128.load(seconds);
  let b2 = load<f64>(seconds + 16);
  let row = <usize>kind.rows + 6 * rowLength + (from << 3);
  const end = source + (count << 3);
  for (let at = source + (from << 3); at < end; at += 8) {
    const price = v128.load64_splat(at);
    a = f64x2.add(f64x2.mul(rateA, price), f64x2.mul(oneMinusA, a));
    b = rateB * load<f64>(at) + oneMinusB * b;
    a2 = f64x2.add(f64x2.mul(rateA, a), f64x2.mul(oneMinusA, a2));
    b2 = rateB * b + oneMinusB * b2;
    storePair(row, f64x2.sub(f64x2.add(a, a), a2));
    store<f64>(row + 2 * rowLength, 2 * b - b2);
    row += 8;
  }
  v128.store(firsts, a);
  store<f64>(firsts + 16, b);
  v128.store(seconds, a2);
  store<f64>(seconds + 16, b2);
}

export function seedKama(kind: Kind, k: usize, source: usize, start: f64, end: usize, constant: bool): void {
  const slow: f64 = 0.064;
  const length = load<f64>(at(kind.lengths, k));
  const row = <usize>kind.rows + k * rowLength;
  let value = load<f64>(at(kind.averages, k));
  if (start == 0 && constant) value = load<f64>(source);
  let i: usize = 0;
  for (; i < end && start + <f64>i < length; i++) {
    if (!constant) value += slow * slow * (load<f64>(source + (i << 3)) - value);
    store<f64>(row + (i << 3), value);
  }
  for (; i < end; i++) {
    value += load<f64>(row + (i << 3)) * (load<f64>(source + (i << 3)) - value);
    store<f64>(row + (i << 3), value);
  }
  store<f64>(at(kind.averages, k), value);
}

@inline
function loadPair(row: usize): v128 {
  return v128.load64_lane(row + rowLength, v128.load64_zero(row), 1);
}

@inline
function approach(value: v128, price: v128, factors: v128): v128 {
  return f64x2.add(value, f64x2.mul(factors, f64x2.sub(price, value)));
}

/** Nine KAMAs; their rows hold the smoothing factors. */
export function advanceKama(kind: Kind, constant: bool, source: usize, start: f64, count: usize): void {
  const from = seededFrom(kind, false, start, count);
  if (from > 0) for (let k: usize = 0; k < <usize>kind.count; k++) seedKama(kind, k, source, start, from, constant);
  if (from == count) return;
  const values = <usize>kind.averages;
  let a = v128.load(values);
  let b = v128.load(values + 16);
  let c = v128.load(values + 32);
  let d = v128.load(values + 48);
  let e = v128.load64_zero(values + 64);
  let row = <usize>kind.rows + (from << 3);
  const end = source + (count << 3);
  for (let at = source + (from << 3); at < end; at += 8) {
    const price = v128.load64_splat(at);
    a = approach(a, price, loadPair(row));
    b = approach(b, price, loadPair(row + 2 * rowLength));
    c = approach(c, price, loadPair(row + 4 * rowLength));
    d = approach(d, price, loadPair(row + 6 * rowLength));
    e = approach(e, price, v128.load64_zero(row + 8 * rowLength));
    storePair(row, a);
    storePair(row + 2 * rowLength, b);
    storePair(row + 4 * rowLength, c);
    storePair(row + 6 * rowLength, d);
    v128.store64_lane(row + 8 * rowLength, e, 0);
    row += 8;
  }
  v128.store(values, a);
  v128.store(values + 16, b);
  v128.store(values + 32, c);
  v128.store(values + 48, d);
  v128.store64_lane(values + 64, e, 0);
}

/** EMA, DEMA or KAMA; does nothing for other kinds. */
export function advanceRecursive(kind: Kind, kernel: Kernel, source: usize, start: f64, count: usize): void {
  const lts = kernel.lts != 0;
  const which = <i32>kind.kind;
  if (which == 0) advanceEma(kind, source, start, count);
  else if (which == 3) advanceDema(kind, !lts, source, start, count);
  else if (which == 5) advanceKama(kind, lts, source, start, count);
}
