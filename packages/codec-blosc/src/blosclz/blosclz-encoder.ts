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

/** Shorter blocks are encoded even if they gain nothing. */
const shortestJudged = 4096;
/** Longer blocks hold all byte planes, which gain very differently, so they are encoded too. */
const longestJudged: number = 2 ** 18;
/**
 * The least ratio of a block to its encoded length, in tenths, by clevel. A smaller gain is not worth the time to
 * decode.
 */
const leastTenths: readonly number[] = [15, 15, 15, 15, 13, 13, 13, 11, 11, 0];

/** Creates the table of positions for {@link encodeBlosclz}, which each call clears. */
export function createHashTable(): Int32Array {
  return new Int32Array(1 << hashBits);
}

/** The number of equal bytes from `a` and from `b` on, with `b` before `limit`. */
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

/** Writes literals in runs of at most 32. Returns the offset after them, 0 if the target is too short. */
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

/** Writes one match. Returns the offset after it, 0 if the target is too short. */
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

/** Writes the stream with all matches found. Returns its length, 0 if it does not fit. */
function encodeMatches(source: Uint8Array, target: Uint8Array, table: Int32Array, clevel: number): number {
  const length = source.length;
  const lastStart = length - lastMatchStart;
  const matchEnd = length - lastLiterals;
  const view = new DataView(source.buffer, source.byteOffset, length);
  // After 2^4 to 2^6 positions without a match the step grows by one, to skip incompressible bytes.
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
 * Encodes `source` as one BloscLZ stream. The only candidate is the last position of each hashed word. Returns the
 * bytes written, 0 if they do not fit.
 *
 * @param clevel - 0 (fastest) to 9 (smallest): how slowly positions without a match are skipped, and how small a gain
 * is acceptable. A block that gains less becomes literals, which a Blosc frame stores
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
