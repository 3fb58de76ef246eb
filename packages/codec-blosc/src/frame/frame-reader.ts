import { AtcError, type BlockCodec } from "@atc/contract";
import { type BlockMemory, longestMemoryBlock } from "../kernel/block-memory.ts";
import { algorithmOf } from "../layout/algorithms.ts";
import { type FrameHeader, headerLength, isRearranged, readHeader } from "../layout/frame-header.ts";
import { blockOffset, checkParts, corrupt, partAt, partCountOf } from "../layout/frame-parts.ts";
import { bitUnshuffle } from "../shuffle/bit-shuffle.ts";
import { unshuffle } from "../shuffle/byte-shuffle.ts";
import { readBlocksInMemory } from "./memory-reader.ts";

/** Block codecs by the format number of Blosc. */
export type BlockReaders = ReadonlyMap<number, BlockCodec>;

function findReader(bloscFormat: number, readers: BlockReaders): BlockCodec {
  const reader = readers.get(bloscFormat);
  if (reader !== undefined) return reader;
  const algorithm = algorithmOf(bloscFormat);
  if (algorithm === undefined) throw corrupt(`algorithm number ${bloscFormat} does not exist in Blosc 1`);
  const { cname, package: packageName } = algorithm;
  throw new AtcError(
    "ATC_MISSING_PLUGIN",
    `blosc: the frame requires "${cname}", and no block codec of that name was given; install ${packageName}, and in code pass its ${cname}Block() to blosc()`,
    { details: { kind: "block-codec", name: cname, packages: [packageName] } },
  );
}

function decodeParts(frame: Uint8Array, start: number, partCount: number, block: Uint8Array, reader: BlockCodec): void {
  const partLength = block.length / partCount;
  let offset = start;
  for (let part = 0; part < partCount; part++) {
    const { bytes, end } = partAt(frame, offset, partLength, reader.bloscFormat);
    const target = block.subarray(part * partLength, (part + 1) * partLength);
    if (bytes.length === partLength) target.set(bytes);
    else reader.decodeBlock(bytes, target);
    offset = end;
  }
}

function restore(scratch: Uint8Array, block: Uint8Array, header: FrameHeader): void {
  if (header.shuffle === "shuffle") unshuffle(scratch, block, header.typesize);
  else bitUnshuffle(scratch, block, header.typesize);
}

function readBlocks(frame: Uint8Array, header: FrameHeader, reader: BlockCodec, target: Uint8Array): void {
  const { length, blockLength } = header;
  const blockCount = Math.ceil(length / blockLength);
  const scratch = new Uint8Array(isRearranged(header, blockLength) ? blockLength : 0);
  for (let index = 0; index < blockCount; index++) {
    const block = target.subarray(index * blockLength, Math.min((index + 1) * blockLength, length));
    const offset = blockOffset(frame, index, blockCount);
    const partCount = partCountOf(header, block.length);
    if (isRearranged(header, block.length)) {
      const arranged = scratch.subarray(0, block.length);
      decodeParts(frame, offset, partCount, arranged, reader);
      restore(arranged, block, header);
    } else decodeParts(frame, offset, partCount, block, reader);
  }
}

/** A frame that was checked and can be decoded. Nothing is allocated for its content yet. */
export interface CheckedFrame {
  readonly frame: Uint8Array;
  readonly header: FrameHeader;
  /** The codec of its parts; undefined if the content is stored after the header. */
  readonly reader: BlockCodec | undefined;
}

/**
 * Checks the header, offsets and lengths of a frame.
 *
 * @throws ATC_CORRUPT_DATA, ATC_MISSING_PLUGIN for an algorithm that `readers` lacks, ATC_UNSUPPORTED for Blosc 2
 */
export function checkFrame(frame: Uint8Array, readers: BlockReaders): CheckedFrame {
  const header = readHeader(frame);
  if (header.stored) return { frame, header, reader: undefined };
  if (header.length === 0 && frame.length > headerLength) throw corrupt(`${frame.length} bytes for empty content`);
  const reader = findReader(header.bloscFormat, readers);
  checkParts(frame, header);
  return { frame, header, reader };
}

/**
 * Decodes a frame so that it fills `target`.
 *
 * @param memory - the memory for decoding blocks; undefined decodes them in place, in TypeScript
 */
export function readFrame(
  { frame, header, reader }: CheckedFrame,
  target: Uint8Array,
  memory: BlockMemory | undefined,
): void {
  const { blockLength } = header;
  if (reader === undefined) {
    target.set(frame.subarray(headerLength));
    return;
  }
  const useful = isRearranged(header, blockLength) || reader.kernel !== undefined;
  if (memory !== undefined && useful && blockLength <= longestMemoryBlock)
    readBlocksInMemory(memory, frame, header, reader, target);
  else readBlocks(frame, header, reader, target);
}
