import { closeSync, fstatSync, open, openSync, readSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { AtcError, bytesPerElement, type DType, fromSystemError, type TypedArray, viewOf } from "@atc/contract";
import { type AccessPolicy, accessPolicy } from "./access-policy.ts";
import { type Mapping, mapFile } from "./mapping.ts";

/** How segments are read: `mmap` maps, `read` reads, and `auto` maps if mapping works and reads if not. */
export type SegmentBackend = "mmap" | "read" | "auto";

/** An open segment. It stays readable after its file is replaced or deleted. */
export interface SegmentReader {
  /** Whether values come from a mapping, without a copy. */
  isMapped(): boolean;
  /**
   * Throws ATC_CORRUPT_DATA if the file does not have the size in the manifest: a read past its end in a mapping ends
   * the process.
   */
  checkSize(): void;
  /** `length` values from a byte offset: a view of the mapping, or a view of `target()`, which must be large enough. */
  values<D extends DType>(dtype: D, offset: number, length: number, target: () => ArrayBuffer): TypedArray;
  /** Announces that `length` bytes from `offset` on are read next. */
  prefetch(offset: number, length: number): void;
  /** Announces reads in order, until the returned function is called. */
  scan(): () => void;
  /** Announces a read of `bytes` consecutive bytes at any position. */
  window(bytes: number): void;
  /** Releases the pages from this process's memory. They stay in the page cache. */
  release(): void;
  /** Closes the file and unmaps it. */
  dispose(): void;
}

const openFile = promisify(open);

export interface OpenSegmentOptions {
  readonly path: string;
  /** The size in the manifest. */
  readonly bytes: number;
  readonly backend: SegmentBackend;
  /**
   * Whether a mapped segment keeps its file descriptor, which makes size checks a third cheaper. One that is read
   * always keeps it.
   */
  readonly keepsDescriptor: boolean;
}

/**
 * Opens a segment and checks its size.
 *
 * @throws ATC_CORRUPT_DATA if its size is not `bytes`; the system's error if it cannot be opened.
 */
export async function openSegment(options: OpenSegmentOptions): Promise<SegmentReader> {
  return readerOf(await openFile(options.path, "r"), options);
}

/** Like {@link openSegment}, at once. */
export function openSegmentNow(options: OpenSegmentOptions): SegmentReader {
  return readerOf(openSync(options.path, "r"), options);
}

function readerOf(descriptor: number, options: OpenSegmentOptions): SegmentReader {
  let file: SegmentFile;
  try {
    file = segmentFile(descriptor, options);
  } catch (error) {
    closeQuietly(descriptor);
    throw error;
  }
  try {
    file.checkSize();
    const reader = segmentReader(file, options);
    if (!options.keepsDescriptor && reader.isMapped()) file.close();
    return reader;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The file behind a segment. */
interface SegmentFile {
  /** Throws ATC_CORRUPT_DATA if its size is not that in the manifest. */
  checkSize(): void;
  /** Fills `target`. The descriptor must be open. */
  read(target: Uint8Array, offset: number): void;
  map(): Mapping;
  /** Closes the descriptor. From then on the size is checked by path. */
  close(): void;
}

function segmentFile(descriptor: number, { path, bytes }: OpenSegmentOptions): SegmentFile {
  let fd: number | undefined = descriptor;
  const { ino, dev } = fstatSync(descriptor);
  const asked = <T>(status: () => T): T => {
    try {
      return status();
    } catch (error) {
      throw fromSystemError(error, `cannot read "${path}"`, "check the disk");
    }
  };
  const corrupt = (size: number): AtcError =>
    new AtcError(
      "ATC_CORRUPT_DATA",
      `segment "${path}" has ${size} bytes, its manifest says ${bytes}; ingest the dataset again`,
      { details: { path, bytes: size, expected: bytes } },
    );
  const opened = (): number => {
    if (fd !== undefined) return fd;
    throw new AtcError("ATC_CLOSED", `segment "${path}" is closed`);
  };
  return {
    checkSize() {
      const open = fd;
      if (open !== undefined) {
        const { size } = asked(() => fstatSync(open));
        if (size !== bytes) throw corrupt(size);
        return;
      }
      // A file that was deleted or replaced cannot change any more: only its mapping still refers to it.
      const there = asked(() => statSync(path, { throwIfNoEntry: false }));
      if (there?.ino === ino && there.dev === dev && there.size !== bytes) throw corrupt(there.size);
    },
    read(target, offset) {
      for (let done = 0; done < target.length; ) {
        const count = readBytes(opened(), target, done, offset + done, path);
        if (count === 0) throw corrupt(offset + done);
        done += count;
      }
    },
    map: () => mapFile(opened(), bytes, path),
    close() {
      const closing = fd;
      fd = undefined;
      if (closing !== undefined) closeQuietly(closing);
    },
  };
}

/** Closes a file that was only read, so that nothing is lost if the disk fails. Its descriptor is free in any case. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // The other segments must be closed too.
  }
}

function segmentReader(file: SegmentFile, { backend }: OpenSegmentOptions): SegmentReader {
  let mapping: Mapping | undefined;
  let isMappable = backend !== "read";
  let policy: AccessPolicy | undefined;

  const mapped = (): Mapping | undefined => {
    if (mapping !== undefined || !isMappable) return mapping;
    file.checkSize();
    try {
      mapping = file.map();
      policy = accessPolicy(mapping);
    } catch (error) {
      if (backend === "mmap") throw error;
      isMappable = false;
    }
    return mapping;
  };

  return {
    isMapped: () => mapped() !== undefined,
    checkSize: file.checkSize,
    values(dtype, offset, length, target) {
      const map = mapped();
      if (map !== undefined) return viewOf(dtype, map.buffer, offset, length);
      const buffer = target();
      file.read(new Uint8Array(buffer, 0, length * bytesPerElement[dtype]), offset);
      return viewOf(dtype, buffer, 0, length);
    },
    scan() {
      mapped();
      return policy?.scan() ?? (() => undefined);
    },
    window(bytes) {
      mapped();
      policy?.window(bytes);
    },
    prefetch: (offset, length) => mapping?.prefetch(offset, length),
    release: () => mapping?.release(),
    dispose() {
      mapping?.dispose();
      mapping = undefined;
      policy = undefined;
      isMappable = false;
      file.close();
    },
  };
}

function readBytes(fd: number, target: Uint8Array, start: number, position: number, path: string): number {
  try {
    return readSync(fd, target, start, target.length - start, position);
  } catch (error) {
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk");
  }
}
