import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ArrowFileLayout } from "../arrow/arrow-file.ts";
import { type ChecksummedRange, checksumOf } from "../base/checksum.ts";
import { syncFile, syncFileData, writeFully } from "../base/file-system.ts";

/**
 * Writes the columns of one segment in any order. Holds one buffer per column, so that many small slices become few
 * writes.
 */
export interface SegmentWriter {
  /** Writes bytes of a column at a byte offset within its values. */
  write(column: number, offset: number, bytes: Uint8Array): Promise<void>;
  /** Flushes the buffers and closes the file. A later write opens it again. */
  suspend(): Promise<void>;
  /** Flushes the buffers, makes the file durable and read-only, and returns its CRC-32. */
  finish(): Promise<number>;
}

interface ColumnBuffer {
  /** Offset within the file of the first buffered byte. */
  position: number;
  used: number;
  bytes: Uint8Array | undefined;
}

const bufferBytes = 256 * 1024;
/** After this many bytes a sync starts in the background, so that the final sync has little left to do. */
const syncBytes: number = 32 * 2 ** 20;

/** A writer of the segment file at `path`. The first write creates the file. */
export function segmentWriter(path: string, layout: ArrowFileLayout): SegmentWriter {
  const buffers: ColumnBuffer[] = layout.columns.map(() => ({ position: 0, used: 0, bytes: undefined }));
  const ranges: ChecksummedRange[] = [];
  const rangeEndingAt = new Map<number, ChecksummedRange>();
  let handle: FileHandle | undefined;
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  const syncFaults: unknown[] = [];

  /** Starts to make the bytes written so far durable. Keeps a fault, since the system reports it only once. */
  const startSync = (file: FileHandle): void => {
    unsynced = 0;
    syncing = syncFileData(file).then(
      () => {
        syncing = undefined;
      },
      (error: unknown) => {
        syncing = undefined;
        syncFaults.push(error);
      },
    );
  };
  const writeAt = async (position: number, bytes: Uint8Array): Promise<void> => {
    const file = await opened();
    await writeFully(file, bytes, position);
    unsynced += bytes.length;
    if (unsynced >= syncBytes && syncing === undefined) startSync(file);
    const range = rangeEndingAt.get(position);
    rangeEndingAt.delete(position);
    const extended = range ?? { offset: position, length: 0, crc: 0 };
    if (range === undefined) ranges.push(extended);
    extended.crc = crc32(bytes, extended.crc);
    extended.length += bytes.length;
    rangeEndingAt.set(position + bytes.length, extended);
  };
  const opened = async (): Promise<FileHandle> => {
    if (handle !== undefined) return handle;
    if (ranges.length > 0) {
      handle = await open(path, "r+");
      return handle;
    }
    handle = await open(path, "wx");
    await handle.truncate(layout.bytes);
    await writeAt(0, layout.head);
    await writeAt(layout.tailOffset, layout.tail);
    return handle;
  };
  const flush = async (buffer: ColumnBuffer): Promise<void> => {
    const { bytes, used, position } = buffer;
    if (bytes === undefined || used === 0) return;
    buffer.used = 0;
    await writeAt(position, bytes.subarray(0, used));
  };
  const flushAll = async (): Promise<void> => {
    for (const buffer of buffers) await flush(buffer);
  };
  const close = async (): Promise<void> => {
    const closing = handle;
    handle = undefined;
    await syncing;
    await closing?.close();
  };

  return {
    async write(column, offset, bytes) {
      const buffer = buffers[column] as ColumnBuffer;
      const place = layout.columns[column] as ArrowFileLayout["columns"][number];
      const position = place.offset + offset;
      if (buffer.used > 0 && (buffer.position + buffer.used !== position || buffer.used + bytes.length > bufferBytes))
        await flush(buffer);
      if (bytes.length > bufferBytes / 2) {
        await flush(buffer);
        await writeAt(position, bytes);
        return;
      }
      buffer.bytes ??= new Uint8Array(Math.min(bufferBytes, place.length));
      if (buffer.used === 0) buffer.position = position;
      buffer.bytes.set(bytes, buffer.used);
      buffer.used += bytes.length;
    },
    async suspend() {
      try {
        await flushAll();
      } finally {
        for (const buffer of buffers) buffer.bytes = undefined;
        await close();
      }
    },
    async finish() {
      try {
        await flushAll();
        const file = await opened();
        await syncing;
        await syncFile(file);
        if (syncFaults.length > 0) throw syncFaults[0];
        await file.chmod(0o444);
      } finally {
        for (const buffer of buffers) buffer.bytes = undefined;
        await close();
      }
      return checksumOf(ranges, layout.bytes);
    },
  };
}
