import { writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ArrowFileLayout } from "./arrow-file.ts";
import { type ChecksummedRun, checksumOf } from "./checksum.ts";

/** Writes one segment's columns in any order, each slice in its place. Holds one buffer a column, so that many small slices become few writes. */
export interface SegmentWriter {
  /** Writes bytes of a column at a byte offset within its values. */
  write(column: number, offset: number, bytes: Uint8Array): Promise<void>;
  /** Writes what is buffered and closes the file; it can be written on later. */
  suspend(): Promise<void>;
  /** Writes what is buffered, makes the file durable and read-only, and returns its CRC-32. */
  finish(): Promise<number>;
}

interface ColumnBuffer {
  /** Offset within the file of the first buffered byte. */
  position: number;
  used: number;
  bytes: Uint8Array | undefined;
}

const bufferBytes = 256 * 1024;
/** Bytes after which the disk is set to work while more are written, so that little is left to wait for at the end. */
const syncBytes: number = 32 * 2 ** 20;

/** A writer of the segment file at `path`, which is created on the first write. */
export function segmentWriter(path: string, layout: ArrowFileLayout): SegmentWriter {
  const buffers: ColumnBuffer[] = layout.columns.map(() => ({ position: 0, used: 0, bytes: undefined }));
  const runs: ChecksummedRun[] = [];
  const runEndingAt = new Map<number, ChecksummedRun>();
  let handle: FileHandle | undefined;
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  const syncFaults: unknown[] = [];

  /** Starts to make durable what is written so far. A fault is kept: the system tells of it once. */
  const startSync = (file: FileHandle): void => {
    unsynced = 0;
    syncing = file.datasync().then(
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
    const run = runEndingAt.get(position);
    runEndingAt.delete(position);
    const extended = run ?? { offset: position, length: 0, crc: 0 };
    if (run === undefined) runs.push(extended);
    extended.crc = crc32(bytes, extended.crc);
    extended.length += bytes.length;
    runEndingAt.set(position + bytes.length, extended);
  };
  const opened = async (): Promise<FileHandle> => {
    if (handle !== undefined) return handle;
    if (runs.length > 0) {
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
        await file.sync();
        if (syncFaults.length > 0) throw syncFaults[0];
        await file.chmod(0o444);
      } finally {
        for (const buffer of buffers) buffer.bytes = undefined;
        await close();
      }
      return checksumOf(runs, layout.bytes);
    },
  };
}

/** Below this many bytes a write waits for no thread: for some hundred bytes the way to one and back takes ten times as long as the write. */
const synchronousBytes = 16 * 1024;

/** Writes all of `bytes`: the system may take fewer at once. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const left = bytes.length - done;
    done +=
      left < synchronousBytes
        ? writeSync(file.fd, bytes, done, left, position + done)
        : (await file.write(bytes, done, left, position + done)).bytesWritten;
  }
}
