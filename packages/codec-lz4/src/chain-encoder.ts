import { farthestMatch, lastLiterals, lastMatchStart, shortestMatch } from "./lz4-sequences.ts";
import { matchLength } from "./match-length.ts";
import { createSequenceWriter, writeLastLiterals, writeSequence } from "./sequence-writer.ts";

const hashBits = 15;
const window = 65_536;
/** Candidates to try per position, by clevel. */
export const depths: readonly number[] = [4, 4, 8, 12, 16, 32, 64, 128, 256, 512];

/**
 * Earlier positions of each hashed word: the last one in `heads`, and from each the distance to the one before in
 * `distances`, which wraps around after 64 KiB. {@link encodeChained} clears them.
 */
export interface MatchChains {
  /** Negative if a word was not seen. */
  readonly heads: Int32Array;
  readonly distances: Uint16Array;
  /** The position of the last candidate that {@link findMatch} returned. */
  found: number;
}

/** The search for matches in one block. */
interface MatchSearch {
  readonly view: DataView;
  readonly chains: MatchChains;
  /** No match goes beyond this offset. */
  readonly matchEnd: number;
  /** The most candidates per position. */
  readonly depth: number;
}

/** Creates the tables for {@link encodeChained}. */
export function createMatchChains(): MatchChains {
  return { heads: new Int32Array(1 << hashBits), distances: new Uint16Array(window), found: 0 };
}

function hash(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
}

function insert(view: DataView, chains: MatchChains, from: number, to: number): void {
  const { heads, distances } = chains;
  for (let position = from; position < to; position++) {
    const slot = hash(view.getInt32(position, true));
    const distance = position - heads[slot];
    distances[position % window] = distance > farthestMatch ? 0 : distance;
    heads[slot] = position;
  }
}

/** The length of the longest match at `position` among the last `depth` candidates; `best` if none is longer. */
function findMatch(search: MatchSearch, position: number, best: number): number {
  const { view, chains, matchEnd, depth } = search;
  const { heads, distances } = chains;
  const word = view.getInt32(position, true);
  const lowest = Math.max(0, position - farthestMatch);
  let longest = best;
  let candidate = heads[hash(word)];
  for (let left = depth; left > 0 && candidate >= lowest; left--) {
    if (position + longest >= matchEnd) break;
    const end = view.getUint8(candidate + longest) === view.getUint8(position + longest);
    if (end && view.getInt32(candidate, true) === word) {
      const length = shortestMatch + matchLength(view, candidate + shortestMatch, position + shortestMatch, matchEnd);
      if (length > longest) {
        longest = length;
        chains.found = candidate;
      }
    }
    const distance = distances[candidate % window];
    if (distance === 0) break;
    candidate -= distance;
  }
  return longest;
}

/**
 * Encodes `source` as one LZ4 block by searching chains of candidates. If the next position has a longer match, it
 * delays a match by one byte (lazy matching). Slower than `encodeFast`, smaller, and as fast to decode. Returns the
 * bytes written, 0 if they do not fit.
 *
 * @param clevel - 1 to 9: how many candidates to try
 */
export function encodeChained(source: Uint8Array, target: Uint8Array, chains: MatchChains, clevel: number): number {
  const lastStart = source.length - lastMatchStart;
  const writer = createSequenceWriter(source, target);
  if (lastStart <= 0) return writeLastLiterals(writer);
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  const search: MatchSearch = { view, chains, matchEnd: source.length - lastLiterals, depth: depths[clevel] };
  let position = 0;
  let inserted = 0;
  chains.heads.fill(-1 - window);
  while (position <= lastStart) {
    insert(view, chains, inserted, position);
    inserted = position;
    let length = findMatch(search, position, shortestMatch - 1);
    if (length < shortestMatch) {
      position++;
      continue;
    }
    let match = chains.found;
    while (position < lastStart) {
      insert(view, chains, inserted, position + 1);
      inserted = position + 1;
      const later = findMatch(search, position + 1, length);
      if (later === length) break;
      position++;
      length = later;
      match = chains.found;
    }
    if (!writeSequence(writer, position, position - match, length)) return 0;
    insert(view, chains, inserted, Math.min(position + length, lastStart));
    position += length;
    inserted = Math.min(position, lastStart);
  }
  return writeLastLiterals(writer);
}
