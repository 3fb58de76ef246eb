/**
 * The decoded length of a compressed block, computed without decoding: the count of literals in their header, and the
 * lengths of matches in the sequences. The bindings decode without a limit, so the length must be known before they are
 * called.
 */
import { corrupt } from "./corrupt.ts";
import { type FseTable, readFseTable, singleSymbolTable } from "./fse-table.ts";
import { literalLengths, matchLengthBases, matchLengths, offsets, type SequenceCode } from "./sequence-codes.ts";

/** The tables of the block before, which a block may reuse; empty for the first. */
export interface SequenceTables {
  literalLengths: FseTable | undefined;
  offsets: FseTable | undefined;
  matchLengths: FseTable | undefined;
}

/** The sections of a block before its sequences. */
export interface BlockSections {
  readonly literals: number;
  readonly sequenceCount: number;
  /** Offset after the count of sequences. */
  readonly at: number;
}

function byteAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) throw corrupt("a block ends within one of its headers");
  return bytes[at];
}

/** The decoded length of the literals, and the offset after their encoded bytes (RFC 8878, 3.1.1.3.1.1). */
function readLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly length: number; readonly end: number } {
  const first = byteAt(bytes, start, end);
  const type = first & 3;
  const format = (first >> 2) & 3;
  if (type < 2) {
    const size = [1, 2, 1, 3][format];
    const last = byteAt(bytes, start + size - 1, end);
    const middle = size === 3 ? bytes[start + 1] : last;
    const length = size === 1 ? first >> 3 : (first >> 4) | (middle << 4) | (size === 3 ? last << 12 : 0);
    return { length, end: start + size + (type === 0 ? length : 1) };
  }
  const size = [3, 3, 4, 5][format];
  const width = [10, 10, 14, 18][format];
  byteAt(bytes, start + size - 1, end);
  let header = 0;
  for (let i = 0; i < size; i++) header += bytes[start + i] * 2 ** (8 * i);
  const length = Math.floor(header / 16) % 2 ** width;
  return { length, end: start + size + Math.floor(header / 2 ** (4 + width)) };
}

/** Reads the sections before the sequences; `start` to `end` is the content of a compressed block. */
export function readSections(bytes: Uint8Array, start: number, end: number): BlockSections {
  const literals = readLiterals(bytes, start, end);
  let at = literals.end;
  const first = byteAt(bytes, at++, end);
  let sequenceCount = first;
  if (first === 255) {
    sequenceCount = byteAt(bytes, at, end) + (byteAt(bytes, at + 1, end) << 8) + 0x7f00;
    at += 2;
  } else if (first >= 128) sequenceCount = ((first - 128) << 8) + byteAt(bytes, at++, end);
  return { literals: literals.length, sequenceCount, at };
}

interface FoundTable {
  readonly table: FseTable;
  readonly end: number;
}

/** The description of a table in a block. */
interface TableSource {
  readonly bytes: Uint8Array;
  /** Offset of the description. */
  readonly at: number;
  /** Offset after the block. */
  readonly end: number;
}

function readTable(
  { bytes, at, end }: TableSource,
  mode: number,
  code: SequenceCode,
  previous: FseTable | undefined,
): FoundTable {
  if (mode === 0) return { table: code.predefined, end: at };
  if (mode === 2) return readFseTable(bytes, at, end, code.largestLog, code.symbolCount);
  if (mode === 1) {
    const symbol = byteAt(bytes, at, end);
    if (symbol >= code.symbolCount) throw corrupt(`symbol ${symbol} is above ${code.symbolCount - 1}`);
    return { table: singleSymbolTable(symbol), end: at + 1 };
  }
  if (previous === undefined) throw corrupt("a block repeats a table, but no block before has one");
  return { table: previous, end: at };
}

/** `count` bits, 0 to 16, from bit `at` of `bytes`, counted from `start`. */
function bitsAt(bytes: Uint8Array, start: number, at: number, count: number): number {
  const byte = start + (at >> 3);
  const word = bytes[byte] | ((bytes[byte + 1] ?? 0) << 8) | ((bytes[byte + 2] ?? 0) << 16);
  return (word >> (at & 7)) & ((1 << count) - 1);
}

/**
 * The sum of the match lengths of `count` sequences, whose bits are read from `end` back to `start` (RFC 8878,
 * 3.1.1.3.2.1.2).
 */
function sumMatches(bytes: Uint8Array, start: number, end: number, count: number, tables: readonly FseTable[]): number {
  const [literalTable, offsetTable, matchTable] = tables as readonly [FseTable, FseTable, FseTable];
  const last = byteAt(bytes, end - 1, end);
  if (end <= start || last === 0) throw corrupt("a block's sequences lack their end mark");
  let at = (end - start) * 8 - (Math.clz32(last) - 24) - 1;
  const read = (width: number): number => {
    at -= width;
    if (at < 0) throw corrupt("a block's sequences run over their start");
    return bitsAt(bytes, start, at, width);
  };
  let literalState = read(literalTable.accuracyLog);
  let offsetState = read(offsetTable.accuracyLog);
  let matchState = read(matchTable.accuracyLog);
  let total = 0;
  for (let left = count; left > 0; left--) {
    const match = matchTable.symbols[matchState];
    at -= offsetTable.symbols[offsetState];
    total += matchLengthBases[match] + read(matchLengths.extraBits[match]);
    at -= literalLengths.extraBits[literalTable.symbols[literalState]];
    if (left === 1) break;
    literalState = literalTable.bases[literalState] + read(literalTable.bits[literalState]);
    matchState = matchTable.bases[matchState] + read(matchTable.bits[matchState]);
    offsetState = offsetTable.bases[offsetState] + read(offsetTable.bits[offsetState]);
  }
  if (at !== 0) throw corrupt("a block's sequences do not use up their bits");
  return total;
}

/**
 * The decoded bytes of a compressed block from `start` to `end`. Keeps its tables in `tables` for the next block.
 *
 * @throws ATC_CORRUPT_DATA if its headers, tables or sequences break the format
 */
export function compressedBlockLength(bytes: Uint8Array, start: number, end: number, tables: SequenceTables): number {
  const { literals, sequenceCount, at } = readSections(bytes, start, end);
  if (sequenceCount === 0) return literals;
  const modes = byteAt(bytes, at, end);
  const literal = readTable({ bytes, at: at + 1, end }, modes >> 6, literalLengths, tables.literalLengths);
  const offset = readTable({ bytes, at: literal.end, end }, (modes >> 4) & 3, offsets, tables.offsets);
  const match = readTable({ bytes, at: offset.end, end }, (modes >> 2) & 3, matchLengths, tables.matchLengths);
  tables.literalLengths = literal.table;
  tables.offsets = offset.table;
  tables.matchLengths = match.table;
  return literals + sumMatches(bytes, match.end, end, sequenceCount, [literal.table, offset.table, match.table]);
}
