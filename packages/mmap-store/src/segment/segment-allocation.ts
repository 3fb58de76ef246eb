import { type FileHandle, lstat, open, rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ArrowFileLayout } from "../arrow/arrow-file.ts";
import type { ChecksummedRange } from "../base/checksum.ts";
import { isSystemError, writeFully } from "../base/file-system.ts";

/** A segment file that has its full size, and all but the values of its columns. */
export interface AllocatedSegment {
  /** Its head and tail, with their checksums. */
  readonly runs: readonly ChecksummedRange[];
  /** Whether the file was there before, with the rows that were put into it then. */
  readonly isKept: boolean;
}

/** Bytes of each of two buffers: so few that the checksum finds them in the processor's cache. */
const indexBufferBytes = 2 ** 18;

/**
 * Makes the segment file at `path`, but for the values of its columns. A file that this made before keeps what is in it; anything else that is there is
 * replaced. The head is written last: a file that has it has its size.
 */
export async function allocateSegment(path: string, layout: ArrowFileLayout): Promise<AllocatedSegment> {
  const kept = await openExisting(path, layout);
  const file = kept ?? (await createAnew(path));
  try {
    if (kept === undefined) await file.truncate(layout.bytes);
    await writeFully(file, layout.tail, layout.tailOffset);
    await writeFully(file, layout.head, 0);
    const tail = { offset: layout.tailOffset, length: layout.tail.length, crc: crc32(layout.tail) };
    const head = { offset: 0, length: layout.head.length, crc: crc32(layout.head) };
    return { runs: [head, tail], isKept: kept !== undefined };
  } finally {
    await file.close();
  }
}

/** Writes the column `symbol` of the segment file at `path` from byte `offset` on: the n-th of its symbols has `rowsOf[n]` rows. */
export async function writeSymbols(path: string, offset: number, rowsOf: readonly number[]): Promise<ChecksummedRange> {
  const file = await open(path, "r+");
  try {
    return await writeIndices(file, offset, rowsOf);
  } finally {
    await file.close();
  }
}

async function createAnew(path: string): Promise<FileHandle> {
  await rm(path, { recursive: true, force: true });
  return await open(path, "wx");
}

/** Opens a file that has the layout's size and head; undefined where there is none. */
async function openExisting(path: string, { head, bytes }: ArrowFileLayout): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined;
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size !== bytes) return undefined;
    file = await open(path, "r");
    const { buffer } = await file.read(new Uint8Array(head.length), 0, head.length, 0);
    if (Buffer.compare(buffer, head) !== 0) return undefined;
    // A crash amid a publication leaves it read-only.
    await file.chmod(0o644);
    return await open(path, "r+");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}

/** Writes each index as often as its symbol has rows. One buffer is filled while the other one is written. */
async function writeIndices(file: FileHandle, offset: number, rowsOf: readonly number[]): Promise<ChecksummedRange> {
  const rows = rowsOf.reduce((sum, count) => sum + count, 0);
  const newBuffer = (): Int32Array => new Int32Array(Math.min(rows, indexBufferBytes / 4));
  let filling = newBuffer();
  let writing = newBuffer();
  let written: Promise<void> = Promise.resolve();
  const run = { offset, length: 0, crc: 0 };
  let used = 0;
  const flush = async (): Promise<void> => {
    await written;
    [filling, writing] = [writing, filling];
    const bytes = new Uint8Array(writing.buffer, 0, 4 * used);
    written = writeFully(file, bytes, offset + run.length);
    // Awaited by the next flush; until then its failure is not unhandled.
    written.catch(() => undefined);
    run.crc = crc32(bytes, run.crc);
    run.length += bytes.length;
    used = 0;
  };
  for (const [index, count] of rowsOf.entries()) {
    for (let left = count; left > 0; ) {
      const length = Math.min(left, filling.length - used);
      filling.fill(index, used, used + length);
      used += length;
      left -= length;
      if (used === filling.length) await flush();
    }
  }
  if (used > 0) await flush();
  await written;
  return run;
}
