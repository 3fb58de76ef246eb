import { placedFiles } from "../files/placed-files.ts";
import type { RunIndex } from "../files/run-index.ts";
import type { PackedSpans } from "../files/slice-places.ts";
import { type CountedRows, sortGroup } from "./counted-rows.ts";

/**
 * Puts the first groups, which are of one symbol each, in order of time and in their places. They stay in memory, in order. Returns what is where; `onBytes` takes all
 * bytes in the order in which the index has them.
 */
export function writePieces(
  rows: CountedRows,
  symbols: readonly string[],
  spans: PackedSpans,
  onBytes: (bytes: Uint8Array) => void = () => undefined,
): RunIndex {
  const { starts, ends, times, columns } = rows;
  const { spanFiles, spanRows, spanOffsets } = spans;
  using files = placedFiles(spans.files);
  const pieces = { symbols: [] as number[], rows: [] as number[], offsets: [] as number[], files: [] as number[] };
  const stamps = new BigInt64Array(times.buffer, 0, times.length / 2);
  const ranges = symbols.map((_, s) => [starts[s], ends[s]] as const);
  // Of the rows as they came, so before they are sorted.
  const firstTimes = BigInt64Array.from(ranges, ([from, to]) => (from < to ? stamps[from] : 0n));
  const lastTimes = BigInt64Array.from(ranges, ([from, to]) => (from < to ? stamps[to - 1] : 0n));
  const longest = ranges.reduce((most, [from, to], s) => (rows.back[s] === 0 ? most : Math.max(most, to - from)), 0);
  const order = new Uint32Array(longest);
  const memory = new Float64Array(longest);
  const write = (file: number, offset: number, column: number, bytes: Uint8Array): void => {
    files.write(file, offset, column, bytes);
    onBytes(bytes);
  };
  for (const [s, [from, to]] of ranges.entries()) {
    sortGroup(rows, s, order, memory);
    let row = from;
    for (let span = spans.starts[s]; row < to; span++) {
      const count = Math.min(to - row, spanRows[span]);
      const [file, offset] = [spanFiles[span], spanOffsets[span]];
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
    back: Float64Array.from(rows.back.subarray(0, symbols.length)),
    ties: Float64Array.from(rows.ties.subarray(0, symbols.length)),
    firstTimes,
    lastTimes,
    pieceSymbols: Int32Array.from(pieces.symbols),
    pieceRows: Int32Array.from(pieces.rows),
    pieceOffsets: Float64Array.from(pieces.offsets),
    pieceFiles: Int32Array.from(pieces.files),
  };
}
