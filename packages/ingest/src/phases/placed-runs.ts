import { crc32 } from "node:zlib";
import { placedFiles } from "../files/placed-files.ts";
import { runIndexReader } from "../files/run-index.ts";
import type { SliceRun } from "../files/slice-run.ts";
import type { Placement } from "./placement.ts";

/** Bytes that are read at once. */
const blockBytes: number = 2 ** 20;

/** Whether a run is of the same places, and its rows still lie there to the last bit: a crash may have come while they were put in order, or with the machine. */
export function isInPlace(run: SliceRun, { files, key }: Pick<Placement, "files" | "key">, columns: number): boolean {
  const block = new Uint8Array(blockBytes);
  using placed = placedFiles(files);
  try {
    const { pieceFiles = new Int32Array(0), pieceOffsets, pieceRows } = runIndexReader()(run);
    let crc = key;
    for (const [p, file] of pieceFiles.entries())
      for (let column = 0; column <= columns; column++) {
        const bytes = 8 * pieceRows[p];
        for (let done = 0; done < bytes; done += blockBytes) {
          const part = block.subarray(0, Math.min(blockBytes, bytes - done));
          placed.read(file, pieceOffsets[p] + done, column, part);
          crc = crc32(part, crc);
        }
      }
    return crc === run.placedCrc;
  } catch {
    return false;
  }
}
