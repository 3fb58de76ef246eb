import { shortestMatch } from "./lz4-sequences.ts";

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
 * Writes one sequence at `at`: `literals` bytes from `anchor`, then a match of `length` bytes `offset` bytes back. Returns the offset after
 * it, 0 where the target is too short.
 */
export function writeSequence(
  source: Uint8Array,
  anchor: number,
  literals: number,
  offset: number,
  length: number,
  target: Uint8Array,
  at: number,
): number {
  const matchRest = length - shortestMatch;
  const room = 3 + literals + (literals >= 15 ? 1 + (((literals - 15) / 255) | 0) : 0);
  if (at + room + (matchRest >= 15 ? 1 + (((matchRest - 15) / 255) | 0) : 0) > target.length) return 0;
  let d = at + 1;
  target[at] = (Math.min(literals, 15) << 4) | Math.min(matchRest, 15);
  if (literals >= 15) d = writeRest(target, d, literals - 15);
  copyLiterals(source, anchor, literals, target, d);
  d += literals;
  target[d++] = offset;
  target[d++] = offset >>> 8;
  return matchRest >= 15 ? writeRest(target, d, matchRest - 15) : d;
}

/** Writes the last sequence, the literals from `anchor` to the end. Returns the offset after it, 0 where the target is too short. */
export function writeLastLiterals(source: Uint8Array, anchor: number, target: Uint8Array, at: number): number {
  const literals = source.length - anchor;
  const room = 1 + literals + (literals >= 15 ? 1 + (((literals - 15) / 255) | 0) : 0);
  if (at + room > target.length) return 0;
  let d = at + 1;
  target[at] = Math.min(literals, 15) << 4;
  if (literals >= 15) d = writeRest(target, d, literals - 15);
  copyLiterals(source, anchor, literals, target, d);
  return d + literals;
}
