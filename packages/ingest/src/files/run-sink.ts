import { closeSync, openSync, rmSync } from "node:fs";
import { crc32 } from "node:zlib";
import { fromSystemError } from "@atc/contract";
import { writeBytes } from "../base/file-bytes.ts";

export const stagingBytes: number = 2 ** 20;
/** The most values that {@link RunSink.reserve} gives room for. */
export const mostValues = 8192;

/** Where a run is written, at its end only: values of 8 bytes are put straight into its memory. */
export interface RunSink {
  /** Bytes so far. */
  readonly length: number;
  /** The memory, as values and as pairs of 32-bit words. */
  readonly values: Float64Array;
  readonly words: Int32Array;
  /** Makes room for the next `count` values, at most {@link mostValues}, and returns the place of the first in `values`; they must be put there at once. */
  reserve(count: number): number;
}

/** A run in a file. Writing is synchronous: it goes to the system's cache in parts of a mebibyte. */
export interface FileSink extends RunSink {
  /** Writes `tail` after the values, closes the file and returns the CRC-32 of all its bytes. */
  finish(tail: Uint8Array): number;
  /** Closes and removes the file where it is not finished. */
  discard(): void;
}

/** Turns what the system says of a file of rows into an error that tells what to do. */
export function refused(path: string): (error: unknown) => never {
  return (error) => {
    throw fromSystemError(
      error,
      `cannot keep rows in "${path}"`,
      "free space on that disk, or let the ingest use more memory (memoryBytes)",
    );
  };
}

/** A new file, in place of one of that name. `staging` is memory of {@link stagingBytes} that no other sink uses. */
export function fileSink(path: string, staging: Uint8Array<ArrayBuffer> = new Uint8Array(stagingBytes)): FileSink {
  const file = attempt(path, () => openSync(path, "w"));
  let staged = 0;
  let written = 0;
  let crc = 0;
  let open = true;

  function write(bytes: Uint8Array): void {
    attempt(path, () => writeBytes(file, bytes, written));
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

/** What `action` returns; throws as {@link refused} says of `path`. */
export function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    return refused(path)(error);
  }
}
