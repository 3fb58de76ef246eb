import { crc32 } from "node:zlib";
import { AtcError, type DecodeOptions } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import { mostBytes, type Workspace } from "../kernel/workspace.ts";
import { type ByteCursor, corrupt, createByteCursor } from "../stream/byte-cursor.ts";
import { type BlockKind, blockKinds, isPlausible } from "./block.ts";
import { readBlock } from "./block-reader.ts";

/** The first bytes of a frame: `ATCN` and the format version. */
export const frameMagic: Uint8Array = Uint8Array.of(0x41, 0x54, 0x43, 0x4e, 1);
/** The most decoded bytes of a block. */
export const longestBlock: number = mostBytes;

/** A block of a frame before decoding. */
interface FrameBlock {
  readonly kind: BlockKind;
  readonly length: number;
  readonly encoded: Uint8Array;
}

/** The CRC-32 of a frame's content. Node's crc32 refuses empty bytes without memory behind them. */
export function checksumOf(content: Uint8Array): number {
  return content.length === 0 ? 0 : crc32(content);
}

interface FrameStart {
  readonly checksum: number;
  readonly length: number;
  readonly cursor: ByteCursor;
}

function readStart(frame: Uint8Array): FrameStart {
  const cursor = createByteCursor(frame);
  const magic = cursor.take(frameMagic.length);
  const name = frameMagic.length - 1;
  if (magic.subarray(0, name).some((byte, i) => byte !== frameMagic[i]))
    throw corrupt("the bytes do not start with the magic of a numeric frame");
  if (magic[name] !== frameMagic[name])
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `numeric: the frame has format version ${magic[name]}, which this version does not read; update @atc/codec-numeric`,
      { details: { version: magic[name] } },
    );
  const crc = cursor.take(4);
  const checksum = new DataView(crc.buffer, crc.byteOffset, 4).getUint32(0, true);
  return { checksum, length: cursor.varint(), cursor };
}

/** Splits a frame into blocks. They must add up to its length and use all of its bytes. */
function readBlocks({ cursor, length }: FrameStart): readonly FrameBlock[] {
  const blocks: FrameBlock[] = [];
  let total = 0;
  while (cursor.left() > 0) {
    const kind = blockKinds[cursor.byte()];
    const blockLength = cursor.varint();
    const encoded = cursor.take(cursor.varint());
    if (kind === undefined) throw corrupt("a block of an unknown kind");
    if (blockLength === 0 || blockLength > longestBlock || !isPlausible(kind, blockLength, encoded.length))
      throw corrupt(`a block of ${encoded.length} bytes cannot decode to ${blockLength}`);
    total += blockLength;
    blocks.push({ kind, length: blockLength, encoded });
  }
  if (total !== length) throw corrupt(`the blocks hold ${total} bytes, but the header declares ${length}`);
  return blocks;
}

/** The decoded length of a frame; undefined if it is not a frame. */
export function decodedLengthOf(frame: Uint8Array): number | undefined {
  try {
    return readStart(frame).length;
  } catch {
    return undefined;
  }
}

/** Decodes a frame and verifies the checksum of its content. */
export function readFrame(space: Workspace, frame: Uint8Array, options: DecodeOptions | undefined): Uint8Array {
  const start = readStart(frame);
  const blocks = readBlocks(start);
  const target = decodeTarget("numeric", start.length, options);
  let at = 0;
  for (const { kind, length, encoded } of blocks) {
    readBlock(space, kind, encoded, target.subarray(at, at + length));
    at += length;
  }
  if (checksumOf(target) !== start.checksum) throw corrupt("the checksum differs");
  return target;
}
