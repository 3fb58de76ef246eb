import { closeSync, openSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { TaskContext } from "@atc/contract";
import { writeBytes } from "../base/file-bytes.ts";
import { withDiskErrors } from "../files/disk-errors.ts";
import { encodeRunIndex, type PartitionPieces } from "../files/run-index.ts";
import type { SlicePlaces } from "../files/slice-places.ts";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import { createBadRowLog } from "../quality/bad-rows.ts";
import { createGroupedRows, type GroupedRows } from "./grouped-rows.ts";
import { writePieces } from "./piece-writer.ts";
import { readChunks } from "./slice-chunks.ts";

/**
 * Reads a slice that was counted. Rows of symbols with direct placement are sorted and written to their places in the
 * files of the dataset. The others go to the run's file, one partition after another.
 */
export async function placeSlice(
  input: SliceTaskInput & { readonly places: SlicePlaces },
  context: TaskContext,
): Promise<SliceRun> {
  const { path, layout, start, line, places } = input;
  const badRows = createBadRowLog();
  const rows = createGroupedRows(layout, places);
  let count = 0;
  const end = await readChunks(input, context, {
    push(chunk) {
      rows.push(chunk);
      count += chunk.length;
    },
    onBadRow: badRows.add,
  });
  const direct = places.symbols.slice(0, places.extents.starts.length - 1);
  let placedCrc = places.key;
  const index = writePieces(rows, direct, places.extents, (bytes) => {
    placedCrc = crc32(bytes, placedCrc);
  });
  const file = writeRun(path, rows, places, direct.length, (partitions) => encodeRunIndex({ ...index, partitions }));
  const ends = {
    endPosition: end.position,
    endLine: end.line,
    rows: count,
    badRows: badRows.badRows(),
    notes: end.notes ?? [],
  };
  return { path, start, line, ...ends, ...file, placedCrc };
}

/** Writes the rows of the groups from `first` on to a file, then the index that `indexOf` makes of their pieces. */
function writeRun(
  path: string,
  { times, columns, members, starts, ends }: GroupedRows,
  { partitions }: SlicePlaces,
  first: number,
  indexOf: (pieces: PartitionPieces) => Uint8Array,
): Pick<SliceRun, "pieceBytes" | "bytes" | "crc"> {
  const offsets = new Float64Array(partitions.length);
  const rows = new Int32Array(partitions.length);
  let position = 0;
  let crc = 0;
  return withDiskErrors(path, () => {
    const file = openSync(path, "w");
    const write = (bytes: Uint8Array): void => {
      writeBytes(file, bytes, position);
      crc = crc32(bytes, crc);
      position += bytes.length;
    };
    try {
      for (let p = 0; p < partitions.length; p++) {
        const [from, to] = [starts[first + p], ends[first + p]];
        offsets[p] = position;
        rows[p] = to - from;
        write(new Uint8Array(times.buffer, 8 * from, 8 * (to - from)));
        for (const { buffer, byteOffset } of columns)
          write(new Uint8Array(buffer, byteOffset + 8 * from, 8 * (to - from)));
        write(new Uint8Array(members.buffer, members.byteOffset + 4 * from, 4 * (to - from)));
      }
      const pieceBytes = position;
      write(indexOf({ partitions, rows, offsets }));
      return { pieceBytes, bytes: position, crc };
    } finally {
      closeSync(file);
    }
  });
}
