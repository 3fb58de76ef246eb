import { datasetFiles } from "../files/dataset-files.ts";
import type { PackedExtents } from "../files/extents.ts";
import type { RunIndex } from "../files/run-index.ts";
import { type GroupedRows, sortGroup } from "./grouped-rows.ts";

/** The pieces of an index while they are written. */
interface WrittenPieces {
  readonly symbols: number[];
  readonly rows: number[];
  readonly offsets: number[];
  readonly files: number[];
}

/**
 * Sorts the first groups, each of one symbol, and writes their rows to their places. The rows stay in memory, sorted.
 * `onBytes` receives all bytes in the order of the returned index.
 */
export function writePieces(
  rows: GroupedRows,
  symbols: readonly string[],
  extents: PackedExtents,
  onBytes: (bytes: Uint8Array) => void = () => undefined,
): RunIndex {
  const { starts, ends, times, columns } = rows;
  const { extentFiles, extentRows, extentOffsets } = extents;
  using files = datasetFiles(extents.files);
  const pieces: WrittenPieces = { symbols: [], rows: [], offsets: [], files: [] };
  const stamps = new BigInt64Array(times.buffer, 0, times.length / 2);
  const ranges = symbols.map((_, s) => [starts[s], ends[s]] as const);
  // In the source's order, so before the rows are sorted.
  const firstTimes = BigInt64Array.from(ranges, ([from, to]) => (from < to ? stamps[from] : 0n));
  const lastTimes = BigInt64Array.from(ranges, ([from, to]) => (from < to ? stamps[to - 1] : 0n));
  const longest = ranges.reduce(
    (most, [from, to], s) => (rows.unsorted[s] === 0 ? most : Math.max(most, to - from)),
    0,
  );
  const order = new Uint32Array(longest);
  const memory = new Float64Array(longest);
  const write = (file: number, offset: number, column: number, bytes: Uint8Array): void => {
    files.write(file, offset, column, bytes);
    onBytes(bytes);
  };
  for (const [s, [from, to]] of ranges.entries()) {
    sortGroup(rows, s, order, memory);
    let row = from;
    for (let e = extents.starts[s]; row < to; e++) {
      const count = Math.min(to - row, extentRows[e]);
      const [file, offset] = [extentFiles[e], extentOffsets[e]];
      pieces.symbols.push(s);
      pieces.rows.push(count);
      pieces.offsets.push(offset);
      pieces.files.push(file);
      write(file, offset, 0, new Uint8Array(times.buffer, 8 * row, 8 * count));
      for (const [c, { buffer, byteOffset }] of columns.entries())
        write(file, offset, c + 1, new Uint8Array(buffer, byteOffset + 8 * row, 8 * count));
      row += count;
    }
  }
  return {
    symbols,
    rows: Float64Array.from(ranges, ([from, to]) => to - from),
    unsorted: Float64Array.from(rows.unsorted.subarray(0, symbols.length)),
    equalTimes: Float64Array.from(rows.equalTimes.subarray(0, symbols.length)),
    firstTimes,
    lastTimes,
    pieceSymbols: Int32Array.from(pieces.symbols),
    pieceRows: Int32Array.from(pieces.rows),
    pieceOffsets: Float64Array.from(pieces.offsets),
    pieceFiles: Int32Array.from(pieces.files),
  };
}
