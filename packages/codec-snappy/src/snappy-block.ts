import { AtcError, type BlockCodec } from "@atc/contract";
import { decodeRaw, encodeRaw } from "./raw-snappy.ts";

function encodeBlock(source: Uint8Array, target: Uint8Array, clevel: number): number {
  if (!Number.isInteger(clevel) || clevel < 0 || clevel > 9)
    throw new AtcError("ATC_INVALID_ARGUMENT", `snappy: clevel is "${clevel}"; give an integer from 0 to 9`, {
      details: { field: "clevel" },
    });
  const encoded = encodeRaw(source);
  if (encoded.length > target.length) return 0;
  target.set(encoded);
  return encoded.length;
}

/**
 * The block codec `snappy` of Blosc frames (format 2). Raw Snappy has no levels, so `clevel` sets only the block
 * length.
 */
export function snappyBlock(): BlockCodec {
  return { name: "snappy", bloscFormat: 2, encodeBlock, decodeBlock: decodeRaw };
}
