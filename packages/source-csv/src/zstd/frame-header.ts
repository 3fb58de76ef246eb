import { ZstdFault } from "./zstd-fault.ts";

/** The first four bytes of a frame, little-endian (RFC 8878, 3.1.1). */
export const frameMagic = 0xfd2fb528;
/** The largest window that is read: that of `zstd --long`. */
const largestWindow: number = 2 ** 27;

/** Whether four bytes begin a frame that holds no content. */
export function isSkippable(magic: number): boolean {
  return (magic & 0xffff_fff0) >>> 0 === 0x184d_2a50;
}

/** Whether bytes begin as Zstandard. */
export function isZstd(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  return magic === frameMagic || isSkippable(magic);
}

/** The header of a frame (RFC 8878, 3.1.1.1). */
export interface FrameHeader {
  /** Decoded bytes, if the frame declares them. */
  readonly contentLength: number | undefined;
  /** The largest distance of a match. */
  readonly windowLength: number;
  /** Whether 4 bytes of xxHash64 follow the blocks. */
  readonly hasChecksum: boolean;
}

/** Bytes of a header after its magic, from its first byte. */
export function headerLength(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const content = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  return 1 + (isSingle ? 0 : 1) + dictionary + content;
}

function contentLengthOf(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return bytes === 8 ? view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true) : undefined;
}

/** Parses a header, which starts after the magic. */
export function readFrameHeader(bytes: Uint8Array): FrameHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[0];
  if ((flags & 8) !== 0) throw new ZstdFault("a reserved flag is set");
  const isSingle = (flags & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
  const dictionaryAt = isSingle ? 1 : 2;
  for (let i = 0; i < dictionaryBytes; i++)
    if (bytes[dictionaryAt + i] !== 0) throw new ZstdFault("it needs a dictionary; compress it without one", true);
  const contentAt = dictionaryAt + dictionaryBytes;
  const contentLength = contentLengthOf(view, contentAt, headerLength(flags) - contentAt);
  const base = 2 ** (10 + (bytes[1] >> 3));
  const windowLength = isSingle ? (contentLength ?? 0) : base + (base / 8) * (bytes[1] & 7);
  if (windowLength > largestWindow)
    throw new ZstdFault(
      `it needs ${Math.ceil(windowLength / 2 ** 20)} MiB of memory for its window, and at most 128 MiB are used; compress it with --long=27 or less`,
      true,
    );
  return { contentLength, windowLength, hasChecksum: (flags & 4) !== 0 };
}
