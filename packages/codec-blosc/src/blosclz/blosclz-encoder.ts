import {
  farthestMatch,
  firstFarDistance,
  lastLiterals,
  lastMatchStart,
  levelBit,
  longestLiterals,
  shortestFarMatch,
  shortestMatch,
  shortestNearMatch,
} from "./blosclz-sequences.ts";

const hashBits = 14;
const hashShift = 32 - hashBits;

/** A shorter block is encoded whatever it gains. */
const shortestJudged = 4096;
/** A longer block holds all byte planes, which gain very differently, so it is encoded too. */
const longestJudged: number = 2 ** 18;
/** The least tenths of a block over what it encodes to, by clevel; a block that gains less is not worth the time to decode it. */
const leastTenths: readonly number[] = [15, 15, 15, 15, 13, 13, 13, 11, 11, 0];

/** A place that {@link encodeBlosclz} remembers positions in, made once and cleared at each call. */
export function createHashTable(): Int32Array {
  return new Int32Array(1 << hashBits);
}

/** How many bytes from `a` on equal those from `b` on, `b` ahead of `limit`. */
function matchLength(view: DataView, a: number, b: number, limit: number): number {
  let i = b;
  let j = a;
  while (i + 4 <= limit) {
    const difference = view.getInt32(i, true) ^ view.getInt32(j, true);
    if (difference !== 0) return i - b + ((31 - Math.clz32(difference & -difference)) >>> 3);
    i += 4;
    j += 4;
  }
  while (i < limit && view.getUint8(i) === view.getUint8(j)) {
    i++;
    j++;
  }
  return i - b;
}

/** Writes literals in runs of at most 32. Returns the offset after them, 0 where the target is too short. */
function writeLiterals(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  const count = to - from;
  if (at + count + Math.ceil(count / longestLiterals) > target.length) return 0;
  let d = at;
  for (let s = from; s < to; ) {
    const run = Math.min(longestLiterals, to - s);
    target[d++] = run - 1;
    for (let i = 0; i < run; i++) target[d + i] = source[s + i];
    d += run;
    s += run;
  }
  return d;
}

/** Writes one match. Returns the offset after it, 0 where the target is too short. */
function writeMatch(target: Uint8Array, at: number, distance: number, length: number): number {
  const code = length - 2;
  if (at + 4 + (code < 7 ? 0 : 1 + (((code - 7) / 255) | 0)) > target.length) return 0;
  const far = distance >= firstFarDistance;
  const offset = far ? firstFarDistance - 1 : distance - 1;
  let d = at;
  target[d++] = (Math.min(code, 7) << 5) | (offset >>> 8);
  if (code >= 7) {
    let left = code - 7;
    for (; left >= 255; left -= 255) target[d++] = 255;
    target[d++] = left;
  }
  target[d++] = offset;
  if (far) {
    target[d++] = (distance - firstFarDistance) >>> 8;
    target[d++] = distance - firstFarDistance;
  }
  return d;
}

/** The stream with every match that is found; 0 where it does not fit. */
function encodeMatches(source: Uint8Array, target: Uint8Array, table: Int32Array, clevel: number): number {
  const length = source.length;
  const lastStart = length - lastMatchStart;
  const matchEnd = length - lastLiterals;
  const view = new DataView(source.buffer, source.byteOffset, length);
  // After 2^4 to 2^6 positions without a match the step grows by one, so that bytes without any are passed over fast.
  const skipShift = 4 + Math.floor((clevel + 2) / 5);
  let anchor = 0;
  let position = 1;
  let d = 0;
  table.fill(0);
  while (position <= lastStart) {
    let candidate = 0;
    let searches = 1 << skipShift;
    let found = 0;
    for (; position <= lastStart; position += searches++ >>> skipShift) {
      const word = view.getInt32(position, true);
      const slot = Math.imul(word, 0x9e3779b1) >>> hashShift;
      candidate = table[slot];
      table[slot] = position;
      const distance = position - candidate;
      if (distance > farthestMatch || view.getInt32(candidate, true) !== word) continue;
      found = shortestMatch + matchLength(view, candidate + shortestMatch, position + shortestMatch, matchEnd);
      if (found >= (distance < firstFarDistance ? shortestNearMatch : shortestFarMatch)) break;
      found = 0;
    }
    if (found === 0) break;
    while (position > Math.max(anchor, 1) && candidate > 0 && source[position - 1] === source[candidate - 1]) {
      position--;
      candidate--;
      found++;
    }
    if (position > anchor) d = writeLiterals(source, anchor, position, target, d);
    if (d === 0) return 0;
    d = writeMatch(target, d, position - candidate, found);
    if (d === 0) return 0;
    position += found;
    anchor = position;
    if (position <= lastStart)
      table[Math.imul(view.getInt32(position - 2, true), 0x9e3779b1) >>> hashShift] = position - 2;
  }
  return writeLiterals(source, anchor, length, target, d);
}

/**
 * Encodes `source` as one BloscLZ stream: the last position of each hashed word is the only candidate. Returns the bytes written, 0 where they
 * do not fit.
 *
 * @param clevel - 0 (fastest) to 9 (smallest): how slowly positions without a match are passed over, and how little gain is worth it; a block that
 * gains less becomes literals, which a Blosc frame stores as they are
 */
export function encodeBlosclz(source: Uint8Array, target: Uint8Array, table: Int32Array, clevel: number): number {
  const { length } = source;
  const least = leastTenths[clevel];
  const judged = least > 0 && length >= shortestJudged && length <= longestJudged;
  const room = judged ? Math.min(target.length, Math.floor((length * 10) / least)) : target.length;
  let written = encodeMatches(source, target.subarray(0, room), table, clevel);
  if (written === 0 && room < target.length) written = writeLiterals(source, 0, length, target, 0);
  if (written > 0) target[0] = target[0] | levelBit;
  return written;
}
