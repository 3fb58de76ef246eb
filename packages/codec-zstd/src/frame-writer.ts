import type { ZstdBinding } from "./binding.ts";
import { headerBytes, readHeader } from "./frame-header.ts";
import { xxhash64Low } from "./xxhash64.ts";

/** A frame in consecutive parts. */
export interface FrameParts {
  readonly header: Uint8Array;
  readonly blocks: Uint8Array;
  /** Empty if the frame has no checksum, or `blocks` ends with it. */
  readonly checksum: Uint8Array;
}

const largestDeclared = 2 ** 32 - 1;
const none = new Uint8Array(0);

/** The last 4 bytes of xxHash64 of the content. */
function checksumOf(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, xxhash64Low(content), true);
  return bytes;
}

/**
 * Compresses `content` to a frame that declares its length and, if requested, has a checksum. The binding for older
 * Node writes neither, and that of Deno no length. Their header is replaced by one that does, which the format allows
 * because no match reaches back further than the length of the content.
 */
export function writeFrame(binding: ZstdBinding, content: Uint8Array, level: number, checksum: boolean): FrameParts {
  const frame = binding.compress(content, level, checksum);
  const header = readHeader(frame);
  const isDeclared = header.contentLength !== undefined || content.length > largestDeclared;
  if (isDeclared && header.checksum === checksum)
    return { header: frame.subarray(0, header.end), blocks: frame.subarray(header.end), checksum: none };
  const end = frame.length - (header.checksum ? 4 : 0);
  return {
    header: headerBytes(content.length, checksum),
    blocks: frame.subarray(header.end, end),
    checksum: checksum ? checksumOf(content) : none,
  };
}
