import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { fromSystemError } from "@atc/contract";

const stagingBytes: number = 2 ** 20;

/** Where a run is written, at its end only. */
export interface RunSink {
  /** Bytes appended so far. */
  readonly length: number;
  /** Appends bytes; they may be changed afterwards. */
  append(bytes: Uint8Array): void;
}

/** A run in a file. Writing is synchronous: it goes to the system's cache in parts of a mebibyte. */
export interface FileSink extends RunSink {
  /** Writes what waits in memory, closes the file and returns the CRC-32 of its bytes. */
  finish(): number;
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

/** A new file, in place of one of that name. */
export function fileSink(path: string): FileSink {
  const file = attempt(path, () => openSync(path, "w"));
  const staging = new Uint8Array(stagingBytes);
  let staged = 0;
  let written = 0;
  let crc = 0;
  let open = true;

  function flush(): void {
    const bytes = staging.subarray(0, staged);
    attempt(path, () => {
      for (let done = 0; done < staged; ) done += writeSync(file, bytes, done, staged - done, written + done);
    });
    crc = crc32(bytes, crc);
    written += staged;
    staged = 0;
  }

  function close(): void {
    if (open) closeSync(file);
    open = false;
  }

  return {
    get length() {
      return written + staged;
    },
    append(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const count = Math.min(bytes.length - from, stagingBytes - staged);
        staging.set(bytes.subarray(from, from + count), staged);
        staged += count;
        from += count;
        if (staged === stagingBytes) flush();
      }
    },
    finish() {
      flush();
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
    get length() {
      return length;
    },
    append(part) {
      memory.set(part, length);
      length += part.length;
    },
  };
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    return refused(path)(error);
  }
}
