import { type InputType, inflateSync, type ZlibOptions } from "node:zlib";
import { AtcError } from "@atc/contract";

/** The result of `inflateSync` with `info: true`, an option that its declaration lacks. */
interface InflateInfo {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

const inflateWithInfo = inflateSync as unknown as (
  source: InputType,
  options: ZlibOptions & { readonly info: true },
) => InflateInfo;

const smallestChunk = 64;
const largestChunk = 2 ** 20;

function corrupt(reason: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `zlib: ${reason}; the data is damaged or was not written by zlib`, { cause });
}

function isOverflow(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

/**
 * Inflates a whole zlib stream of at most `maxLength` bytes; undefined if it holds more.
 *
 * @param expected - the decoded length if it is known, so that zlib fills one buffer instead of many small ones
 * @throws ATC_CORRUPT_DATA if the bytes are not exactly one stream
 */
export function inflate(source: Uint8Array, maxLength: number, expected?: number): Uint8Array | undefined {
  // One byte more than expected: zlib requests another chunk when a chunk is exactly full.
  const guess = expected === undefined ? Math.min(largestChunk, 4 * source.length) : expected + 1;
  const chunkSize = Math.max(smallestChunk, Math.min(guess, maxLength + 1));
  let result: InflateInfo;
  try {
    result = inflateWithInfo(source, { chunkSize, maxOutputLength: Math.max(1, maxLength), info: true });
  } catch (error) {
    if (isOverflow(error)) return undefined;
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
  const { buffer, engine } = result;
  if (engine.bytesWritten !== source.length)
    throw corrupt(`the stream ends after ${engine.bytesWritten} of ${source.length} bytes`);
  return buffer.length > maxLength ? undefined : buffer;
}
