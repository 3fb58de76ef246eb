import { closeSync, openSync } from "node:fs";
import type { ColumnChunk, TaskContext, TypedArray } from "@atc/contract";
import { readBytes } from "../base/file-bytes.ts";
import { partColumns } from "../base/part-columns.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PlacedSeries } from "../files/placed-series.ts";
import type { RunIndex } from "../files/run-index.ts";
import { attempt } from "../files/run-sink.ts";
import { type PackedSpans, spansOf } from "../files/slice-places.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { SettledSeries } from "../series/settle-series.ts";
import { settleInOrder } from "../series/settle-series.ts";
import { writePieces } from "../slices/counted-pieces.ts";
import { type CountedRows, countedRows } from "../slices/counted-rows.ts";

/** Neighbouring symbols whose rows are put in their places together. */
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
  readonly spans: PackedSpans;
}

/** What became of a partition. */
export interface PartitionTaskOutput {
  readonly index: RunIndex;
  /** Per symbol; undefined for one of which some rows must be left out. */
  readonly settled: readonly (SettledSeries | undefined)[];
}

/** Reads a partition, parts it by symbol and puts each symbol's rows in order and in their places. */
export function placePartition(input: PartitionTaskInput, context: TaskContext): PartitionTaskOutput {
  const { layout, policy, symbols, spans } = input;
  const identity = Int32Array.from(symbols.keys());
  const rows = countedRows(layout, { symbols, groups: identity, groupRows: input.rows });
  for (const chunk of chunksOf(input)) {
    context.throwIfCancelled();
    rows.push(chunk);
  }
  const index = writePieces(rows, symbols, spans);
  const settled = symbols.map((symbol, s) => {
    const count = rows.ends[s] - rows.starts[s];
    if (count === 0) return undefined;
    const entry = { symbol, back: rows.back[s], ties: rows.ties[s] };
    const borders = [0];
    for (const span of spansOf(spans, s)) borders.push(Math.min((borders.at(-1) as number) + span.rows, count));
    return settleInOrder(seriesInMemory(rows, s, borders), entry, layout, policy);
  });
  return { index, settled };
}

/** The pieces of a partition as chunks, each valid until the next. */
function* chunksOf({ layout, runs, symbols, ...pieces }: PartitionTaskInput): Generator<ColumnChunk> {
  const longest = pieces.pieceRows.reduce((most, rows) => Math.max(most, rows), 0);
  const width = layout.columns.length + 1;
  const buffer = new ArrayBuffer(longest * (8 * width + 4));
  for (const [p, rows] of pieces.pieceRows.entries()) {
    if (rows === 0) continue;
    const path = runs[pieces.pieceRuns[p]] as string;
    readPiece(path, pieces.pieceOffsets[p], new Uint8Array(buffer, 0, rows * (8 * width + 4)));
    const columns: Record<string, TypedArray> = { ...partColumns(layout, buffer, 0, rows) };
    const indices = new Int32Array(buffer, 8 * width * rows, rows);
    yield { length: rows, row: 0, symbol: { indices, values: symbols }, columns };
  }
}

function readPiece(path: string, position: number, bytes: Uint8Array): void {
  attempt(path, () => {
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
  { times, columns, starts, ends }: CountedRows,
  group: number,
  borders: readonly number[],
): Omit<PlacedSeries, "write"> {
  const start = starts[group];
  return {
    rows: ends[group] - start,
    borders,
    read(column, from, target) {
      const { buffer, byteOffset } = column === 0 ? times : (columns[column - 1] as Float64Array);
      target.set(new Uint8Array(buffer, byteOffset + 8 * (start + from), target.length));
    },
  };
}
