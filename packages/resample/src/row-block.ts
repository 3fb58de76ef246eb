import type { Block, ReadonlyTypedArray, RowKind } from "@atc/contract";
import { convertTimes } from "@atc/plugin-kit";

/** Rows of a series as plain arrays. */
export interface RowBlock {
  length: number;
  /** Times in ms since the epoch, rounded down. */
  times: Float64Array;
  /** The requested columns, in their order. */
  values: readonly ReadonlyTypedArray[];
}

/**
 * Reads blocks into one {@link RowBlock}, which is valid until the next read. Times are `earlier` ms before those of
 * the rows.
 */
export function rowBlockReader(kind: RowKind, columns: readonly string[], earlier = 0): (block: Block) => RowBlock {
  let ms = new BigInt64Array(0);
  const rows: RowBlock = { length: 0, times: new Float64Array(0), values: [] };
  return (block) => {
    const { length } = block;
    if (rows.times.length < length) rows.times = new Float64Array(length);
    if (kind === "ticks" && ms.length < length) ms = new BigInt64Array(length);
    let words = block.timeWords();
    if (kind === "ticks") {
      const target = ms.subarray(0, length);
      convertTimes(block.times() as BigInt64Array, "ns", target, "ms");
      words = new Int32Array(target.buffer, 0, 2 * length);
    }
    copyTimes(words, length, earlier, rows.times);
    rows.length = length;
    rows.values = columns.map((name) => block.values(name));
    return rows;
  };
}

/** A float64 holds every time of a Date exactly. */
function copyTimes(words: ReadonlyTypedArray, length: number, earlier: number, target: Float64Array): void {
  for (let i = 0; i < length; i++) target[i] = words[2 * i + 1] * 4_294_967_296 + (words[2 * i] >>> 0) - earlier;
}
