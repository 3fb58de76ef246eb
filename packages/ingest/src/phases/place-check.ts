import { crc32 } from "node:zlib";
import { datasetFiles } from "../files/dataset-files.ts";
import { runIndexReader } from "../files/run-index.ts";
import type { SliceRun } from "../files/slice-run.ts";
import type { Placement } from "./placement.ts";

/** Bytes that are read at once. */
const blockBytes: number = 2 ** 20;

/**
 * Whether a run of a crashed ingest belongs to these places, and its rows are still there to the last bit. The process
 * may have crashed while rows were moved; the machine may have lost writes.
 */
export function isStillInPlace(
  run: SliceRun,
  { files, key }: Pick<Placement, "files" | "key">,
  columns: number,
): boolean {
  const block = new Uint8Array(blockBytes);
  using opened = datasetFiles(files);
  try {
    const { pieceFiles = new Int32Array(0), pieceOffsets, pieceRows } = runIndexReader()(run);
    let crc = key;
    for (const [p, file] of pieceFiles.entries())
      for (let column = 0; column <= columns; column++) {
        const bytes = 8 * pieceRows[p];
        for (let done = 0; done < bytes; done += blockBytes) {
          const read = block.subarray(0, Math.min(blockBytes, bytes - done));
          opened.read(file, pieceOffsets[p] + done, column, read);
          crc = crc32(read, crc);
        }
      }
    return crc === run.placedCrc;
  } catch {
    return false;
  }
}
