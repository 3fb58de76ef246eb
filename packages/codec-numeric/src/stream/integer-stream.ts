import { mostElements, type Workspace } from "../kernel/workspace.ts";
import { type ByteCursor, corrupt } from "./byte-cursor.ts";
import type { ByteSink } from "./byte-sink.ts";
import { readFrequencies, scaleCounts, tokenCount, writeFrequencies } from "./frequencies.ts";

/** Bytes of the coder states before the entropy-coded tokens. */
const statesLength = 16;

/** The token counts of a workspace, reset to 0. */
function clearedCounts(space: Workspace): Uint32Array {
  return space.words32.subarray(space.histogram / 4, space.histogram / 4 + tokenCount).fill(0);
}

function frequenciesOf(space: Workspace): Uint16Array {
  return space.words16.subarray(space.frequencies / 2, space.frequencies / 2 + tokenCount);
}

/** Whether all tokens are equal, so that the frequencies say everything. */
function isOneToken(frequencies: Uint16Array): boolean {
  return frequencies.includes(4096);
}

/**
 * Appends the unsigned integers at `area`: their count, their token frequencies, the lengths of the bits and of the
 * entropy-coded tokens, then the bits and the tokens.
 */
export function writeIntegers(space: Workspace, area: number, count: number, sink: ByteSink): void {
  const { kernel, bytes, tokens, histogram, bits, frequencies: table } = space;
  sink.varint(count);
  if (count === 0) return;
  const counts = clearedCounts(space);
  const bitsLength = kernel.tokenize(area, count, tokens, histogram, bits);
  const frequencies = frequenciesOf(space);
  scaleCounts(counts, frequencies);
  writeFrequencies(frequencies, sink);
  const begin = isOneToken(frequencies)
    ? space.wordsEnd
    : kernel.encodeTokens(tokens, count, table, space.table, space.wordsEnd);
  sink.varint(bitsLength);
  sink.varint(space.wordsEnd - begin);
  sink.append(bytes.subarray(bits, bits + bitsLength));
  sink.append(bytes.subarray(begin, space.wordsEnd));
}

function readTokens(space: Workspace, words: Uint8Array, count: number, frequencies: Uint16Array): void {
  const { kernel, bytes, tokens } = space;
  if (isOneToken(frequencies)) {
    if (words.length > 0) throw corrupt("tokens are stored although all are equal");
    bytes.fill(frequencies.indexOf(4096), tokens, tokens + count);
    return;
  }
  if (words.length < statesLength || words.length > statesLength + 2 * count)
    throw corrupt("tokens have a wrong length");
  bytes.set(words, space.words);
  if (kernel.decodeTokens(space.words, words.length, tokens, count, space.frequencies, space.table) === 0)
    throw corrupt("tokens end in the wrong place");
}

/**
 * Inverts {@link writeIntegers} into `area`. Returns the count.
 *
 * @param most - the highest valid count
 */
export function readIntegers(space: Workspace, cursor: ByteCursor, area: number, most: number): number {
  const { kernel, bytes, tokens } = space;
  const count = cursor.varint();
  if (count > Math.min(most, mostElements)) throw corrupt(`${count} integers, but at most ${most} are possible`);
  if (count === 0) return 0;
  const frequencies = frequenciesOf(space);
  readFrequencies(cursor, frequencies);
  const bitsLength = cursor.varint();
  const wordsLength = cursor.varint();
  if (bitsLength > 8 * count) throw corrupt(`${count} integers cannot have ${bitsLength} bytes of bits`);
  const rest = cursor.take(bitsLength);
  readTokens(space, cursor.take(wordsLength), count, frequencies);
  bytes.set(rest, space.bits);
  if (kernel.detokenize(tokens, count, space.bits, bitsLength, area) === 0)
    throw corrupt("bits end in the wrong place");
  return count;
}

/** `x * log2(x)` of small numbers: an estimate needs thousands of them. */
const products = Float64Array.from({ length: 2 ** 12 + 1 }, (_, x) => (x === 0 ? 0 : x * Math.log2(x)));

/** Estimated bits of a token frequency. */
const frequencyBits = 13;

/**
 * The estimated bits of {@link writeIntegers} for unsigned integers in several areas, in one stream. The part before
 * the data counts with the factor `share` only, because a sample stands for a whole block.
 */
export function estimateBits(
  space: Workspace,
  areas: readonly { readonly at: number; readonly count: number }[],
  share: number,
): number {
  const counts = clearedCounts(space);
  let bits = 0;
  let total = 0;
  for (const { at, count } of areas) {
    bits += space.kernel.measure(at, count, space.histogram);
    total += count;
  }
  let used = 0;
  for (let token = 0; token < tokenCount; token++) {
    const count = counts[token];
    if (count === 0) continue;
    used++;
    bits -= products[count] ?? count * Math.log2(count);
  }
  bits += products[total] ?? total * Math.log2(total);
  return bits + share * (frequencyBits * used + (used > 1 ? 8 * statesLength : 0));
}
