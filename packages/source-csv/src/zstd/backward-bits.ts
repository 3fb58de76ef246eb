import { highestBit } from "./fse-table.ts";
import { ZstdFault } from "./zstd-fault.ts";

/**
 * The number of bits below the mark of a stream that is read from its end: its last byte's highest bit ends it.
 * Positions count bits from the start of `bytes`.
 */
export function streamEnd(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? bytes[end - 1] : 0;
  if (last === 0) throw new ZstdFault("a stream of bits has no end");
  return (end - 1) * 8 + highestBit(last);
}

/** The `count` bits at a position, at most 25. Three bytes after the last bit must be readable. */
export function bitsAt(bytes: Uint8Array, position: number, count: number): number {
  const at = position >> 3;
  const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  return (word >>> (position & 7)) & ((1 << count) - 1);
}
