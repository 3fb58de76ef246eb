import { AtcError } from "@atc/contract";

/** Bytes before the block offsets. */
export const headerLength = 16;
/** The most bytes of one frame: c-blosc counts in int32 and reserves room for a header. */
export const largestFrameContent: number = 2 ** 31 - 1 - headerLength;
/** Shorter blocks are never split, and shorter content is never compressed. */
export const smallestSplit = 128;
/** Frames with wider elements are never split. */
export const mostSplits = 16;

const formatVersion = 2;
const codecVersion = 1;
const byteShuffleFlag = 1;
const storedFlag = 2;
const bitShuffleFlag = 4;
const reservedFlag = 8;
const unsplitFlag = 16;
/** The limit of c-blosc, beyond which its scratch buffers overflow int32. */
const largestBlock = Math.floor((2 ** 31 - 1 - 255 * 4) / 3);

/** How the bytes of a block are rearranged before the algorithm. */
export type Shuffle = "noshuffle" | "shuffle" | "bitshuffle";

/** The 16 bytes at the start of a Blosc 1 frame, checked against each other and the length of the frame. */
export interface FrameHeader {
  /** The format number of the algorithm, 0 to 7. */
  readonly bloscFormat: number;
  readonly shuffle: Shuffle;
  /** Whether the content is stored after the header. */
  readonly stored: boolean;
  /** Whether each full block has `typesize` separately encoded parts. */
  readonly split: boolean;
  /** Bytes of an element. */
  readonly typesize: number;
  /** Decoded bytes. */
  readonly length: number;
  /** Decoded bytes of each block except the last. */
  readonly blockLength: number;
}

function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `blosc: ${reason}; the frame is damaged or is not a Blosc frame`);
}

function shuffleOf(flags: number): Shuffle {
  if ((flags & byteShuffleFlag) !== 0) return "shuffle";
  return (flags & bitShuffleFlag) !== 0 ? "bitshuffle" : "noshuffle";
}

function checkVersions(version: number, codec: number): void {
  if (version > formatVersion && version <= 5)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `blosc: the frame has format version ${version}, which is Blosc 2; write it with Blosc 1 (python-blosc, not python-blosc2)`,
      { details: { version } },
    );
  if (version !== formatVersion) throw corrupt(`unknown format version ${version}, expected ${formatVersion}`);
  if (codec !== codecVersion) throw corrupt(`unknown codec version ${codec}, expected ${codecVersion}`);
}

function checkLengths(header: FrameHeader, frameLength: number, declaredFrameLength: number): void {
  const { length, blockLength, typesize, stored } = header;
  if (declaredFrameLength !== frameLength)
    throw corrupt(`the frame has ${frameLength} bytes, but its header declares ${declaredFrameLength}`);
  if (length > largestFrameContent) throw corrupt(`${length} decoded bytes exceed what a frame can hold`);
  if (typesize === 0) throw corrupt("typesize is 0");
  if (blockLength === 0 || blockLength > largestBlock || blockLength > Math.max(1, length))
    throw corrupt(`blocks of ${blockLength} bytes do not fit content of ${length}`);
  if (stored && length + headerLength !== frameLength)
    throw corrupt(`${length} stored bytes do not fit a frame of ${frameLength}`);
  const blockCount = Math.ceil(length / blockLength);
  if (!stored && headerLength + 4 * blockCount > frameLength)
    throw corrupt(`${blockCount} block offsets do not fit a frame of ${frameLength} bytes`);
}

/**
 * Parses and checks the header of a frame.
 *
 * @throws ATC_CORRUPT_DATA if it is not one, or its counts contradict each other or the length of the frame;
 * ATC_UNSUPPORTED for Blosc 2
 */
export function readHeader(frame: Uint8Array): FrameHeader {
  if (frame.length < headerLength) throw corrupt(`${frame.length} bytes are too few for a header of ${headerLength}`);
  const view = new DataView(frame.buffer, frame.byteOffset, headerLength);
  checkVersions(view.getUint8(0), view.getUint8(1));
  const flags = view.getUint8(2);
  if ((flags & reservedFlag) !== 0) throw corrupt(`the reserved flag is set in "0x${flags.toString(16)}"`);
  if ((flags & byteShuffleFlag) !== 0 && (flags & bitShuffleFlag) !== 0)
    throw corrupt(`both shuffles are set in "0x${flags.toString(16)}"`);
  const header: FrameHeader = {
    bloscFormat: flags >> 5,
    shuffle: shuffleOf(flags),
    stored: (flags & storedFlag) !== 0,
    split: (flags & unsplitFlag) === 0,
    typesize: view.getUint8(3),
    length: view.getUint32(4, true),
    blockLength: view.getUint32(8, true),
  };
  checkLengths(header, frame.length, view.getUint32(12, true));
  return header;
}

/** Writes the header to the first 16 bytes of a frame; `frameLength` includes the header. */
export function writeHeader(frame: Uint8Array, header: FrameHeader, frameLength: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, headerLength);
  view.setUint8(0, formatVersion);
  view.setUint8(1, codecVersion);
  const shuffleFlag = { noshuffle: 0, shuffle: byteShuffleFlag, bitshuffle: bitShuffleFlag }[header.shuffle];
  const flags = shuffleFlag | (header.stored ? storedFlag : 0) | (header.split ? 0 : unsplitFlag);
  view.setUint8(2, flags | (header.bloscFormat << 5));
  view.setUint8(3, header.typesize);
  view.setUint32(4, header.length, true);
  view.setUint32(8, header.blockLength, true);
  view.setUint32(12, frameLength, true);
}

/** Whether a block of `blockLength` bytes is rearranged: a byte shuffle requires elements of several bytes. */
export function isRearranged(header: FrameHeader, blockLength: number): boolean {
  if (header.shuffle === "shuffle") return header.typesize > 1;
  return header.shuffle === "bitshuffle" && blockLength >= header.typesize;
}
