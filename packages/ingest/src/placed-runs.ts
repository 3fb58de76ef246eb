import { crc32 } from "node:zlib";
import { type PlacedFile, placedFiles } from "./placed-files.ts";
import { runIndexReader } from "./run-index.ts";
import type { SliceRun } from "./slice-run.ts";

/** Bytes that are read at once. */
const blockBytes: number = 2 ** 20;

/** Whether the rows of a run still lie in their places to the last bit: a crash may have come while they were put in order, or with the machine. */
export function isInPlace(run: SliceRun, files: readonly PlacedFile[], columns: number): boolean {
  const block = new Uint8Array(blockBytes);
  using placed = placedFiles(files);
  try {
    const { pieceFiles = new Int32Array(0), pieceOffsets, pieceRows } = runIndexReader()(run);
    let crc = 0;
    for (const [p, file] of pieceFiles.entries())
      for (let column = 0; column <= columns; column++) {
        const bytes = 8 * (pieceRows[p] as number);
        for (let done = 0; done < bytes; done += blockBytes) {
          const part = block.subarray(0, Math.min(blockBytes, bytes - done));
          placed.read(file, (pieceOffsets[p] as number) + done, column, part);
          crc = crc32(part, crc);
        }
      }
    return crc === run.placedCrc;
  } catch {
    return false;
  }
}
