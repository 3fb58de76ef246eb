import { mostElements, type Workspace } from "../kernel/workspace.ts";
import { createByteSink } from "../stream/byte-sink.ts";
import { blockKinds } from "./block.ts";
import { writeBytes, writeNumbers } from "./block-writer.ts";
import { type ContentRange, contentRanges } from "./content-ranges.ts";
import { checksumOf, frameMagic, longestBlock } from "./frame-reader.ts";

/** The bounds of the blocks of a range: as few blocks as possible, of about equal length. */
function* blocksOf({ start, end, size }: ContentRange): Generator<readonly [from: number, to: number]> {
  const element = Math.max(1, size);
  const longest = size === 0 ? longestBlock : Math.min(longestBlock, mostElements * size);
  const count = Math.ceil((end - start) / longest);
  const length = Math.ceil((end - start) / count / element) * element;
  for (let from = start; from < end; from += length) yield [from, Math.min(end, from + length)];
}

export function writeFrame(space: Workspace, content: Uint8Array, typesize: number): Uint8Array {
  const header = createByteSink();
  header.append(frameMagic);
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, checksumOf(content), true);
  header.append(checksum);
  header.varint(content.length);
  const chunks: Uint8Array[] = [header.take()];
  for (const range of contentRanges(content, typesize)) {
    for (const [from, to] of blocksOf(range)) {
      const bytes = content.subarray(from, to);
      const block = range.size === 0 ? writeBytes(bytes) : writeNumbers(space, bytes, range.size);
      header.byte(blockKinds.indexOf(block.kind));
      header.varint(bytes.length);
      header.varint(block.bytes.length);
      chunks.push(header.take(), block.bytes);
    }
  }
  const frame = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    frame.set(chunk, at);
    at += chunk.length;
  }
  return frame;
}
