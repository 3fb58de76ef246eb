/** A curve: a value at each time, times sorted, several values may share one. */
export interface TimedValues {
  /** Times, in one unit for all curves. */
  readonly times: BigInt64Array;
  /** A value a time. */
  readonly values: Float64Array;
}

/** Receives the next `length` points of the merged curve; the arrays are used again afterwards. */
export type MergedBlockListener = (times: BigInt64Array, sums: Float64Array, length: number) => void;

const blockLength = 4096;

/**
 * Adds up curves over the union of their times: at each time the sum of every curve's latest value (the last where several share the time, the
 * first value before the first time, the last value after the last).
 *
 * Two binary trees over the curves share one walk from leaf to root: a tournament whose root is the curve with the earliest time, and sums whose
 * root is the total. So a row costs log2(curves) steps, nothing drifts (a sum depends on the current values alone, not on the way to them),
 * and only one row of each curve is looked at. Times are compared as two 32-bit words: exact for nanoseconds, which a double is not, and without a
 * BigInt a row.
 */
export function mergeCurves(curves: readonly TimedValues[], onBlock: MergedBlockListener): void {
  const tree = plantTree(curves);
  const words = new Int32Array(2 * blockLength);
  const times = new BigInt64Array(words.buffer);
  const sums = new Float64Array(blockLength);
  let filled = 0;
  while (!tree.isEmpty()) {
    tree.next(words, sums, filled);
    if (++filled === blockLength) {
      onBlock(times, sums, filled);
      filled = 0;
    }
  }
  if (filled > 0) onBlock(times, sums, filled);
}

interface CurveTree {
  isEmpty(): boolean;
  /** Writes the earliest time and the sum at it to a row, and goes on to the next time. */
  next(words: Int32Array, sums: Float64Array, row: number): void;
}

/** After the last time of a curve: later than every time. */
const endHigh = 0x7fff_ffff;

function plantTree(curves: readonly TimedValues[]): CurveTree {
  let leaves = 1;
  while (leaves < curves.length) leaves *= 2;
  const timeWords = curves.map(({ times }) => new Int32Array(times.buffer, times.byteOffset, 2 * times.length));
  const values = curves.map((curve) => curve.values);
  const rows = new Uint32Array(leaves);
  const high = new Int32Array(leaves).fill(endHigh);
  const low = new Uint32Array(leaves).fill(0xffff_ffff);
  // Node i has the children 2i and 2i + 1; leaf k is node `leaves + k`.
  const winner = new Uint32Array(2 * leaves);
  const sum = new Float64Array(2 * leaves);

  function seek(leaf: number, row: number): void {
    const words = timeWords[leaf] as Int32Array;
    const ended = 2 * row === words.length;
    rows[leaf] = row;
    high[leaf] = ended ? endHigh : (words[2 * row + 1] as number);
    low[leaf] = ended ? 0xffff_ffff : (words[2 * row] as number);
  }

  function play(node: number): void {
    const left = winner[2 * node] as number;
    const right = winner[2 * node + 1] as number;
    const leftHigh = high[left] as number;
    const rightHigh = high[right] as number;
    const leftFirst =
      leftHigh < rightHigh || (leftHigh === rightHigh && (low[left] as number) <= (low[right] as number));
    winner[node] = leftFirst ? left : right;
    sum[node] = (sum[2 * node] as number) + (sum[2 * node + 1] as number);
  }

  for (let leaf = 0; leaf < leaves; leaf++) {
    winner[leaves + leaf] = leaf;
    if (leaf >= curves.length) continue;
    seek(leaf, 0);
    sum[leaves + leaf] = (values[leaf] as Float64Array)[0] as number;
  }
  for (let node = leaves - 1; node >= 1; node--) play(node);

  return {
    isEmpty() {
      const first = winner[1] as number;
      return first >= curves.length || (rows[first] as number) === (values[first] as Float64Array).length;
    },
    next(words, sums, row) {
      let leaf = winner[1] as number;
      const timeHigh = high[leaf] as number;
      const timeLow = low[leaf] as number;
      do {
        const at = rows[leaf] as number;
        sum[leaves + leaf] = (values[leaf] as Float64Array)[at] as number;
        seek(leaf, at + 1);
        for (let node = (leaves + leaf) >> 1; node >= 1; node >>= 1) play(node);
        leaf = winner[1] as number;
      } while (high[leaf] === timeHigh && low[leaf] === timeLow && !(timeHigh === endHigh && timeLow === 0xffff_ffff));
      words[2 * row] = timeLow;
      words[2 * row + 1] = timeHigh;
      sums[row] = sum[1] as number;
    },
  };
}
