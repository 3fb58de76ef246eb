/**
 * A curve of values at sorted times, of which several may be equal. It is read in blocks, so that it may be in a file.
 */
export interface TimedCurve {
  /** Number of values, 1 or more. */
  readonly length: number;
  /**
   * Fills both arrays, of equal length, with the times and values from `row`. All curves have the same unit of time.
   */
  read(row: number, times: BigInt64Array, values: Float64Array): void;
}

/** Receives the next `length` points of the merged curve. The arrays are reused after the call. */
export type MergedBlockListener = (times: BigInt64Array, sums: Float64Array, length: number) => void;

const blockLength = 4096;

/** Maximum number of rows of all curves in memory: 16 MiB. */
const windowRows = 2 ** 20;

/**
 * Adds curves over the union of their times: at each time, the sum of every curve's latest value. If several values of
 * a curve share a time, the last one counts. Before its first time a curve has its first value.
 *
 * Two binary trees over the curves share one walk from leaf to root: a tournament whose root is the curve with the
 * earliest time, and sums whose root is the total. A row takes log2(curves) steps. Rounding does not accumulate,
 * because a sum depends only on the current values. Only a window of each curve is in memory. Times are compared as
 * two 32-bit words: exact for nanoseconds, unlike a double, and without one BigInt per row.
 */
export function mergeCurves(curves: readonly TimedCurve[], onBlock: MergedBlockListener): void {
  for (const { times, sums, length } of mergedBlocks(curves)) onBlock(times, sums, length);
}

/** The next `length` points of a merged curve. The arrays are reused for the next block. */
export interface MergedBlock {
  readonly times: BigInt64Array;
  readonly sums: Float64Array;
  readonly length: number;
}

/** {@link mergeCurves} block by block. Curves with the same union of times have blocks of the same times. */
export function* mergedBlocks(curves: readonly TimedCurve[]): Generator<MergedBlock, void, void> {
  const [only] = curves;
  if (only !== undefined && curves.length === 1) {
    yield* blocksOfOne(only);
    return;
  }
  const tree = plantTree(curves);
  const words = new Int32Array(2 * blockLength);
  const times = new BigInt64Array(words.buffer);
  const sums = new Float64Array(blockLength);
  let filled = 0;
  while (!tree.isEmpty()) {
    tree.next(words, sums, filled);
    if (++filled === blockLength) {
      yield { times, sums, length: filled };
      filled = 0;
    }
  }
  if (filled > 0) yield { times, sums, length: filled };
}

/** The blocks of one curve, which needs no tree: that took ten times as long. */
function* blocksOfOne(curve: TimedCurve): Generator<MergedBlock, void, void> {
  const times = new BigInt64Array(blockLength);
  const sums = new Float64Array(blockLength);
  const words = new Int32Array(times.buffer);
  const nextTimes = new BigInt64Array(blockLength);
  const nextValues = new Float64Array(blockLength);
  const nextWords = new Int32Array(nextTimes.buffer);
  let filled = 0;
  for (let from = 0; from < curve.length; from += blockLength) {
    const held = Math.min(blockLength, curve.length - from);
    curve.read(from, nextTimes.subarray(0, held), nextValues.subarray(0, held));
    for (let row = 0; row < held; row++) {
      const low = nextWords[2 * row];
      const high = nextWords[2 * row + 1];
      const isNew = filled === 0 || words[2 * filled - 2] !== low || words[2 * filled - 1] !== high;
      if (isNew && filled === blockLength) {
        yield { times, sums, length: filled };
        filled = 0;
      }
      if (isNew) filled++;
      words[2 * filled - 2] = low;
      words[2 * filled - 1] = high;
      sums[filled - 1] = nextValues[row];
    }
  }
  if (filled > 0) yield { times, sums, length: filled };
}

interface CurveTree {
  isEmpty(): boolean;
  /** Writes the earliest time and its sum to a row, and advances to the next time. */
  next(words: Int32Array, sums: Float64Array, row: number): void;
}

/** The time after the end of a curve: later than every time. */
const endHigh = 0x7fff_ffff;

/** The windows of all curves in one block of memory. Each holds some rows of its curve. */
interface Windows {
  /** Number of rows per window. */
  readonly rows: number;
  /** Times as pairs of words. Window `k` begins at word `2 * k * rows`. */
  readonly words: Int32Array;
  /** Values. Window `k` begins at `k * rows`. */
  readonly values: Float64Array;
  /** Moves the window of a curve to begin at a row. Returns its number of rows, 0 after the end of the curve. */
  move(curve: number, row: number): number;
}

function openWindows(curves: readonly TimedCurve[]): Windows {
  const longest = curves.reduce((most, { length }) => Math.max(most, length), 1);
  const rows = Math.max(1, Math.min(longest, blockLength, Math.floor(windowRows / curves.length)));
  const words = new Int32Array(2 * rows * curves.length);
  const times = new BigInt64Array(words.buffer);
  const values = new Float64Array(rows * curves.length);
  return {
    rows,
    words,
    values,
    move(number, row) {
      const curve = curves[number] as TimedCurve;
      const held = Math.min(rows, curve.length - row);
      const from = number * rows;
      if (held > 0) curve.read(row, times.subarray(from, from + held), values.subarray(from, from + held));
      return held;
    },
  };
}

function plantTree(curves: readonly TimedCurve[]): CurveTree {
  let leaves = 1;
  while (leaves < curves.length) leaves *= 2;
  const windows = openWindows(curves);
  const { words: timeWords, values, rows: windowLength } = windows;
  // Of each curve: the index of the current row in `values`, the end of its window there, and the row after the window.
  const position = new Uint32Array(leaves);
  const end = new Uint32Array(leaves);
  const following = new Float64Array(leaves);
  const high = new Int32Array(leaves).fill(endHigh);
  const low = new Uint32Array(leaves).fill(0xffff_ffff);
  // Node i has the children 2i and 2i + 1; leaf k is node `leaves + k`.
  const winner = new Uint32Array(2 * leaves);
  const sum = new Float64Array(2 * leaves);

  function refill(leaf: number): void {
    const held = windows.move(leaf, following[leaf]);
    position[leaf] = leaf * windowLength;
    end[leaf] = leaf * windowLength + held;
    following[leaf] = following[leaf] + held;
  }

  function look(leaf: number): void {
    if (position[leaf] === end[leaf]) refill(leaf);
    const at = position[leaf];
    const ended = at === end[leaf];
    high[leaf] = ended ? endHigh : timeWords[2 * at + 1];
    low[leaf] = ended ? 0xffff_ffff : timeWords[2 * at];
  }

  function play(node: number): void {
    const left = winner[2 * node];
    const right = winner[2 * node + 1];
    const leftHigh = high[left];
    const rightHigh = high[right];
    const leftFirst = leftHigh < rightHigh || (leftHigh === rightHigh && low[left] <= low[right]);
    winner[node] = leftFirst ? left : right;
    sum[node] = sum[2 * node] + sum[2 * node + 1];
  }

  for (let leaf = 0; leaf < leaves; leaf++) {
    winner[leaves + leaf] = leaf;
    if (leaf >= curves.length) continue;
    look(leaf);
    sum[leaves + leaf] = values[position[leaf]];
  }
  for (let node = leaves - 1; node >= 1; node--) play(node);

  return {
    isEmpty() {
      const first = winner[1];
      return first >= curves.length || position[first] === end[first];
    },
    next(words, sums, row) {
      let leaf = winner[1];
      const timeHigh = high[leaf];
      const timeLow = low[leaf];
      do {
        sum[leaves + leaf] = values[position[leaf]];
        position[leaf] = position[leaf] + 1;
        look(leaf);
        for (let node = (leaves + leaf) >> 1; node >= 1; node >>= 1) play(node);
        leaf = winner[1];
      } while (high[leaf] === timeHigh && low[leaf] === timeLow && !(timeHigh === endHigh && timeLow === 0xffff_ffff));
      words[2 * row] = timeLow;
      words[2 * row + 1] = timeHigh;
      sums[row] = sum[1];
    },
  };
}
