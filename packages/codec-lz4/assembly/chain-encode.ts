import { matchLength } from "./copy";
import { writeLastLiterals, writeSequence } from "./sequence";

const hashBits = 15;
const window: u32 = 65_536;
const farthestMatch: usize = 65_535;
const headsLength: usize = 4 << hashBits;

/**
 * Bytes of the tables for {@link encodeChained}: the last position of each hashed word, then the distances to the
 * positions before.
 */
export const chainTables: usize = headsLength + 2 * window;

let found: usize = 0;

@inline
function slotOf(tables: usize, at: usize): usize {
  return tables + (<usize>((load<u32>(at) * 0x9e3779b1) >> (32 - hashBits)) << 2);
}

/** Positions are stored plus one, so that 0 means none. */
@inline
function insert(source: usize, tables: usize, from: usize, to: usize): void {
  const distances = tables + headsLength;
  for (let position = from; position < to; position++) {
    const slot = slotOf(tables, source + position);
    const head = <usize>load<u32>(slot);
    const distance = position + 1 - head;
    const known = head != 0 && distance <= farthestMatch;
    store<u16>(distances + ((position & (window - 1)) << 1), <u16>(known ? distance : 0));
    store<u32>(slot, <u32>position + 1);
  }
}

/** The length of the longest match at `position` among the last `depth` candidates; `best` if none is longer. */
@inline
function findMatch(source: usize, tables: usize, position: usize, matchEnd: usize, depth: u32, best: usize): usize {
  const distances = tables + headsLength;
  const here = source + position;
  const word = load<u32>(here);
  const lowest = position > farthestMatch ? position - farthestMatch : 0;
  let longest = best;
  let next = <usize>load<u32>(slotOf(tables, here));
  if (next == 0) return longest;
  let candidate = next - 1;
  for (let left = depth; left > 0 && candidate >= lowest; left--) {
    if (position + longest >= matchEnd) break;
    const there = source + candidate;
    // Compares four bytes around the end of the longest match so far: most candidates differ there.
    if (load<u32>(there + longest - 3) == load<u32>(here + longest - 3) && load<u32>(there) == word) {
      const length = matchLength(there + 4, here + 4, source + matchEnd) + 4;
      if (length > longest) {
        longest = length;
        found = candidate;
      }
    }
    const distance = <usize>load<u16>(distances + ((candidate & (window - 1)) << 1));
    if (distance == 0 || distance > candidate) break;
    candidate -= distance;
  }
  return longest;
}

/**
 * Encodes `length` bytes at `source` as one LZ4 block of at most `room` bytes at `target`, with the same bytes as the
 * chained encoder in TypeScript. Returns its length, 0 if it does not fit.
 */
export function encodeChained(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  tables: usize,
  depth: u32,
): usize {
  const limit = target + room;
  let d = target;
  let anchor: usize = 0;
  if (length > 12) {
    const lastStart = length - 12;
    const matchEnd = length - 5;
    let position: usize = 0;
    let inserted: usize = 0;
    memory.fill(tables, 0, headsLength);
    while (position <= lastStart) {
      insert(source, tables, inserted, position);
      inserted = position;
      let matched = findMatch(source, tables, position, matchEnd, depth, 3);
      if (matched < 4) {
        position++;
        continue;
      }
      let match = found;
      while (position < lastStart) {
        insert(source, tables, inserted, position + 1);
        inserted = position + 1;
        const later = findMatch(source, tables, position + 1, matchEnd, depth, matched);
        if (later == matched) break;
        position++;
        matched = later;
        match = found;
      }
      d = writeSequence(source + anchor, position - anchor, position - match, matched, d, limit);
      if (d == 0) return 0;
      insert(source, tables, inserted, min(position + matched, lastStart));
      position += matched;
      inserted = min(position, lastStart);
      anchor = position;
    }
  }
  d = writeLastLiterals(source + anchor, source + length, d, limit);
  return d == 0 ? 0 : d - target;
}
