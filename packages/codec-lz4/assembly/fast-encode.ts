import { matchLength } from "./copy";
import { writeLastLiterals, writeSequence } from "./sequence";

const hashBits = 13;
const skipShift = 6;
const farthestMatch: usize = 65_535;

/** Bytes of the table for {@link encodeFast}: the low 16 bits of positions, which is the reach of a match. */
export const fastTable: usize = 2 << hashBits;

@inline
function slotOf(table: usize, at: usize): usize {
  const hash = load<u32>(at) * 0x9e3779b1 + <u32>load<u8>(at, 4) * 0x85ebca77;
  return table + (<usize>(hash >> (32 - hashBits)) << 1);
}

/**
 * Encodes `length` bytes at `source` as one LZ4 block of at most `room` bytes at `target`, with the same bytes as the
 * fast encoder in TypeScript. Returns its length, 0 if it does not fit.
 */
export function encodeFast(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  table: usize,
  acceleration: u32,
): usize {
  const end = source + length;
  const limit = target + room;
  let d = target;
  let anchor = source;
  if (length > 12) {
    const lastStart = end - 12;
    const matchEnd = end - 5;
    let position = source + 1;
    memory.fill(table, 0, fastTable);
    for (;;) {
      let candidate: usize = 0;
      let searches = acceleration << skipShift;
      let ended = false;
      for (;;) {
        if (position > lastStart) {
          ended = true;
          break;
        }
        const slot = slotOf(table, position);
        const distance = (position - source - <usize>load<u16>(slot)) & farthestMatch;
        store<u16>(slot, <u16>(position - source));
        candidate = position - distance;
        // The subtraction wraps a distance of 0 to a value above all others.
        if (distance - 1 < position - source && load<u32>(candidate) == load<u32>(position)) break;
        position += <usize>(searches >> skipShift);
        searches++;
      }
      if (ended) break;
      while (position > anchor && candidate > source && load<u8>(position - 1) == load<u8>(candidate - 1)) {
        position--;
        candidate--;
      }
      const matched = matchLength(candidate + 4, position + 4, matchEnd) + 4;
      d = writeSequence(anchor, position - anchor, position - candidate, matched, d, limit);
      if (d == 0) return 0;
      position += matched;
      anchor = position;
      if (position > lastStart) break;
      store<u16>(slotOf(table, position - 2), <u16>(position - 2 - source));
    }
  }
  d = writeLastLiterals(anchor, end, d, limit);
  return d == 0 ? 0 : d - target;
}
