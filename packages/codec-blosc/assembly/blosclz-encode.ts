const hashBits = 14;
const shortestNearMatch: usize = 5;
const shortestFarMatch: usize = 6;
const firstFarDistance: usize = 8192;
const farthestMatch: usize = 8192 + 65_535;
const longestLiterals: usize = 32;

const shortestJudged: usize = 4096;
const longestJudged: usize = 1 << 18;

/** The least ratio of a block to its encoded length, in tenths. A smaller gain is not worth the time to decode. */
@inline
function leastTenths(clevel: u32): usize {
  if (clevel < 4) return 15;
  if (clevel < 7) return 13;
  return clevel < 9 ? 11 : 0;
}

/** Bytes of the table of positions for {@link encodeBlosclz}. */
export const hashTable: usize = 4 << hashBits;

@inline
function slotOf(table: usize, at: usize): usize {
  return table + (<usize>((load<u32>(at) * 0x9e3779b1) >> (32 - hashBits)) << 2);
}

/** The number of equal bytes from `a` and from `b` on, with `b` before `limit`. */
@inline
function matchLength(a: usize, b: usize, limit: usize): usize {
  const start = b;
  while (b + 8 <= limit) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference != 0) return b - start + (<usize>ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (b < limit && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return b - start;
}

/** Writes literals in runs of at most 32. Returns the address after them, 0 if they do not end by `limit`. */
function writeLiterals(from: usize, to: usize, target: usize, limit: usize): usize {
  const count = to - from;
  if (target + count + (count + longestLiterals - 1) / longestLiterals > limit) return 0;
  while (from < to) {
    const run = min(longestLiterals, to - from);
    store<u8>(target++, <u8>(run - 1));
    if (limit - target >= 32) {
      v128.store(target, v128.load(from));
      v128.store(target, v128.load(from, 16), 16);
    } else memory.copy(target, from, run);
    target += run;
    from += run;
  }
  return target;
}

/** Writes one match. Returns the address after it, 0 if it does not end by `limit`. */
@inline
function writeMatch(target: usize, limit: usize, distance: usize, length: usize): usize {
  const code = length - 2;
  if (target + 4 + (code < 7 ? 0 : (code - 7) / 255 + <usize>1) > limit) return 0;
  const far = distance >= firstFarDistance;
  const offset = far ? firstFarDistance - 1 : distance - 1;
  store<u8>(target++, <u8>((min(code, 7) << 5) | (offset >> 8)));
  if (code >= 7) {
    let left = code - 7;
    for (; left >= 255; left -= 255) store<u8>(target++, 255);
    store<u8>(target++, <u8>left);
  }
  store<u8>(target++, <u8>offset);
  if (far) {
    store<u8>(target++, <u8>((distance - firstFarDistance) >> 8));
    store<u8>(target++, <u8>(distance - firstFarDistance));
  }
  return target;
}

/** Writes the stream with all matches found. Returns its length, 0 if it does not fit. */
function encodeMatches(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  table: usize,
  clevel: u32,
): usize {
  const end = source + length;
  const limit = target + room;
  const shift = (clevel + 2) / 5 + 4;
  let anchor = source;
  let d = target;
  if (length > 12) {
    const lastStart = end - 12;
    const matchEnd = end - 1;
    let position = source + 1;
    memory.fill(table, 0, hashTable);
    while (position <= lastStart) {
      let candidate: usize = 0;
      let searches: u32 = 1 << shift;
      let found: usize = 0;
      for (; position <= lastStart; position += <usize>(searches >> shift), searches++) {
        const slot = slotOf(table, position);
        candidate = source + <usize>load<u32>(slot);
        store<u32>(slot, <u32>(position - source));
        const distance = position - candidate;
        if (load<u32>(candidate) != load<u32>(position) || distance > farthestMatch) continue;
        found = matchLength(candidate + 4, position + 4, matchEnd) + 4;
        if (found >= (distance < firstFarDistance ? shortestNearMatch : shortestFarMatch)) break;
        found = 0;
      }
      if (found == 0) break;
      const lowest = anchor > source ? anchor : source + 1;
      while (position > lowest && candidate > source && load<u8>(position - 1) == load<u8>(candidate - 1)) {
        position--;
        candidate--;
        found++;
      }
      if (position > anchor) {
        d = writeLiterals(anchor, position, d, limit);
        if (d == 0) return 0;
      }
      d = writeMatch(d, limit, position - candidate, found);
      if (d == 0) return 0;
      position += found;
      anchor = position;
      if (position <= lastStart) store<u32>(slotOf(table, position - 2), <u32>(position - 2 - source));
    }
  }
  d = writeLiterals(anchor, end, d, limit);
  return d == 0 ? 0 : d - target;
}

/**
 * Encodes `length` bytes at `source` as one BloscLZ stream of at most `room` bytes at `target`, with the same bytes as
 * the encoder in TypeScript. Returns its length, 0 if it does not fit.
 */
export function encodeBlosclz(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  table: usize,
  clevel: u32,
): usize {
  const least = leastTenths(clevel);
  const judged = least > 0 && length >= shortestJudged && length <= longestJudged;
  const wanted = judged ? min(room, (length * 10) / least) : room;
  let written = encodeMatches(source, length, target, wanted, table, clevel);
  if (written == 0 && wanted < room) {
    const end = writeLiterals(source, source + length, target, target + room);
    written = end == 0 ? 0 : end - target;
  }
  if (written > 0) store<u8>(target, load<u8>(target) | 32);
  return written;
}
