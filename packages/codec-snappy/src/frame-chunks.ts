/**
 * Snappy's framing format: chunks of a type byte, a length of three bytes, and that many bytes. The first chunk
 * identifies the stream.
 *
 * Format: https://github.com/google/snappy/blob/main/framing_format.txt
 */
import { corrupt, rawLength } from "./raw-snappy.ts";

/** The first chunk of every stream. */
export const identifier: Uint8Array = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59);
/** The type of a chunk with a checksum and raw Snappy. */
export const compressedType = 0x00;
/** The type of a chunk with a checksum and stored bytes. */
export const storedType = 0x01;
/** The type of a chunk that other readers skip: the content length, which this encoder writes after the identifier. */
export const lengthType = 0x80;
/** The most decoded bytes per chunk. */
export const largestChunk = 65_536;
/** Bytes of the type and length of a chunk. */
export const chunkHeaderLength = 4;
export const checksumLength = 4;
const lengthChunkLength = 8;
const firstSkippableType = 0x80;

/** A chunk of content before decoding. */
interface ContentChunk {
  readonly compressed: boolean;
  readonly checksum: number;
  /** The bytes after the checksum. */
  readonly bytes: Uint8Array;
  readonly decodedLength: number;
}

/** A frame whose chunks are all within its bytes. */
export interface ChunkedFrame {
  readonly chunks: readonly ContentChunk[];
  /** Number of decoded bytes. */
  readonly length: number;
}

function readContent(type: number, content: Uint8Array): ContentChunk {
  if (content.length < checksumLength)
    throw corrupt(`a chunk of ${content.length} bytes is too short for its checksum`);
  const checksum = new DataView(content.buffer, content.byteOffset, checksumLength).getUint32(0, true);
  const bytes = content.subarray(checksumLength);
  const compressed = type === compressedType;
  const decodedLength = compressed ? rawLength(bytes) : bytes.length;
  if (decodedLength > largestChunk)
    throw corrupt(`a chunk decodes to ${decodedLength} bytes, more than ${largestChunk}`);
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
 * Splits a frame into its chunks without decoding them.
 *
 * @throws ATC_CORRUPT_DATA if it is not a frame, or a chunk contradicts the format or the declared length
 */
export function readChunks(frame: Uint8Array): ChunkedFrame {
  if (!isIdentifier(frame, 0)) throw corrupt("the bytes do not start with the identifier of a Snappy frame");
  // A cut may leave only the identifier. For empty content, encoders also write a length chunk or an empty chunk.
  if (frame.length === identifier.length) throw corrupt("the frame ends after its identifier");
  const chunks: ContentChunk[] = [];
  let length = 0;
  let declared: number | undefined;
  for (let at = identifier.length; at < frame.length; ) {
    if (frame.length - at < chunkHeaderLength) throw corrupt("the frame ends within a chunk's length");
    const view = new DataView(frame.buffer, frame.byteOffset + at, chunkHeaderLength);
    const type = view.getUint8(0);
    const end = at + chunkHeaderLength + (view.getUint32(0, true) >>> 8);
    if (end > frame.length) throw corrupt(`a chunk ends at ${end}, beyond the frame of ${frame.length} bytes`);
    const content = frame.subarray(at + chunkHeaderLength, end);
    if (type === compressedType || type === storedType) {
      const chunk = readContent(type, content);
      length += chunk.decodedLength;
      chunks.push(chunk);
    } else if (type === lengthType) declared ??= readDeclaredLength(content);
    else if (type < firstSkippableType) throw corrupt(`a chunk has the unknown type ${type}`);
    else if (type === 0xff && !isIdentifier(frame, at)) throw corrupt("the second identifier is invalid");
    at = end;
  }
  if (declared !== undefined && declared !== length)
    throw corrupt(`the chunks hold ${length} bytes, but the frame declares ${declared}`);
  return { chunks, length };
}
