import { AtcError } from "@atc/contract";
import { corrupt } from "./corrupt.ts";

/** The first four bytes of a Zstandard frame, little-endian (RFC 8878, 3.1.1). */
const magicNumber = 0xfd2fb528;
/** The most decoded bytes per block. */
export const largestBlock: number = 2 ** 17;

const singleSegmentFlag = 0x20;
const reservedFlag = 0x08;
const checksumFlag = 0x04;

/** The header of a Zstandard frame (RFC 8878, 3.1.1.1). */
export interface FrameHeader {
  /** Decoded bytes, if the frame declares them. */
  readonly contentLength: number | undefined;
  /** The largest distance of a match. */
  readonly windowLength: number;
  /** Whether 4 bytes of xxHash64 follow the blocks. */
  readonly checksum: boolean;
  /** Offset of the first block. */
  readonly end: number;
}

function windowLengthOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readContentLength(view: DataView, at: number, bytes: number): number | undefined {
  if (at + bytes > view.byteLength) throw corrupt("the frame ends within its header");
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return bytes === 8 ? view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true) : undefined;
}

/**
 * Parses the header of a Zstandard frame.
 *
 * @throws ATC_CORRUPT_DATA if it is not one, ATC_UNSUPPORTED if it requires a dictionary
 */
export function readHeader(frame: Uint8Array): FrameHeader {
  if (frame.length < 6) throw corrupt(`${frame.length} bytes are too few for a frame`);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== magicNumber)
    throw corrupt("the bytes do not start with the magic of a Zstandard frame");
  const flags = view.getUint8(4);
  if ((flags & reservedFlag) !== 0) throw corrupt("a reserved flag is set");
  if ((flags & 3) !== 0)
    throw new AtcError("ATC_UNSUPPORTED", "zstd: the frame needs a dictionary; write it without one");
  const single = (flags & singleSegmentFlag) !== 0;
  const lengthBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6];
  const at = single ? 5 : 6;
  const contentLength = readContentLength(view, at, lengthBytes);
  return {
    contentLength,
    windowLength: single ? (contentLength ?? 0) : windowLengthOf(view.getUint8(5)),
    checksum: (flags & checksumFlag) !== 0,
    end: at + lengthBytes,
  };
}

/**
 * A header that declares the content length, with the content as its window.
 *
 * @param length - at most 2^32 - 1
 */
export function headerBytes(length: number, checksum: boolean): Uint8Array {
  const lengthBytes = length < 256 ? 1 : length < 256 + 2 ** 16 ? 2 : 4;
  const bytes = new Uint8Array(5 + lengthBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magicNumber, true);
  view.setUint8(4, ((lengthBytes >> 1) << 6) | singleSegmentFlag | (checksum ? checksumFlag : 0));
  if (lengthBytes === 1) view.setUint8(5, length);
  else if (lengthBytes === 2) view.setUint16(5, length - 256, true);
  else view.setUint32(5, length, true);
  return bytes;
}
