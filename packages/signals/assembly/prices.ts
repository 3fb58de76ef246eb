import { closeRow, growthRow, factorRows, rowLength, sourceRow, Kernel, State } from "./records";

/** Moves the history to the front of its room if the next `count` bars would not fit. */
export function makeRoom(kernel: Kernel, state: State, count: usize): void {
  const place = <usize>state.place;
  if (place + count <= <usize>kernel.capacity) return;
  const history = <usize>kernel.history;
  const from = (place - history) << 3;
  memory.copy(<usize>kernel.source, <usize>kernel.source + from, history << 3);
  memory.copy(<usize>kernel.changes, <usize>kernel.changes + from, history << 3);
  state.place = history;
}

/** Copies the bars from the rows of close and source into their room; returns the address of the first source. */
export function copyPrices(kernel: Kernel, state: State, scratch: usize, count: usize): usize {
  makeRoom(kernel, state, count);
  const offset = <usize>state.place << 3;
  const first = <usize>kernel.source + offset;
  let close = scratch + closeRow;
  let source = first;
  let changes = <usize>kernel.changes + offset;
  let given = kernel.ownSource != 0 ? scratch + sourceRow : close;
  // The bar before is read from the row: in the room, this load would span two vectors that were just stored, which
  // stalls a processor.
  store<f64>(given - 8, load<f64>(source - 8));
  let largest = f64x2.splat(0);
  // After the last bar there are old values, perhaps of another computation. They can only set mayOverflow needlessly.
  for (let left = (count + 1) >> 1; left > 0; left--) {
    const value = v128.load(given);
    v128.store(source, value);
    v128.store(changes, f64x2.abs(f64x2.sub(value, v128.load(given - 8))));
    largest = f64x2.pmax(largest, f64x2.pmax(value, v128.load(close)));
    given += 16;
    source += 16;
    changes += 16;
    close += 16;
  }
  if (state.bars == 0) store<f64>(<usize>kernel.changes + offset, 0);
  if (max<f64>(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)) > 1e290) state.mayOverflow = 1;
  store<f64>(scratch + closeRow - 8, state.previousClose);
  state.previousClose = load<f64>(scratch + closeRow + (count << 3) - 8);
  return first;
}

/**
 * Writes the flat factors and spreads of a layer that begins at bar `cutout`. Returns whether all spreads are below 99,
 * so that no equity below 1e40 can reach the cap within the block.
 */
function fillLayer(kernel: Kernel, scratch: usize, second: usize, cutout: f64, start: f64, count: usize): bool {
  const address = changetype<usize>(kernel);
  const retention = v128.load64_splat(address, offsetof<Kernel>("retention"));
  const one = v128.load64_splat(address, offsetof<Kernel>("one"));
  let growth = v128.load64_splat(address, offsetof<Kernel>("cappedGrowth"));
  let close = scratch + closeRow;
  let growths = scratch + growthRow + second * rowLength;
  let row = scratch + factorRows + 2 * second * rowLength;
  const capped = start - cutout >= kernel.growthCap;
  let capFree = i64x2.splat(-1);
  const wide = f64x2.splat(99);
  for (let left = (count + 1) >> 1; left > 0; left--) {
    const change = f64x2.sub(f64x2.div(v128.load(close), v128.load(close - 8)), one);
    if (!capped) growth = v128.load(growths);
    const spread = f64x2.mul(retention, f64x2.mul(change, growth));
    v128.store(row, retention);
    v128.store(row, spread, rowLength);
    capFree = v128.and(capFree, f64x2.lt(f64x2.abs(spread), wide));
    close += 16;
    growths += 16;
    row += 16;
  }
  if (start <= cutout) {
    row = scratch + factorRows + 2 * second * rowLength;
    for (let left = <usize>min<f64>(cutout - start + 1, <f64>count); left > 0; left--) {
      store<f64>(row, 1);
      store<f64>(row, 0, rowLength);
      row += 8;
    }
  }
  return i64x2.bitmask(capFree) == 3;
}

/**
 * Writes the factors of both layers; they share rows if both begin at the same bar. Returns whether layer 1's are
 * cap-free.
 */
export function fillFactors(kernel: Kernel, scratch: usize, start: f64, count: usize): bool {
  const capFree = fillLayer(kernel, scratch, 0, kernel.firstCutout, start, count);
  if (kernel.firstCutout != kernel.secondCutout) fillLayer(kernel, scratch, 1, kernel.secondCutout, start, count);
  return capFree;
}

/** The address of the spreads of layer 2. */
@inline
export function secondSpreads(kernel: Kernel, scratch: usize): usize {
  return scratch + factorRows + rowLength + (kernel.firstCutout != kernel.secondCutout ? 2 * rowLength : 0);
}
