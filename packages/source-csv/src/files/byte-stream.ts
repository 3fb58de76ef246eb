import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AtcError, fromSystemError, isAtcError, type SourceInput } from "@atc/contract";
import type { XXHash } from "xxhash-wasm";
import { ZstdFault } from "../zstd/zstd-fault.ts";
import { zstdPieces } from "../zstd/zstd-pieces.ts";
import type { Compression } from "./encoding.ts";
import { hashFunctions } from "./hash.ts";
import { type OpenFile, readFully } from "./source-file.ts";

/**
 * The bytes of a file in order, decompressed if they are compressed. Disposing stops it; the caller still closes the
 * file handle.
 */
export interface ByteStream extends AsyncDisposable {
  /** Fills `target`, or reads up to the end; returns the bytes read, 0 at the end. */
  read(target: Uint8Array): Promise<number>;
  /** Bytes read from the file so far, as stored. */
  taken(): number;
}

/** Which bytes {@link fileBytes} reads. */
export interface FileBytesOptions {
  readonly handle: FileHandle;
  /** The file's name in messages. */
  readonly path: string;
  /** Receives the bytes as stored. */
  readonly hash?: XXHash<bigint> | undefined;
  /** The offset of the first byte, default 0. A compressed file is always read from its start. */
  readonly start?: number;
}

const compressedBlockLength = 256 * 1024;

function zstdFault(path: string, error: ZstdFault): AtcError {
  return error.isUnsupported
    ? new AtcError("ATC_UNSUPPORTED", `"${path}" is a Zstandard file that is not read: ${error.message}`, {
        cause: error,
        details: { path },
      })
    : new AtcError(
        "ATC_CORRUPT_DATA",
        `"${path}" is a damaged or incomplete Zstandard file (${error.message}); fetch it again and check it with zstd -t`,
        { cause: error, details: { path } },
      );
}

function readFault(path: string, error: unknown): AtcError {
  if (isAtcError(error)) return error;
  if (error instanceof ZstdFault) return zstdFault(path, error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!code.startsWith("Z_")) return fromSystemError(error, `cannot read "${path}"`, "check the disk");
  const reason = error instanceof Error ? error.message : code;
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `"${path}" is a damaged or incomplete gzip file (${reason}); fetch it again and check it with gzip -t`,
    { cause: error, details: { path } },
  );
}

/** The bytes of a file as stored. */
function plainBytes({ handle, path, hash, start = 0 }: FileBytesOptions): ByteStream {
  let taken = 0;
  return {
    taken: () => taken,
    read: async (target) => {
      const length = await readFully({ handle, path }, target, start + taken);
      hash?.update(target.subarray(0, length));
      taken += length;
      return length;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Reads pieces of any size into blocks of the caller's size. */
function pieceReader(pieces: AsyncIterator<Uint8Array>, path: string): Pick<ByteStream, "read"> {
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
async function* filePieces(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    // A new block each time: the decompressor still reads the one before.
    const block = new Uint8Array(compressedBlockLength);
    const length = await readFully(file, block, position);
    if (length === 0) return;
    position += length;
    yield block.subarray(0, length);
  }
}

/** Passes pieces on, counts and hashes them. */
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
function gzipBytes(compressed: AsyncGenerator<Uint8Array> & { taken: number }, path: string): ByteStream {
  const gunzip = createGunzip({ chunkSize: compressedBlockLength });
  const stop = new AbortController();
  // A failure reaches the reader through the decompressor; this promise only shows that the pipeline has ended.
  const flow = pipeline(Readable.from(compressed), gunzip, { signal: stop.signal }).catch(() => undefined);
  const parts: AsyncIterator<Uint8Array> = gunzip[Symbol.asyncIterator]();
  return {
    ...pieceReader(parts, path),
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

/** The decompressed bytes of Zstandard of one or more frames. */
function zstdBytes(compressed: AsyncGenerator<Uint8Array> & { taken: number }, path: string): ByteStream {
  const pieces = zstdPieces(compressed, async () => (await hashFunctions()).create64());
  return {
    ...pieceReader(pieces, path),
    taken: () => compressed.taken,
    [Symbol.asyncDispose]: async () => {
      await pieces.return(undefined);
      await compressed.return(undefined);
    },
  };
}

function decompressed(
  compressed: AsyncGenerator<Uint8Array> & { taken: number },
  path: string,
  compression: Compression,
): ByteStream {
  return compression === "gzip" ? gzipBytes(compressed, path) : zstdBytes(compressed, path);
}

/** The bytes of a file, compressed or not. */
export function fileBytes(options: FileBytesOptions & { readonly compression?: Compression | undefined }): ByteStream {
  const { handle, path, hash, compression } = options;
  if (compression === undefined) return plainBytes(options);
  return decompressed(counted(filePieces({ handle, path }), hash), path, compression);
}

/** The bytes of an input, compressed or not. */
export function inputBytes(
  input: SourceInput,
  { compression, hash }: { readonly compression?: Compression | undefined; readonly hash?: XXHash<bigint> | undefined },
): ByteStream {
  const pieces = counted(input.open(), hash);
  if (compression !== undefined) return decompressed(pieces, input.name, compression);
  return {
    ...pieceReader(pieces, input.name),
    taken: () => pieces.taken,
    [Symbol.asyncDispose]: async () => {
      await pieces.return(undefined);
    },
  };
}
