import { AtcError, type BlockCodec } from "@atc/contract";
import { decompress, type ZstdBinding, zstdBinding } from "./binding.ts";
import { corrupt } from "./corrupt.ts";
import { checkLength, readFrame } from "./frame-blocks.ts";
import { writeFrame } from "./frame-writer.ts";

const largestLevel = 22;

/** The Zstandard level of a clevel, as in c-blosc 1.21: odd levels from 1 to 15, and 22 for 9. */
function levelOf(clevel: number): number {
  if (!Number.isInteger(clevel) || clevel < 0 || clevel > 9)
    throw new AtcError("ATC_INVALID_ARGUMENT", `zstd: clevel is "${clevel}"; give an integer from 0 to 9`, {
      details: { field: "clevel" },
    });
  return clevel === 9 ? largestLevel : Math.max(1, 2 * clevel - 1);
}

function encodeBlock(binding: ZstdBinding, source: Uint8Array, target: Uint8Array, clevel: number): number {
  const { header, blocks } = writeFrame(binding, source, levelOf(clevel), false);
  const length = header.length + blocks.length;
  if (length > target.length) return 0;
  target.set(header);
  target.set(blocks, header.length);
  return length;
}

function decodeBlock(binding: ZstdBinding, source: Uint8Array, target: Uint8Array): void {
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.length);
  const frame = readFrame(bytes);
  const declared = frame.header.contentLength ?? target.length;
  if (declared !== target.length) throw corrupt(`a block declares ${declared} bytes, not ${target.length}`);
  checkLength(frame, target.length);
  target.set(decompress(binding, bytes, target.length));
}

/**
 * The block codec `zstd` of Blosc frames (format 4). Each block is one Zstandard frame without checksum. Its level is
 * twice the `clevel` less 1, or 22 for `clevel` 9.
 *
 * @throws ATC_UNSUPPORTED if this Node has no Zstandard and the addon for older ones does not load
 */
export function zstdBlock(): BlockCodec {
  const binding = zstdBinding();
  return {
    name: "zstd",
    bloscFormat: 4,
    encodeBlock: (source, target, clevel) => encodeBlock(binding, source, target, clevel),
    decodeBlock: (source, target) => decodeBlock(binding, source, target),
  };
}
