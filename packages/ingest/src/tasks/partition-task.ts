import { closeSync, openSync } from "node:fs";
import type { ColumnChunk, TaskContext, TypedArray } from "@atc/contract";
import { columnViews } from "../base/column-views.ts";
import { readBytes } from "../base/file-bytes.ts";
import type { RowLayout } from "../base/row-layout.ts";
import { withDiskErrors } from "../files/disk-errors.ts";
import { type PackedExtents, unpackExtents } from "../files/extents.ts";
import type { RunIndex } from "../files/run-index.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { SeriesCheck, SortedSeries } from "../series/series-check.ts";
import { checkSortedSeries } from "../series/series-check.ts";
import { createGroupedRows, type GroupedRows } from "../slices/grouped-rows.ts";
import { writePieces } from "../slices/piece-writer.ts";

/** A partition to place. */
export interface PartitionTaskInput {
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  /** Paths of the runs' files. */
  readonly runs: readonly string[];
  /** The partition's pieces in the source's order: the number of its run, its offset there in bytes, its rows. */
  readonly pieceRuns: Int32Array;
  readonly pieceOffsets: Float64Array;
  readonly pieceRows: Int32Array;
  /** The symbols by their number in the partition. */
  readonly symbols: readonly string[];
  /** Per symbol: rows. */
  readonly rows: Float64Array;
  /** Per symbol: its places. */
  readonly extents: PackedExtents;
}

/** A partition that was placed. */
export interface PartitionTaskOutput {
  readonly index: RunIndex;
  /** Per symbol. */
  readonly checks: readonly SeriesCheck[];
}

/** Reads a partition, separates it by symbol, and writes each symbol's rows to their places, sorted by time. */
export function placePartition(input: PartitionTaskInput, context: TaskContext): PartitionTaskOutput {
  const { layout, policy, symbols, extents } = input;
  const identity = Int32Array.from(symbols.keys());
  const rows = createGroupedRows(layout, { symbols, groups: identity, groupRows: input.rows });
  for (const chunk of chunksOf(input)) {
    context.throwIfCancelled();
    rows.push(chunk);
  }
  const index = writePieces(rows, symbols, extents);
  const checks = symbols.map((symbol, s): SeriesCheck => {
    const count = rows.ends[s] - rows.starts[s];
    if (count === 0) return "holes";
    const order = { symbol, unsorted: rows.unsorted[s], equalTimes: rows.equalTimes[s] };
    const borders = [0];
    for (const extent of unpackExtents(extents, s))
      borders.push(Math.min(borders[borders.length - 1] + extent.rows, count));
    return checkSortedSeries(seriesInMemory(rows, s, borders), order, layout, policy);
  });
  return { index, checks };
}

/** The pieces of a partition as chunks, each valid until the next. */
function* chunksOf({ layout, runs, symbols, ...pieces }: PartitionTaskInput): Generator<ColumnChunk> {
  const longest = pieces.pieceRows.reduce((most, rows) => Math.max(most, rows), 0);
  const width = layout.columns.length + 1;
  const buffer = new ArrayBuffer(longest * (8 * width + 4));
  for (const [p, rows] of pieces.pieceRows.entries()) {
    if (rows === 0) continue;
    const path = runs[pieces.pieceRuns[p]];
    readPiece(path, pieces.pieceOffsets[p], new Uint8Array(buffer, 0, rows * (8 * width + 4)));
    const columns: Record<string, TypedArray> = { ...columnViews(layout, buffer, 0, rows) };
    const indices = new Int32Array(buffer, 8 * width * rows, rows);
    yield { length: rows, row: 0, symbol: { indices, values: symbols }, columns };
  }
}

function readPiece(path: string, position: number, bytes: Uint8Array): void {
  withDiskErrors(path, () => {
    const file = openSync(path, "r");
    try {
      readBytes(file, bytes, position);
    } finally {
      closeSync(file);
    }
  });
}

/** The rows of a group as a series. */
function seriesInMemory(
  { times, columns, starts, ends }: GroupedRows,
  group: number,
  borders: readonly number[],
): SortedSeries {
  const start = starts[group];
  return {
    rows: ends[group] - start,
    borders,
    read(column, from, target) {
      const { buffer, byteOffset } = column === 0 ? times : columns[column - 1];
      target.set(new Uint8Array(buffer, byteOffset + 8 * (start + from), target.length));
    },
  };
}
