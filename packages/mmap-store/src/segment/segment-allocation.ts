import { type FileHandle, lstat, open, rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ArrowFileLayout } from "../arrow/arrow-file.ts";
import type { ChecksummedRange } from "../base/checksum.ts";
import { isSystemError, writeFully } from "../base/file-system.ts";

/** A segment file at its full size, complete except for the values of its columns. */
export interface AllocatedSegment {
  /** The ranges of the head and the tail. */
  readonly ranges: readonly ChecksummedRange[];
  /** Whether the file existed before. If so, it still has the rows that were put in it then. */
  readonly isResumed: boolean;
}

/** Bytes of each of two buffers: small enough for the checksum to find them in the processor's cache. */
const indexBufferBytes = 2 ** 18;

/**
 * Creates the segment file at `path` without the values of its columns. A file from an earlier call with the same
 * layout keeps its content; anything else at `path` is replaced. The head is written last, so a file with a head has
 * its full size.
 */
export async function allocateSegment(path: string, layout: ArrowFileLayout): Promise<AllocatedSegment> {
  const existing = await openExisting(path, layout);
  const file = existing ?? (await replaceFile(path));
  try {
    if (existing === undefined) await file.truncate(layout.bytes);
    await writeFully(file, layout.tail, layout.tailOffset);
    await writeFully(file, layout.head, 0);
    const tail = { offset: layout.tailOffset, length: layout.tail.length, crc: crc32(layout.tail) };
    const head = { offset: 0, length: layout.head.length, crc: crc32(layout.head) };
    return { ranges: [head, tail], isResumed: existing !== undefined };
  } finally {
    await file.close();
  }
}

/**
 * Writes the column `symbol` of the segment file at `path`, which begins at byte `offset`. `rowsOf` has the rows of
 * each symbol, in order.
 */
export async function writeSymbols(path: string, offset: number, rowsOf: readonly number[]): Promise<ChecksummedRange> {
  const file = await open(path, "r+");
  try {
    return await writeIndices(file, offset, rowsOf);
  } finally {
    await file.close();
  }
}

async function replaceFile(path: string): Promise<FileHandle> {
  await rm(path, { recursive: true, force: true });
  return await open(path, "wx");
}

/** Opens the file at `path` for writing; undefined unless it has the layout's size and head. */
async function openExisting(path: string, { head, bytes }: ArrowFileLayout): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined;
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size !== bytes) return undefined;
    file = await open(path, "r");
    const { buffer } = await file.read(new Uint8Array(head.length), 0, head.length, 0);
    if (Buffer.compare(buffer, head) !== 0) return undefined;
    // A crash during a publication leaves it read-only.
    await file.chmod(0o644);
    return await open(path, "r+");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}

/** Writes the index of each symbol once per row. One buffer is filled while the other is written. */
async function writeIndices(file: FileHandle, offset: number, rowsOf: readonly number[]): Promise<ChecksummedRange> {
  const rows = rowsOf.reduce((sum, count) => sum + count, 0);
  const newBuffer = (): Int32Array => new Int32Array(Math.min(rows, indexBufferBytes / 4));
  let filling = newBuffer();
  let writing = newBuffer();
  let written: Promise<void> = Promise.resolve();
  const range = { offset, length: 0, crc: 0 };
  let used = 0;
  const flush = async (): Promise<void> => {
    await written;
    [filling, writing] = [writing, filling];
    const bytes = new Uint8Array(writing.buffer, 0, 4 * used);
    written = writeFully(file, bytes, offset + range.length);
    // The next flush awaits it; until then a failure must not count as unhandled.
    written.catch(() => undefined);
    range.crc = crc32(bytes, range.crc);
    range.length += bytes.length;
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
  return range;
}
