import { shortestMatch } from "./lz4-sequences.ts";

/** The block that an encoder writes: its source, its target, and how far both have been used. */
export interface SequenceWriter {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  /** Offset in `source` of the first byte that no sequence holds yet. */
  anchor: number;
  /** Offset in `target` of the next sequence. */
  at: number;
}

export function createSequenceWriter(source: Uint8Array, target: Uint8Array): SequenceWriter {
  return { source, target, anchor: 0, at: 0 };
}

function writeRest(target: Uint8Array, at: number, rest: number): number {
  let d = at;
  let left = rest;
  for (; left >= 255; left -= 255) target[d++] = 255;
  target[d++] = left;
  return d;
}

function copyLiterals(source: Uint8Array, anchor: number, length: number, target: Uint8Array, at: number): void {
  if (length <= 32) for (let i = 0; i < length; i++) target[at + i] = source[anchor + i];
  else target.set(source.subarray(anchor, anchor + length), at);
}

/**
 * Writes one sequence: the literals up to `position`, then a match of `length` bytes `distance` bytes back. Returns
 * false if the target is too short.
 */
export function writeSequence(writer: SequenceWriter, position: number, distance: number, length: number): boolean {
  const { source, target, anchor, at } = writer;
  const literals = position - anchor;
  const matchRest = length - shortestMatch;
  const room = 3 + literals + (literals >= 15 ? 1 + (((literals - 15) / 255) | 0) : 0);
  if (at + room + (matchRest >= 15 ? 1 + (((matchRest - 15) / 255) | 0) : 0) > target.length) return false;
  let d = at + 1;
  target[at] = (Math.min(literals, 15) << 4) | Math.min(matchRest, 15);
  if (literals >= 15) d = writeRest(target, d, literals - 15);
  copyLiterals(source, anchor, literals, target, d);
  d += literals;
  target[d++] = distance;
  target[d++] = distance >>> 8;
  writer.at = matchRest >= 15 ? writeRest(target, d, matchRest - 15) : d;
  writer.anchor = position + length;
  return true;
}

/**
 * Writes the last sequence, which has only literals. Returns the length of the block, or 0 if the target is too short.
 */
export function writeLastLiterals({ source, target, anchor, at }: SequenceWriter): number {
  const literals = source.length - anchor;
  const room = 1 + literals + (literals >= 15 ? 1 + (((literals - 15) / 255) | 0) : 0);
  if (at + room > target.length) return 0;
  let d = at + 1;
  target[at] = Math.min(literals, 15) << 4;
  if (literals >= 15) d = writeRest(target, d, literals - 15);
  copyLiterals(source, anchor, literals, target, d);
  return d + literals;
}
