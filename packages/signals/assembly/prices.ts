import { closeRow, growthRow, factorRows, rowLength, sourceRow, Kernel, State } from "./records";

/** Moves the bars kept to the front of their room where the next `count` would not fit behind them. */
export function makeRoom(kernel: Kernel, state: State, count: usize): void {
  const place = <usize>state.place;
  if (place + count <= <usize>kernel.capacity) return;
  const history = <usize>kernel.history;
  const from = (place - history) << 3;
  memory.copy(<usize>kernel.source, <usize>kernel.source + from, history << 3);
  memory.copy(<usize>kernel.changes, <usize>kernel.changes + from, history << 3);
  state.place = <f64>history;
}

/** Takes the bars in the rows of close and source into their room; returns the address of the first source. */
export function takePrices(kernel: Kernel, state: State, scratch: usize, count: usize): usize {
  makeRoom(kernel, state, count);
  const offset = <usize>state.place << 3;
  const source = <usize>kernel.source + offset;
  const changes = <usize>kernel.changes + offset;
  const bytes = count << 3;
  const close = closeRow(scratch);
  const given = kernel.ownSource != 0 ? sourceRow(scratch) : close;
  memory.copy(source, given, bytes);
  let largest = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const value = v128.load(source + i);
    v128.store(changes + i, f64x2.abs(f64x2.sub(value, v128.load(source + i - 8))));
    largest = f64x2.max(largest, f64x2.max(value, v128.load(close + i)));
  }
  if (state.bars == 0) store<f64>(changes, 0);
  // Beyond the last bar lies what was there before, perhaps of another computation: it may only err towards caution.
  if (max<f64>(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)) > 1e290) state.wild = 1;
  store<f64>(close - 8, state.previousClose);
  state.previousClose = load<f64>(close + bytes - 8);
  return source;
}

/** Writes what the equities of one layer are multiplied by, flat and spread, of a layer that begins at bar `cutout`. */
function fillLayer(kernel: Kernel, scratch: usize, rows: usize, growths: usize, cutout: f64, start: f64, count: usize): void {
  const bytes = count << 3;
  const close = closeRow(scratch);
  const kept = f64x2.splat(kernel.kept);
  const one = f64x2.splat(1);
  const steady = start - cutout >= kernel.growthCap;
  const capped = f64x2.splat(kernel.cappedGrowth);
  for (let i: usize = 0; i < bytes; i += 16) {
    const change = f64x2.sub(f64x2.div(v128.load(close + i), v128.load(close + i - 8)), one);
    const growth = steady ? capped : v128.load(growths + i);
    v128.store(rows + i, kept);
    v128.store(rows + rowLength + i, f64x2.mul(kept, f64x2.mul(change, growth)));
  }
  if (start > cutout) return;
  const end = <usize>min<f64>(cutout - start + 1, <f64>count);
  for (let i: usize = 0; i < end; i++) {
    store<f64>(rows + (i << 3), 1);
    store<f64>(rows + rowLength + (i << 3), 0);
  }
}

/** Writes the factors of both layers; those of layer 2 are those of layer 1 where both begin at the same bar. */
export function fillFactors(kernel: Kernel, scratch: usize, start: f64, count: usize): void {
  const rows = factorRows(scratch);
  const growths = growthRow(scratch);
  const firstCutout = kernel.firstCutout;
  const secondCutout = kernel.secondCutout;
  fillLayer(kernel, scratch, rows, growths, firstCutout, start, count);
  if (firstCutout != secondCutout) {
    fillLayer(kernel, scratch, rows + 2 * rowLength, growths + rowLength, secondCutout, start, count);
  }
}

/** Address of the flat factors of layer 2. */
@inline
export function secondFactors(kernel: Kernel, scratch: usize): usize {
  return factorRows(scratch) + (kernel.firstCutout != kernel.secondCutout ? 2 * rowLength : 0);
}
