import { deflateSync } from "node:zlib";
import { AtcError, type BlockCodec } from "@atc/contract";
import { inflate } from "./inflate.ts";

const smallestChunk = 64;

function encodeBlock(source: Uint8Array, target: Uint8Array, clevel: number): number {
  if (target.length === 0) return 0;
  const chunkSize = Math.max(smallestChunk, target.length + 1);
  try {
    const encoded = deflateSync(source, { level: clevel, chunkSize, maxOutputLength: target.length });
    target.set(encoded);
    return encoded.length;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return 0;
    throw error;
  }
}

function decodeBlock(source: Uint8Array, target: Uint8Array): void {
  const decoded = inflate(source, target.length, target.length);
  if (decoded?.length !== target.length) {
    const length = decoded === undefined ? "more" : `${decoded.length} bytes`;
    throw new AtcError(
      "ATC_CORRUPT_DATA",
      `zlib: the block decodes to ${length}, not ${target.length} bytes; the frame is damaged`,
    );
  }
  target.set(decoded);
}

/** The block codec `zlib` of Blosc frames (format 3): each block is one zlib stream, and `clevel` is the zlib level. */
export function zlibBlock(): BlockCodec {
  return { name: "zlib", bloscFormat: 3, encodeBlock, decodeBlock };
}
