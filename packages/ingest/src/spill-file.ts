import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromSystemError } from "@atc/contract";

const stagingBytes = 1 << 20;

/** A file of our own for rows that do not fit in memory: written at its end only, read anywhere. Disposal removes it. */
export interface SpillFile extends AsyncDisposable {
  /** Bytes appended so far. */
  readonly length: number;
  /** Appends bytes; they may be changed afterwards. */
  append(bytes: Uint8Array): Promise<void>;
  /** Writes what waits in memory; only flushed bytes can be read. */
  flush(): Promise<void>;
  /** Fills `target` from `offset`. Synchronous: a series of a huge source is thousands of short parts, and a turn of the event loop for each takes longer than the reading. */
  read(offset: number, target: Uint8Array): void;
}

/** Opens a new file in `directory`, or in a directory of its own in the system's temporary one where that is undefined. */
export async function openSpillFile(directory: string | undefined): Promise<SpillFile> {
  const own =
    directory === undefined ? await mkdtemp(join(tmpdir(), "atc-ingest-")).catch(refused(tmpdir())) : undefined;
  const path = join(directory ?? (own as string), "rows.spill");
  const handle = await open(path, "wx+").catch(refused(path));
  const staging = new Uint8Array(stagingBytes);
  let staged = 0;
  let written = 0;
  let disposed = false;

  async function flush(): Promise<void> {
    if (staged === 0) return;
    await writeAll(handle, staging.subarray(0, staged), written).catch(refused(path));
    written += staged;
    staged = 0;
  }

  return {
    get length() {
      return written + staged;
    },
    async append(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const count = Math.min(bytes.length - from, stagingBytes - staged);
        staging.set(bytes.subarray(from, from + count), staged);
        staged += count;
        from += count;
        if (staged === stagingBytes) await flush();
      }
    },
    flush,
    read(offset, target) {
      try {
        readAll(handle.fd, target, offset);
      } catch (error) {
        refused(path)(error);
      }
    },
    async [Symbol.asyncDispose]() {
      if (disposed) return;
      disposed = true;
      await handle.close().catch(() => undefined);
      // What cannot be removed now is removed with the scratch directory; a failure here would hide the error that led to it.
      await rm(own ?? path, { force: true, recursive: true }).catch(() => undefined);
    },
  };
}

function refused(path: string): (error: unknown) => never {
  return (error) => {
    throw fromSystemError(
      error,
      `cannot keep rows in "${path}"`,
      "free space on that disk, or let the ingest use more memory (memoryBytes)",
    );
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function readAll(file: number, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    const bytesRead = readSync(file, target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new Error(`the file ends at byte ${position + done}, rows are missing`);
    done += bytesRead;
  }
}
