import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip } from "node:zlib";
import { AtcError, fromSystemError } from "@atc/contract";
import type { SourceFile } from "./files.ts";

/** Bytes read at once. */
const blockLength = 1024 * 1024;

/** Bytes at the start of a gzip file that are checked before its columns are detected. */
const headLength = 4 * 1024 * 1024;

/**
 * Checks that compressed text files are whole. DuckDB 1.5 treats the end of a cut gzip or zstd file as the end of the
 * data. It ignores gzip's checksum, and may use all memory for a damaged gzip file.
 *
 * @throws ATC_CORRUPT_DATA, ATC_ABORTED
 */
export async function checkCompressed(files: readonly SourceFile[], signal: AbortSignal | undefined): Promise<void> {
  for (const { path } of files) {
    if (/\.gz$/i.test(path)) await checkGzip(path, Number.POSITIVE_INFINITY, signal);
    if (/\.zst$/i.test(path)) await checkZstd(path);
  }
}

/** Like {@link checkCompressed}, for the part of a file in which DuckDB detects its columns. */
export async function checkCompressedHead({ path, size }: SourceFile): Promise<void> {
  if (/\.gz$/i.test(path)) await checkGzip(path, size <= headLength ? Number.POSITIVE_INFINITY : headLength, undefined);
  if (/\.zst$/i.test(path)) await checkZstd(path);
}

function damaged(path: string, cause?: unknown): AtcError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new AtcError("ATC_CORRUPT_DATA", `"${path}" is cut or damaged${reason}; fetch it again`, {
    cause,
    details: { path },
  });
}

async function checkGzip(path: string, length: number, signal: AbortSignal | undefined): Promise<void> {
  const nowhere = new Writable({ highWaterMark: blockLength, write: (_chunk, _encoding, done) => done() });
  const input = createReadStream(path, { highWaterMark: blockLength, end: length - 1 });
  // The head of a longer file ends within a block.
  const finishFlush = length === Number.POSITIVE_INFINITY ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  try {
    await pipeline(
      input,
      createGunzip({ chunkSize: blockLength, finishFlush }),
      nowhere,
      signal === undefined ? {} : { signal },
    );
  } catch (error) {
    const isDamage = error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
    throw isDamage ? damaged(path, error) : fromSystemError(error, `cannot read "${path}"`, "check the file");
  }
}

const frameMagic = 0xfd2fb528;

/** Follows the headers from block to block, which finds a cut without decoding. DuckDB finds damage within blocks. */
async function checkZstd(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const head = new Uint8Array(18);
    const view = new DataView(head.buffer);
    const read = async (position: number, length: number): Promise<void> => {
      const { bytesRead } = await handle.read(head, 0, length, position);
      if (bytesRead < length) throw damaged(path);
    };
    let position = 0;
    while (position < size) {
      await read(position, 5);
      const magic = view.getUint32(0, true);
      if ((magic & 0xffff_fff0) >>> 0 === 0x184d2a50) {
        await read(position + 4, 4);
        position += 8 + view.getUint32(0, true);
        continue;
      }
      if (magic !== frameMagic) throw damaged(path);
      const descriptor = head[4];
      position += 5 + headerLength(descriptor);
      for (let isLast = false; !isLast; ) {
        await read(position, 3);
        const block = head[0] | (head[1] << 8) | (head[2] << 16);
        isLast = (block & 1) === 1;
        // A block of one repeated byte stores only that byte.
        position += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3);
      }
      position += (descriptor & 4) === 0 ? 0 : 4;
    }
    if (position !== size) throw damaged(path);
  } finally {
    await handle.close();
  }
}

/** Bytes of a frame's header after its descriptor: window, dictionary ID and content size. */
function headerLength(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3];
  const content = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  return (isSingleSegment ? 0 : 1) + dictionary + content;
}
