import { closeSync, openSync, rmSync } from "node:fs";
import { crc32 } from "node:zlib";
import { writeBytes } from "../base/file-bytes.ts";
import { withDiskErrors } from "./disk-errors.ts";

export const stagingBytes: number = 2 ** 20;
/** The most values per call of {@link RunSink.reserve}. */
export const mostValues = 8192;

/** A run that grows at its end. Values of 8 bytes are written straight to its memory. */
export interface RunSink {
  /** Bytes so far. */
  readonly length: number;
  /** The memory, as values and as pairs of 32-bit words. */
  readonly values: Float64Array;
  readonly words: Int32Array;
  /**
   * Makes room for the next `count` values, at most {@link mostValues}, and returns the place of the first one in
   * `values`. They must be written before the next call.
   */
  reserve(count: number): number;
}

/** A run in a file. Writes are synchronous: they go to the system's cache, one mebibyte at a time. */
export interface FileSink extends RunSink {
  /** Writes `tail` after the values, closes the file and returns the CRC-32 of all its bytes. */
  finish(tail: Uint8Array): number;
  /** Closes and removes the file if it is not finished. */
  discard(): void;
}

/** Creates or truncates a file. `staging` has {@link stagingBytes} bytes, which no other sink uses. */
export function fileSink(path: string, staging: Uint8Array<ArrayBuffer> = new Uint8Array(stagingBytes)): FileSink {
  const file = withDiskErrors(path, () => openSync(path, "w"));
  let staged = 0;
  let written = 0;
  let crc = 0;
  let open = true;

  function write(bytes: Uint8Array): void {
    withDiskErrors(path, () => writeBytes(file, bytes, written));
    crc = crc32(bytes, crc);
    written += bytes.length;
  }

  function close(): void {
    if (open) closeSync(file);
    open = false;
  }

  return {
    values: new Float64Array(staging.buffer),
    words: new Int32Array(staging.buffer),
    get length() {
      return written + staged;
    },
    reserve(count) {
      if (staged + 8 * count > stagingBytes) {
        write(staging.subarray(0, staged));
        staged = 0;
      }
      staged += 8 * count;
      return staged / 8 - count;
    },
    finish(tail) {
      write(staging.subarray(0, staged));
      staged = 0;
      write(tail);
      close();
      return crc;
    },
    discard() {
      if (!open) return;
      close();
      rmSync(path, { force: true });
    },
  };
}

/** A run of up to `bytes` bytes in memory. */
export function memorySink(bytes: number): RunSink & { readonly bytes: Uint8Array } {
  const memory = new Uint8Array(bytes);
  let length = 0;
  return {
    bytes: memory,
    values: new Float64Array(memory.buffer),
    words: new Int32Array(memory.buffer),
    get length() {
      return length;
    },
    reserve(count) {
      length += 8 * count;
      return length / 8 - count;
    },
  };
}
