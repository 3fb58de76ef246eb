import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AtcError, fromSystemError, isAtcError, type SourceInput } from "@atc/contract";
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
  /** Where in the file to start, which must not be compressed then; 0 where absent. */
  readonly start?: number;
}

const compressedBlockLength = 256 * 1024;

function readFault(path: string, error: unknown): AtcError {
  if (isAtcError(error)) return error;
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
function plainInput({ handle, path, hash, start = 0 }: ByteInputOptions): ByteInput {
  let taken = 0;
  return {
    taken: () => taken,
    read: async (target) => {
      const length = await readFully(handle, target, start + taken).catch((error: unknown) => {
        throw readFault(path, error);
      });
      hash?.update(target.subarray(0, length));
      taken += length;
      return length;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Bytes that come in pieces, in blocks of the reader's size. */
function pieceInput(pieces: AsyncIterator<Uint8Array>, path: string): Pick<ByteInput, "read"> {
  let rest = new Uint8Array(0);
  return {
    read: async (target) => {
      let length = 0;
      while (length < target.length) {
        if (rest.length === 0) {
          const piece = await pieces.next().catch((error: unknown) => {
            throw readFault(path, error);
          });
          if (piece.done === true) break;
          rest = piece.value as Uint8Array<ArrayBuffer>;
        }
        const count = Math.min(rest.length, target.length - length);
        target.set(rest.subarray(0, count), length);
        rest = rest.subarray(count);
        length += count;
      }
      return length;
    },
  };
}

/** The bytes of a file in pieces. */
async function* filePieces(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    // A new block each time: the decompressor still reads the one before.
    const block = new Uint8Array(compressedBlockLength);
    const length = await readFully(handle, block, position);
    if (length === 0) return;
    position += length;
    yield block.subarray(0, length);
  }
}

/** Pieces as they pass, counted and hashed. */
function counted(
  pieces: AsyncIterable<Uint8Array>,
  hash: XXHash<bigint> | undefined,
): AsyncGenerator<Uint8Array> & { taken: number } {
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      state.taken += piece.length;
      hash?.update(piece);
      yield piece;
    }
  }
  const state = Object.assign(pass(), { taken: 0 });
  return state;
}

/** The decompressed bytes of gzip of one or more members. */
function gzipInput(compressed: AsyncGenerator<Uint8Array> & { taken: number }, path: string): ByteInput {
  const gunzip = createGunzip({ chunkSize: compressedBlockLength });
  const stop = new AbortController();
  // The failure reaches the reader through the decompressor; here it is only waited for.
  const flow = pipeline(Readable.from(compressed), gunzip, { signal: stop.signal }).catch(() => undefined);
  const parts: AsyncIterator<Uint8Array> = gunzip[Symbol.asyncIterator]();
  return {
    ...pieceInput(parts, path),
    taken: () => compressed.taken,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      gunzip.destroy();
      await flow;
      // The pipeline does not wait until the file behind the pieces is closed.
      await compressed.return(undefined);
    },
  };
}

/** The input for a file that is compressed or is not. */
export function byteInput(options: ByteInputOptions & { readonly gzip: boolean }): ByteInput {
  if (!options.gzip) return plainInput(options);
  return gzipInput(counted(filePieces(options.handle), options.hash), options.path);
}

/** The input for bytes that are no file, compressed or not. */
export function streamInput(
  input: SourceInput,
  { gzip, hash }: { readonly gzip: boolean; readonly hash?: XXHash<bigint> | undefined },
): ByteInput {
  const pieces = counted(input.open(), hash);
  if (gzip) return gzipInput(pieces, input.name);
  return {
    ...pieceInput(pieces, input.name),
    taken: () => pieces.taken,
    [Symbol.asyncDispose]: async () => {
      await pieces.return(undefined);
    },
  };
}
