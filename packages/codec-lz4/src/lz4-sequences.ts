/**
 * The LZ4 block format: sequences of a token, literals, and a match of at least 4 bytes, at most 65,535 bytes back.
 * Lengths of 15 and more continue in bytes of 255. The last sequence has only literals.
 */
import { AtcError } from "@atc/contract";

export const shortestMatch = 4;
/** The largest distance of a match. */
export const farthestMatch = 65_535;
/** By the format, the last five bytes are literals. */
export const lastLiterals = 5;
/** By the format, no match starts within the last twelve bytes. */
export const lastMatchStart = 12;

/** ATC_CORRUPT_DATA for bytes that break the format. */
export function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `lz4: ${reason}; the data is damaged or was not written by LZ4`);
}

/** Shorter runs are copied in a loop: a call of a built-in costs about as much as this many bytes. */
const shortRun = 48;

/**
 * Copies `length` bytes from `offset` bytes back. If they overlap, it reads bytes it just wrote, as the format
 * requires.
 */
function copyMatch(target: Uint8Array, at: number, offset: number, length: number): void {
  const from = at - offset;
  if (length <= shortRun) {
    for (let i = 0; i < length; i++) target[at + i] = target[from + i];
    return;
  }
  if (offset === 1) {
    target.fill(target[from], at, at + length);
    return;
  }
  // The bytes between `from` and the write position repeat. Each round copies all of them, so they double.
  let done = 0;
  while (done < length) {
    const round = Math.min(offset + done, length - done);
    target.copyWithin(at + done, from, from + round);
    done += round;
  }
}

/** The bounds of sequences in their source and their target. */
export interface SequenceRange {
  readonly start: number;
  readonly end: number;
  /** Offset of the first decoded byte. */
  readonly at: number;
  /** Offset after the last possible decoded byte. */
  readonly limit: number;
  /** Offset of the first byte that a match may read. */
  readonly floor: number;
}

/**
 * Decodes the sequences of `range` from `source` to `target`. It checks all lengths and offsets before use. Returns the
 * offset after the last byte written.
 *
 * @throws ATC_CORRUPT_DATA if the bytes break the format or leave `range`
 */
export function decodeSequences(source: Uint8Array, target: Uint8Array, range: SequenceRange): number {
  const { end, limit, floor } = range;
  let s = range.start;
  let d = range.at;
  const from = new DataView(source.buffer, source.byteOffset, source.length);
  const to = new DataView(target.buffer, target.byteOffset, target.length);
  while (s < end) {
    const token = source[s++];
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (s >= end) throw corrupt("a length runs over the end");
        more = source[s++];
        literals += more;
      }
    }
    if (literals > end - s) throw corrupt("literals run over the end");
    if (literals > limit - d) throw corrupt("the sequences decode to too many bytes");
    if (literals > shortRun) target.set(source.subarray(s, s + literals), d);
    else if (literals <= end - s - 3 && literals <= limit - d - 3)
      for (let i = 0; i < literals; i += 4) to.setInt32(d + i, from.getInt32(s + i, true), true);
    else for (let i = 0; i < literals; i++) target[d + i] = source[s + i];
    s += literals;
    d += literals;
    if (s === end) return d;
    if (end - s < 2) throw corrupt("a match runs over the end");
    const offset = source[s] | (source[s + 1] << 8);
    s += 2;
    if (offset === 0 || offset > d - floor)
      throw corrupt(`a match is ${offset} bytes back, but only ${d - floor} bytes are decoded`);
    let length = (token & 15) + shortestMatch;
    if (length === 15 + shortestMatch) {
      let more = 255;
      while (more === 255) {
        if (s >= end) throw corrupt("a length runs over the end");
        more = source[s++];
        length += more;
      }
    }
    if (length > limit - d) throw corrupt("the sequences decode to too many bytes");
    // Copies whole words, up to three bytes too far: later bytes overwrite them.
    if (offset >= 4 && length <= shortRun && length <= limit - d - 3)
      for (let i = 0; i < length; i += 4) to.setInt32(d + i, to.getInt32(d - offset + i, true), true);
    else copyMatch(target, d, offset, length);
    d += length;
  }
  throw corrupt("the last sequence lacks its literals");
}

/**
 * The number of bytes that the sequences from `start` to `end` decode to, computed without decoding.
 *
 * @throws ATC_CORRUPT_DATA if a length runs over the end
 */
export function sequencesLength(source: Uint8Array, start: number, end: number): number {
  let s = start;
  let total = 0;
  while (s < end) {
    const token = source[s++];
    let literals = token >>> 4;
    for (let more = literals === 15 ? 255 : 0; more === 255; literals += more) {
      if (s >= end) throw corrupt("a length runs over the end");
      more = source[s++];
    }
    if (literals > end - s) throw corrupt("literals run over the end");
    s += literals;
    total += literals;
    if (s === end) return total;
    s += 2;
    let length = (token & 15) + shortestMatch;
    for (let more = length === 15 + shortestMatch ? 255 : 0; more === 255; length += more) {
      if (s >= end) throw corrupt("a length runs over the end");
      more = source[s++];
    }
    total += length;
  }
  throw corrupt("the last sequence lacks its literals");
}
