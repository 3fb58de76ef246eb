import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { DatasetLayout, PlacedRows, RowExtent, TypedArray } from "@atc/contract";
import { seededRandom } from "../base/sample-bytes.ts";
import type { SampleDataset } from "./array-store-samples.ts";

/** Rows `row` to `row + rows` of a symbol, within one extent. */
export interface SamplePiece {
  readonly symbol: string;
  readonly extent: RowExtent;
  readonly row: number;
  readonly rows: number;
}

/** All rows of a sample in pieces of random lengths, in random order. */
export function piecesOf(layout: DatasetLayout, { plan }: SampleDataset, seed: number): SamplePiece[] {
  const next = seededRandom(seed);
  const pieces: SamplePiece[] = [];
  for (const { symbol } of plan.series)
    for (const extent of layout.extents(symbol)) {
      const end = extent.row + extent.rows;
      for (let row = extent.row; row < end; ) {
        const rows = Math.min(end - row, 1 + (next() % 300));
        pieces.push({ symbol, extent, row, rows });
        row += rows;
      }
    }
  for (let i = pieces.length - 1; i > 0; i--) {
    const other = next() % (i + 1);
    const piece = pieces[i] as SamplePiece;
    pieces[i] = pieces[other] as SamplePiece;
    pieces[other] = piece;
  }
  return pieces;
}

/** Writes a piece of a sample to its place, like another thread would. Returns the arguments to register it. */
export async function put({ symbol, extent, row, rows }: SamplePiece, sample: SampleDataset): Promise<PlacedRows> {
  const columns = sample.values.get(symbol) ?? {};
  const file = await open(extent.path, "r+");
  const checksums: number[] = [];
  try {
    for (const [place, { name }] of sample.plan.schema.columns.entries()) {
      const values = (columns[name] as TypedArray).subarray(row, row + rows);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const position = (extent.offsets[place] ?? 0) + (row - extent.row) * values.BYTES_PER_ELEMENT;
      await file.write(bytes, 0, bytes.length, position);
      checksums.push(crc32(bytes));
    }
  } finally {
    await file.close();
  }
  const times = columns["timestamp"] as BigInt64Array;
  const [firstTime, lastTime] = [times[row] as bigint, times[row + rows - 1] as bigint];
  return { symbol, row, rows, crc32: checksums, firstTime, lastTime };
}
