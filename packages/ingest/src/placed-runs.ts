import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { PlacedFile } from "./piece-reader.ts";
import { decodeRunIndex } from "./run-index.ts";
import type { SliceRun } from "./slice-task.ts";

/** Bytes that are read at once. */
const blockBytes: number = 2 ** 20;

/** Whether the rows of a run still lie in their places to the last bit: a crash may have come while they were put in order, or with the machine. */
export function isInPlace({ path, placedCrc }: SliceRun, files: readonly PlacedFile[], columns: number): boolean {
  const handles: number[] = [];
  const block = new Uint8Array(blockBytes);
  try {
    const { pieceFiles, pieceOffsets, pieceRows } = decodeRunIndex(readFileSync(path));
    let crc = 0;
    for (const { path: file } of files) handles.push(openSync(file, "r"));
    for (const [p, rows] of pieceRows.entries()) {
      const file = pieceFiles[p] as number;
      for (let column = 0; column <= columns; column++) {
        const position = (pieceOffsets[p] as number) + column * (files[file] as PlacedFile).stride;
        for (let done = 0; done < 8 * rows; ) {
          const read = readSync(handles[file] as number, block, 0, Math.min(blockBytes, 8 * rows - done), position + done);
          if (read === 0) return false;
          crc = crc32(block.subarray(0, read), crc);
          done += read;
        }
      }
    }
    return crc === placedCrc;
  } catch {
    return false;
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}
