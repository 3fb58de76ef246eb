import { farthestMatch, lastLiterals, lastMatchStart } from "./lz4-sequences.ts";
import { matchLength } from "./match-length.ts";
import { createSequenceWriter, writeLastLiterals, writeSequence } from "./sequence-writer.ts";

const hashBits = 13;
const hashShift = 32 - hashBits;
/** After 2^6 positions without a match the step grows by one, to skip incompressible bytes. */
const skipShift = 6;

/** Creates the table of {@link encodeFast}, which holds the low 16 bits of positions and is cleared by each call. */
export function createHashTable(): Uint16Array {
  return new Uint16Array(1 << hashBits);
}

/** Hashes five bytes: with four, large blocks would find near matches that are too short to pay off. */
function hash(word: number, fifth: number): number {
  return (Math.imul(word, 0x9e3779b1) + Math.imul(fifth, 0x85ebca77)) >>> hashShift;
}

/**
 * Encodes `source` as one LZ4 block. The only candidate is the last position of each hashed word. Returns the bytes
 * written, 0 if they do not fit.
 *
 * @param acceleration - 1 (smallest) and up (faster): the first step over positions without a match
 */
export function encodeFast(source: Uint8Array, target: Uint8Array, table: Uint16Array, acceleration: number): number {
  const lastStart = source.length - lastMatchStart;
  const writer = createSequenceWriter(source, target);
  if (lastStart <= 0) return writeLastLiterals(writer);
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  const matchEnd = source.length - lastLiterals;
  let anchor = 0;
  let position = 1;
  table.fill(0);
  for (;;) {
    let candidate = 0;
    let searches = acceleration << skipShift;
    for (;;) {
      if (position > lastStart) return writeLastLiterals(writer);
      const word = view.getInt32(position, true);
      const slot = hash(word, view.getUint8(position + 4));
      const distance = (position - table[slot]) & farthestMatch;
      table[slot] = position;
      candidate = position - distance;
      if (distance > 0 && candidate >= 0 && view.getInt32(candidate, true) === word) break;
      position += searches++ >>> skipShift;
    }
    while (position > anchor && candidate > 0 && source[position - 1] === source[candidate - 1]) {
      position--;
      candidate--;
    }
    const length = 4 + matchLength(view, candidate + 4, position + 4, matchEnd);
    if (!writeSequence(writer, position, position - candidate, length)) return 0;
    position += length;
    anchor = position;
    if (position > lastStart) return writeLastLiterals(writer);
    table[hash(view.getInt32(position - 2, true), view.getUint8(position + 2))] = position - 2;
  }
}
