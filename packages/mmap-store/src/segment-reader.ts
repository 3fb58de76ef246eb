import { closeSync, fstatSync, open, readSync } from "node:fs";
import { promisify } from "node:util";
import { AtcError, bytesPerElement, type DType, fromSystemError, type TypedArray, viewOf } from "@atc/contract";
import { type Mapping, mapFile } from "./mapping.ts";

/** How segments are read. `auto` maps where that works and reads where it does not. */
export type SegmentBackend = "mmap" | "read" | "auto";

/** One open segment. It holds the file's descriptor, so the file can be read after it was replaced or deleted. */
export interface SegmentReader {
  /** Whether values come from a mapping, without a copy. */
  isMapped(): boolean;
  /** Throws ATC_CORRUPT_DATA where the file is no longer as long as the manifest says: reading on in a mapping would end the process. */
  checkSize(): void;
  /** `length` values from a byte offset: a view of the mapping, else read into `target`, which must be large enough. */
  values<D extends DType>(dtype: D, offset: number, length: number, target: () => ArrayBuffer): TypedArray;
  /** Says that rows will be read in order until the returned function is called. */
  scan(): () => void;
  /** Closes the file and unmaps it. */
  dispose(): void;
}

const openFile = promisify(open);

/**
 * Opens a segment and checks its size.
 *
 * @throws ATC_CORRUPT_DATA where it is not `bytes` long; the system's error where it cannot be opened.
 */
export async function openSegment(path: string, bytes: number, backend: SegmentBackend): Promise<SegmentReader> {
  const reader = segmentReader(await openFile(path, "r"), path, bytes, backend);
  try {
    reader.checkSize();
    return reader;
  } catch (error) {
    reader.dispose();
    throw error;
  }
}

function segmentReader(fd: number, path: string, bytes: number, backend: SegmentBackend): SegmentReader {
  let mapping: Mapping | undefined;
  let isMappable = backend !== "read";
  let isClosed = false;
  let scans = 0;

  const corrupt = (size: number): AtcError =>
    new AtcError(
      "ATC_CORRUPT_DATA",
      `segment "${path}" is ${size} bytes long, its manifest says ${bytes}; ingest the dataset again`,
      { details: { path, bytes: size, expected: bytes } },
    );
  const checkSize = (): void => {
    const { size } = fstatSync(fd);
    if (size !== bytes) throw corrupt(size);
  };
  const mapped = (): Mapping | undefined => {
    if (mapping !== undefined || !isMappable) return mapping;
    checkSize();
    try {
      mapping = mapFile(fd, bytes, path);
    } catch (error) {
      if (backend === "mmap") throw error;
      isMappable = false;
    }
    return mapping;
  };
  const readInto = (target: Uint8Array, offset: number): void => {
    let done = 0;
    while (done < target.length) {
      const count = readBytes(fd, target, done, offset + done, path);
      if (count === 0) throw corrupt(offset + done);
      done += count;
    }
  };

  return {
    isMapped: () => mapped() !== undefined,
    checkSize,
    values(dtype, offset, length, target) {
      const map = mapped();
      if (map !== undefined) return viewOf(dtype, map.buffer, offset, length);
      const buffer = target();
      readInto(new Uint8Array(buffer, 0, length * bytesPerElement[dtype]), offset);
      return viewOf(dtype, buffer, 0, length);
    },
    scan() {
      const map = mapped();
      if (map === undefined) return () => undefined;
      if (scans++ === 0) map.advise("sequential");
      return () => {
        if (--scans === 0) map.advise("normal");
      };
    },
    dispose() {
      if (isClosed) return;
      isClosed = true;
      mapping?.dispose();
      mapping = undefined;
      isMappable = false;
      closeSync(fd);
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
