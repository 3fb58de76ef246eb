import { AtcError } from "@atc/contract";
import { corrupt } from "./lz4-sequences.ts";
import { xxhash32 } from "./xxhash32.ts";

/** The first four bytes of an LZ4 frame, little-endian. */
const magicNumber = 0x184d2204;
/** Set in the length of a stored block. */
export const storedBit = 0x80000000;

const versionMask = 0xc0;
const version = 0x40;
const independentFlag = 0x20;
const blockChecksumFlag = 0x10;
const contentLengthFlag = 0x08;
const contentChecksumFlag = 0x04;
const reservedFlag = 0x02;
const dictionaryFlag = 0x01;

/** The header of an LZ4 frame. */
export interface FrameDescriptor {
  /** Whether matches may read earlier blocks. */
  readonly linked: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  /** Decoded bytes, if the frame declares them. */
  readonly contentLength: number | undefined;
  /** The most decoded bytes per block. */
  readonly largestBlock: number;
  /** Offset of the first block. */
  readonly end: number;
}

/** 64 KiB, 256 KiB, 1 MiB and 4 MiB for the numbers 4 to 7. */
function largestBlockOf(number: number): number {
  return 2 ** (8 + 2 * number);
}

function readFlags(flags: number): void {
  if ((flags & versionMask) !== version) throw corrupt(`unknown frame version ${flags >> 6}`);
  if ((flags & reservedFlag) !== 0) throw corrupt("a reserved flag is set");
  if ((flags & dictionaryFlag) !== 0)
    throw new AtcError("ATC_UNSUPPORTED", "lz4: the frame needs a dictionary; write it without one");
}

function readContentLength(view: DataView, at: number): number {
  if (view.byteLength < at + 8) throw corrupt("the frame ends within its descriptor");
  return view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
}

/**
 * Parses the header of an LZ4 frame and verifies its checksum.
 *
 * @throws ATC_CORRUPT_DATA if it is not one, ATC_UNSUPPORTED if it requires a dictionary
 */
export function readDescriptor(frame: Uint8Array): FrameDescriptor {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < 7) throw corrupt(`${frame.length} bytes are too few for a frame`);
  if (view.getUint32(0, true) !== magicNumber) throw corrupt("the bytes do not start with the magic of an LZ4 frame");
  const flags = view.getUint8(4);
  const sizes = view.getUint8(5);
  const contentLength = (flags & contentLengthFlag) === 0 ? undefined : readContentLength(view, 6);
  const checksumAt = contentLength === undefined ? 6 : 14;
  if (frame.length <= checksumAt) throw corrupt("the frame ends within its descriptor");
  const checksum = (xxhash32(frame.subarray(4, checksumAt)) >>> 8) & 0xff;
  if (checksum !== view.getUint8(checksumAt)) throw corrupt("the descriptor's checksum differs");
  readFlags(flags);
  if ((sizes & 0x8f) !== 0 || sizes >> 4 < 4) throw corrupt(`unknown block size "0x${sizes.toString(16)}"`);
  return {
    linked: (flags & independentFlag) === 0,
    blockChecksums: (flags & blockChecksumFlag) !== 0,
    contentChecksum: (flags & contentChecksumFlag) !== 0,
    contentLength,
    largestBlock: largestBlockOf(sizes >> 4),
    end: checksumAt + 1,
  };
}

/** Bytes of the header that {@link writeDescriptor} writes. */
export const descriptorLength = 15;

/**
 * Writes the header of a frame of independent blocks, with content length and content checksum. Returns the decoded
 * bytes of a full block.
 */
export function writeDescriptor(frame: Uint8Array, contentLength: number): number {
  const view = new DataView(frame.buffer, frame.byteOffset, descriptorLength);
  let number = 4;
  while (number < 7 && largestBlockOf(number) < contentLength) number++;
  view.setUint32(0, magicNumber, true);
  view.setUint8(4, version | independentFlag | contentLengthFlag | contentChecksumFlag);
  view.setUint8(5, number << 4);
  view.setUint32(6, contentLength % 2 ** 32, true);
  view.setUint32(10, Math.floor(contentLength / 2 ** 32), true);
  view.setUint8(14, xxhash32(frame.subarray(4, 14)) >>> 8);
  return largestBlockOf(number);
}
