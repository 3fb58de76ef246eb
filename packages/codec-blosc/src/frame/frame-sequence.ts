import type { BlockCodec, DecodeOptions } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import type { BlockMemory } from "../kernel/block-memory.ts";
import { headerLength, largestFrameContent, readHeader } from "../layout/frame-header.ts";
import { corrupt } from "../layout/frame-parts.ts";
import { type BlockReaders, type CheckedFrame, checkFrame, readFrame } from "./frame-reader.ts";
import { type FrameOptions, writeFrame } from "./frame-writer.ts";

/**
 * Content that is too long for one frame becomes several consecutive frames. All frames except the last are full: they
 * hold as many whole elements as fit. The last one is never full, and may be empty, so that missing frames at the end
 * are detected. Bytes after a frame that is not full are damage, as for python-blosc. One full frame may stand alone.
 */
export interface FrameSequence {
  /** The most decoded bytes of one frame; default: what Blosc 1 can hold. */
  readonly largestContent?: number;
}

/** The decoded bytes of a full frame. */
function fullLength(typesize: number, { largestContent = largestFrameContent }: FrameSequence): number {
  return Math.max(typesize, largestContent - (largestContent % typesize));
}

/** Encodes `decoded` as one frame, or as several if it is too long for one. */
export function writeFrames(
  decoded: Uint8Array,
  options: FrameOptions,
  codec: BlockCodec,
  memory: BlockMemory | undefined,
  sequence: FrameSequence,
): Uint8Array {
  const full = fullLength(options.typesize, sequence);
  if (decoded.length <= full) return writeFrame(decoded, options, codec, memory);
  const frames: Uint8Array[] = [];
  for (let from = 0; from <= decoded.length; from += full)
    frames.push(writeFrame(decoded.subarray(from, from + full), options, codec, memory));
  const joined = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.length;
  }
  return joined;
}

/** Whether bytes begin with the header of a full frame. */
function isFull(bytes: Uint8Array, sequence: FrameSequence): boolean {
  if (bytes.length < headerLength) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerLength);
  return view.getUint32(4, true) === fullLength(view.getUint8(3), sequence);
}

/** Splits `bytes` into frames. If they do not begin with a full frame, they are one frame. */
function* split(bytes: Uint8Array, sequence: FrameSequence): Generator<Uint8Array> {
  let rest = bytes;
  while (isFull(rest, sequence)) {
    const frameLength = new DataView(rest.buffer, rest.byteOffset, headerLength).getUint32(12, true);
    if (frameLength < headerLength || frameLength >= rest.length) break;
    yield rest.subarray(0, frameLength);
    rest = rest.subarray(frameLength);
  }
  if (rest.length < bytes.length && isFull(rest, sequence)) throw corrupt("the last of several frames is missing");
  yield rest;
}

/** The decoded length of one or several frames; undefined if a header is invalid. */
export function decodedLengthOf(bytes: Uint8Array, sequence: FrameSequence): number | undefined {
  try {
    let length = 0;
    for (const frame of split(bytes, sequence)) length += readHeader(frame).length;
    return length;
  } catch {
    return undefined;
  }
}

/** Decodes one or several frames into `options.target` or a new array. It checks all of them before it allocates. */
export function readFrames(
  bytes: Uint8Array,
  options: DecodeOptions | undefined,
  readers: BlockReaders,
  memory: BlockMemory | undefined,
  sequence: FrameSequence,
): Uint8Array {
  const checked: CheckedFrame[] = [];
  for (const frame of split(bytes, sequence)) checked.push(checkFrame(frame, readers));
  const length = checked.reduce((sum, { header }) => sum + header.length, 0);
  const result = decodeTarget("blosc", length, options);
  // A Buffer has another hidden class.
  const target = new Uint8Array(result.buffer, result.byteOffset, result.length);
  let at = 0;
  for (const frame of checked) {
    readFrame(frame, target.subarray(at, at + frame.header.length), memory);
    at += frame.header.length;
  }
  return result;
}
