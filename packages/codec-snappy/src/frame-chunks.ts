/**
 * Snappy's framing format: chunks of a type byte, a length of three bytes and as many bytes, the first of which identifies the stream.
 * https://github.com/google/snappy/blob/main/framing_format.txt
 */
import { corrupt, rawLength } from "./raw-snappy.ts";

/** The chunk that every stream starts with. */
export const identifier: Uint8Array = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59);
/** A chunk whose content is raw Snappy after its checksum. */
export const compressedType = 0x00;
/** A chunk whose content stands as it is after its checksum. */
export const storedType = 0x01;
/** A chunk that other readers skip: the content's length, as this package's encoder writes it after the identifier. */
export const lengthType = 0x80;
/** The most decoded bytes of one chunk. */
export const largestChunk = 65_536;
/** Bytes of a chunk's type and length. */
export const chunkHeaderLength = 4;
/** Bytes of a checksum. */
export const checksumLength = 4;
const lengthChunkLength = 8;
const firstSkippableType = 0x80;

/** One chunk of content, as it stands in the frame. */
interface ContentChunk {
  readonly compressed: boolean;
  readonly checksum: number;
  /** What follows the checksum. */
  readonly bytes: Uint8Array;
  readonly decodedLength: number;
}

/** A frame whose every chunk lies inside it. */
export interface ChunkedFrame {
  readonly chunks: readonly ContentChunk[];
  /** Decoded bytes. */
  readonly length: number;
}

function readContent(type: number, content: Uint8Array): ContentChunk {
  if (content.length < checksumLength) throw corrupt(`a chunk of ${content.length} bytes, too short for its checksum`);
  const checksum = new DataView(content.buffer, content.byteOffset, checksumLength).getUint32(0, true);
  const bytes = content.subarray(checksumLength);
  const compressed = type === compressedType;
  const decodedLength = compressed ? rawLength(bytes) : bytes.length;
  if (decodedLength > largestChunk) throw corrupt(`a chunk of ${decodedLength} decoded bytes`);
  return { compressed, checksum, bytes, decodedLength };
}

function readDeclaredLength(content: Uint8Array): number | undefined {
  if (content.length !== lengthChunkLength) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, lengthChunkLength);
  return view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
}

function isIdentifier(bytes: Uint8Array, at: number): boolean {
  return identifier.every((byte, i) => bytes[at + i] === byte);
}

/**
 * Splits a frame into its chunks, without decoding them.
 *
 * @throws ATC_CORRUPT_DATA where it is none, or a chunk contradicts the format or the declared length
 */
export function readChunks(frame: Uint8Array): ChunkedFrame {
  if (!isIdentifier(frame, 0)) throw corrupt("the bytes do not start as a Snappy frame does");
  // Only the identifier is what a cut leaves; an encoder of nothing writes a length chunk or an empty chunk.
  if (frame.length === identifier.length) throw corrupt("the frame ends after its identifier");
  const chunks: ContentChunk[] = [];
  let length = 0;
  let declared: number | undefined;
  for (let at = identifier.length; at < frame.length; ) {
    if (frame.length - at < chunkHeaderLength) throw corrupt("the frame ends within a chunk's length");
    const view = new DataView(frame.buffer, frame.byteOffset + at, chunkHeaderLength);
    const type = view.getUint8(0);
    const end = at + chunkHeaderLength + (view.getUint32(0, true) >>> 8);
    if (end > frame.length) throw corrupt(`a chunk ends at ${end} in a frame of ${frame.length} bytes`);
    const content = frame.subarray(at + chunkHeaderLength, end);
    if (type === compressedType || type === storedType) {
      const chunk = readContent(type, content);
      length += chunk.decodedLength;
      chunks.push(chunk);
    } else if (type === lengthType) declared ??= readDeclaredLength(content);
    else if (type < firstSkippableType) throw corrupt(`a chunk of the unknown type ${type}`);
    else if (type === 0xff && !isIdentifier(frame, at)) throw corrupt("a second identifier that is none");
    at = end;
  }
  if (declared !== undefined && declared !== length) throw corrupt(`${length} bytes where ${declared} are declared`);
  return { chunks, length };
}
