import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AtcError, fromSystemError } from "@atc/contract";
import type { XXHash } from "xxhash-wasm";
import { readFully } from "./source-file.ts";

/** The bytes of a file in order, decompressed where they are compressed. Disposing stops it; the file handle stays the caller's. */
export interface ByteInput extends AsyncDisposable {
  /** Fills `target`, or what is left of the file; returns the bytes read, 0 at the end. */
  read(target: Uint8Array): Promise<number>;
  /** Bytes taken from the file so far. */
  taken(): number;
}

/** What an input reads. */
export interface ByteInputOptions {
  /** The file. */
  readonly handle: FileHandle;
  /** Its name in messages. */
  readonly path: string;
  /** Takes the file's bytes as they are read; none where absent. */
  readonly hash?: XXHash<bigint> | undefined;
}

const compressedBlockLength = 256 * 1024;

function readFault(path: string, error: unknown): AtcError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!code.startsWith("Z_")) return fromSystemError(error, `cannot read "${path}"`, "check the disk");
  const reason = error instanceof Error ? error.message : code;
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `"${path}" is a damaged or incomplete gzip file (${reason}); fetch it again and check it with gzip -t`,
    { cause: error, details: { path } },
  );
}

/** The bytes of a file as they are. */
function plainInput({ handle, path, hash }: ByteInputOptions): ByteInput {
  let taken = 0;
  return {
    taken: () => taken,
    read: async (target) => {
      const length = await readFully(handle, target, taken).catch((error: unknown) => {
        throw readFault(path, error);
      });
      hash?.update(target.subarray(0, length));
      taken += length;
      return length;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The decompressed bytes of a gzip file of one or more members. */
function gzipInput({ handle, path, hash }: ByteInputOptions): ByteInput {
  let taken = 0;
  async function* compressed(): AsyncGenerator<Uint8Array> {
    for (;;) {
      // A new block each time: the decompressor still reads the one before.
      const block = new Uint8Array(compressedBlockLength);
      const length = await readFully(handle, block, taken);
      if (length === 0) return;
      taken += length;
      hash?.update(block.subarray(0, length));
      yield block.subarray(0, length);
    }
  }
  const gunzip = createGunzip({ chunkSize: compressedBlockLength });
  const stop = new AbortController();
  // The failure reaches the reader through the decompressor; here it is only waited for.
  const flow = pipeline(Readable.from(compressed()), gunzip, { signal: stop.signal }).catch(() => undefined);
  const parts: AsyncIterator<Uint8Array> = gunzip[Symbol.asyncIterator]();
  let rest = new Uint8Array(0);
  return {
    taken: () => taken,
    read: async (target) => {
      let length = 0;
      while (length < target.length) {
        if (rest.length === 0) {
          const part = await parts.next().catch((error: unknown) => {
            throw readFault(path, error);
          });
          if (part.done === true) break;
          rest = part.value as Uint8Array<ArrayBuffer>;
        }
        const count = Math.min(rest.length, target.length - length);
        target.set(rest.subarray(0, count), length);
        rest = rest.subarray(count);
        length += count;
      }
      return length;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      gunzip.destroy();
      await flow;
    },
  };
}

/** The input for a file that is compressed or is not. */
export function byteInput(options: ByteInputOptions & { readonly gzip: boolean }): ByteInput {
  return options.gzip ? gzipInput(options) : plainInput(options);
}
