import type { Codec, DecodeOptions } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import { maskedCrc32c } from "./crc32c.ts";
import {
  checksumLength,
  chunkHeaderLength,
  compressedType,
  identifier,
  largestChunk,
  lengthType,
  readChunks,
  storedType,
} from "./frame-chunks.ts";
import { corrupt, decodeRaw, encodeRaw } from "./raw-snappy.ts";

const lengthChunkLength = 8;
/** Chunks that shrink by less are stored, as by Snappy's own encoders. */
const smallestGain = 1 / 8;

function writeHead(frame: Uint8Array, length: number): number {
  const view = new DataView(frame.buffer, identifier.length);
  frame.set(identifier);
  view.setUint32(0, lengthType | (lengthChunkLength << 8), true);
  view.setUint32(chunkHeaderLength, length % 2 ** 32, true);
  view.setUint32(chunkHeaderLength + 4, Math.floor(length / 2 ** 32), true);
  return identifier.length + chunkHeaderLength + lengthChunkLength;
}

function encode(decoded: Uint8Array): Uint8Array {
  const chunkCount = Math.ceil(decoded.length / largestChunk);
  const overhead = identifier.length + chunkHeaderLength + lengthChunkLength;
  const frame = new Uint8Array(overhead + decoded.length + chunkCount * (chunkHeaderLength + checksumLength));
  const view = new DataView(frame.buffer);
  let at = writeHead(frame, decoded.length);
  for (let start = 0; start < decoded.length; start += largestChunk) {
    const chunk = decoded.subarray(start, Math.min(start + largestChunk, decoded.length));
    const compressed = encodeRaw(chunk);
    const shrinks = compressed.length <= chunk.length * (1 - smallestGain);
    const content = shrinks ? compressed : chunk;
    const type = shrinks ? compressedType : storedType;
    view.setUint32(at, type + (content.length + checksumLength) * 256, true);
    view.setUint32(at + chunkHeaderLength, maskedCrc32c(chunk), true);
    frame.set(content, at + chunkHeaderLength + checksumLength);
    at += chunkHeaderLength + checksumLength + content.length;
  }
  return frame.slice(0, at);
}

function decode(encoded: Uint8Array, options: DecodeOptions | undefined): Uint8Array {
  const { chunks, length } = readChunks(encoded);
  const target = decodeTarget("snappy", length, options);
  let at = 0;
  for (const { compressed, checksum, bytes, decodedLength } of chunks) {
    const part = target.subarray(at, at + decodedLength);
    if (compressed) decodeRaw(bytes, part);
    else part.set(bytes);
    if (maskedCrc32c(part) !== checksum) throw corrupt("a chunk's checksum differs");
    at += decodedLength;
  }
  return target;
}

function decodedLength(encoded: Uint8Array): number | undefined {
  try {
    return readChunks(encoded).length;
  } catch {
    return undefined;
  }
}

/**
 * The codec `snappy`: Snappy's framing format, for files that end in `.sz`. A CRC-32C per chunk of 64 KiB detects
 * damage. A chunk that other readers skip holds the content length, so that a frame of this codec that was cut between
 * two chunks is detected too.
 */
export function snappy(): Codec {
  return { name: "snappy", extension: ".sz", encode, decode, decodedLength };
}
