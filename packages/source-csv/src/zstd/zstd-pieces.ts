import { blockKinds, frameDecoder } from "./frame-decoder.ts";
import { frameMagic, headerLength, isSkippable, readFrameHeader } from "./frame-header.ts";
import { largestBlock } from "./literals.ts";
import { ZstdFault } from "./zstd-fault.ts";

/** xxHash64 with the seed 0. */
export interface ContentHash {
  update(bytes: Uint8Array): unknown;
  digest(): bigint;
}

/** Bytes that decoders may read after a block. */
const blockPadding = 8;

/** Reads given numbers of bytes from pieces of any size. */
interface ByteReader {
  /** The next `count` bytes, at most a block, valid until the next call. Undefined at the end of the pieces. */
  take(count: number): Promise<Uint8Array | undefined>;
  /** Leaves out bytes. */
  skip(count: number): Promise<void>;
}

function byteReader(pieces: AsyncIterator<Uint8Array>): ByteReader {
  const block = new Uint8Array(largestBlock + blockPadding);
  let piece = new Uint8Array(0);
  let at = 0;
  const next = async (): Promise<boolean> => {
    while (at === piece.length) {
      const step = await pieces.next();
      if (step.done === true) return false;
      piece = step.value as Uint8Array<ArrayBuffer>;
      at = 0;
    }
    return true;
  };
  return {
    take: async (count) => {
      let length = 0;
      while (length < count) {
        if (at === piece.length && !(await next())) {
          if (length === 0) return undefined;
          throw new ZstdFault("it ends within a frame");
        }
        const part = Math.min(count - length, piece.length - at);
        block.set(piece.subarray(at, at + part), length);
        length += part;
        at += part;
      }
      return block.subarray(0, count);
    },
    skip: async (count) => {
      for (let left = count; left > 0; ) {
        if (!(await next())) throw new ZstdFault("it ends within a frame");
        const part = Math.min(left, piece.length - at);
        at += part;
        left -= part;
      }
    },
  };
}

function word(bytes: Uint8Array): number {
  return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
}

async function whole(reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.take(count);
  if (bytes === undefined) throw new ZstdFault("it ends within a frame");
  return bytes;
}

/** The content of the frame whose magic was read, block by block. */
async function* frameBlocks(reader: ByteReader, createHash: () => Promise<ContentHash>): AsyncGenerator<Uint8Array> {
  const descriptor = (await whole(reader, 1))[0];
  const rest = (await whole(reader, headerLength(descriptor) - 1)).slice();
  const { contentLength, windowLength, hasChecksum } = readFrameHeader(Uint8Array.of(descriptor, ...rest));
  const decoder = frameDecoder(windowLength);
  const hash = hasChecksum ? await createHash() : undefined;
  let length = 0;
  for (let isLast = false; !isLast; ) {
    const [a = 0, b = 0, c = 0] = await whole(reader, 3);
    isLast = (a & 1) === 1;
    const kind = (a >> 1) & 3;
    const size = (a >> 3) | (b << 5) | (c << 13);
    if (size > largestBlock) throw new ZstdFault("a block is longer than 128 KiB");
    let content: Uint8Array;
    if (kind === blockKinds.repeated) content = decoder.repeated((await whole(reader, 1))[0], size);
    else if (size === 0) content = new Uint8Array(0);
    else if (kind === blockKinds.raw) content = decoder.raw(await whole(reader, size));
    else if (kind === blockKinds.compressed) {
      const bytes = await whole(reader, size);
      content = decoder.compressed(new Uint8Array(bytes.buffer, 0, size + blockPadding), size);
    } else throw new ZstdFault("a block has an unknown type");
    hash?.update(content);
    length += content.length;
    if (content.length > 0) yield content;
  }
  if (contentLength !== undefined && contentLength !== length)
    throw new ZstdFault(`a frame holds ${length} bytes instead of ${contentLength}`);
  if (hash !== undefined && word(await whole(reader, 4)) !== Number(hash.digest() & 0xffff_ffffn))
    throw new ZstdFault("the checksum of a frame is wrong");
}

/**
 * The content of Zstandard frames, block by block. A piece is valid until the next one is requested. Memory is bounded
 * by the frame's window, at most 128 MiB.
 *
 * Written here because Node has Zstandard from 22.15 on only, and there it reads a cut file as a shorter one.
 *
 * @param createHash - checks the content of frames that have a checksum
 * @throws ZstdFault if the bytes are cut, damaged, or use what is not read
 */
export async function* zstdPieces(
  compressed: AsyncIterator<Uint8Array>,
  createHash: () => Promise<ContentHash>,
): AsyncGenerator<Uint8Array> {
  const reader = byteReader(compressed);
  for (;;) {
    const head = await reader.take(4);
    if (head === undefined) return;
    const magic = word(head);
    if (isSkippable(magic)) await reader.skip(word(await whole(reader, 4)));
    else if (magic === frameMagic) yield* frameBlocks(reader, createHash);
    else throw new ZstdFault("bytes that are not a frame follow");
  }
}
