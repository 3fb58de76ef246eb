import { writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { TaskContext } from "@atc/contract";
import { createBadRowLog } from "./bad-rows.ts";
import { type CountedRows, countedRows } from "./counted-rows.ts";
import { sortTimes } from "./near-order.ts";
import { placedFiles } from "./placed-files.ts";
import { encodeRunIndex, type RunIndex } from "./run-index.ts";
import { attempt } from "./run-sink.ts";
import { readChunks } from "./slice-chunks.ts";
import { sliceSorter } from "./slice-memory.ts";
import type { SlicePlaces } from "./slice-places.ts";
import type { SliceRun, SliceTaskInput } from "./slice-task.ts";

/** Reads a slice whose rows were counted and puts them in their places in the files of the store, those of each symbol in order of time. */
export async function placeSlice(
  { places, ...input }: SliceTaskInput & { readonly places: SlicePlaces },
  context: TaskContext,
): Promise<SliceRun> {
  const { path, layout, start, line } = input;
  const badRows = createBadRowLog();
  const rows = countedRows(layout, places);
  let count = 0;
  const end = await readChunks({ ...input, places }, context, {
    push(chunk) {
      rows.push(chunk);
      count += chunk.length;
    },
    onBadRow: badRows.add,
  });
  const { index, crc: placedCrc } = writePieces(rows, places);
  const bytes = encodeRunIndex(index);
  attempt(path, () => writeFileSync(path, bytes));
  const ends = { endPosition: end.position, endLine: end.line, rows: count, badRows: badRows.badRows() };
  return { path, start, line, ...ends, pieceBytes: 0, bytes: bytes.length, crc: crc32(bytes), placedCrc };
}

/** Writes the rows of each symbol; returns what is where, and the CRC-32 of all bytes in the order they were written. */
function writePieces(rows: CountedRows, places: SlicePlaces): { readonly index: RunIndex; readonly crc: number } {
  const { starts, ends, times, columns } = rows;
  const { spanFiles, spanRows, spanOffsets } = places;
  using files = placedFiles(places.files);
  const sorter = sliceSorter();
  let crc = 0;
  const write = (file: number, offset: number, column: number, bytes: Uint8Array): void => {
    files.write(file, offset, column, bytes);
    crc = crc32(bytes, crc);
  };
  const stamps = new BigInt64Array(times.buffer, 0, times.length / 2);
  const ofEach = Array.from(places.symbols, (_, s) => [starts[s] as number, ends[s] as number] as const);
  const firstTimes = BigInt64Array.from(ofEach, ([from, to]) => (from < to ? (stamps[from] as bigint) : 0n));
  const lastTimes = BigInt64Array.from(ofEach, ([from, to]) => (from < to ? (stamps[to - 1] as bigint) : 0n));
  const longest = ofEach.reduce((most, [from, to]) => Math.max(most, to - from), 0);
  const order = new Uint32Array(rows.back.some((back) => back > 0) ? longest : 0);
  const gathered = new Float64Array(order.length);
  const pieces = { symbols: [] as number[], rows: [] as number[], offsets: [] as number[], files: [] as number[] };
  for (const [s, [from, to]] of ofEach.entries()) {
    const isSorted = rows.back[s] === 0;
    if (!isSorted) sortTimes(times.subarray(2 * from, 2 * to), order, to - from, sorter);
    let row = from;
    for (let span = places.starts[s] as number; row < to; span++) {
      const count = Math.min(to - row, spanRows[span] as number);
      const file = spanFiles[span] as number;
      const offset = spanOffsets[span] as number;
      pieces.symbols.push(s);
      pieces.rows.push(count);
      pieces.offsets.push(offset);
      pieces.files.push(file);
      write(file, offset, 0, new Uint8Array(times.buffer, 8 * row, 8 * count));
      for (const [c, column] of columns.entries()) {
        const values = isSorted ? column.subarray(row, row + count) : gathered.subarray(0, count);
        if (!isSorted) gather(column, from, order, row - from, values);
        write(file, offset, c + 1, new Uint8Array(values.buffer, values.byteOffset, 8 * count));
      }
      row += count;
    }
  }
  const index: RunIndex = {
    symbols: places.symbols,
    rows: Float64Array.from(ofEach, ([from, to]) => to - from),
    back: Float64Array.from(rows.back),
    ties: Float64Array.from(rows.ties),
    firstTimes,
    lastTimes,
    pieceSymbols: Int32Array.from(pieces.symbols),
    pieceRows: Int32Array.from(pieces.rows),
    pieceOffsets: Float64Array.from(pieces.offsets),
    pieceFiles: Int32Array.from(pieces.files),
  };
  return { index, crc };
}

function gather(column: Float64Array, from: number, order: Uint32Array, first: number, target: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = column[from + (order[first + i] as number)] as number;
}
