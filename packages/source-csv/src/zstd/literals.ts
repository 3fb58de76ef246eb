import { decodeStream, type HuffmanTable, readHuffmanTable } from "./huffman-table.ts";
import { ZstdFault } from "./zstd-fault.ts";

/** The most decoded bytes of a block. */
export const largestBlock: number = 2 ** 17;

/** The literals of blocks. */
export interface Literals {
  /** The literals of the last block. */
  readonly bytes: Uint8Array;
  /** Their number. */
  length: number;
  /** The table that the next block may use again. */
  table: HuffmanTable | undefined;
}

/** Room for the literals of the blocks of a frame. */
export function createLiterals(): Literals {
  return { bytes: new Uint8Array(largestBlock), length: 0, table: undefined };
}

interface Sizes {
  readonly start: number;
  readonly length: number;
  readonly compressed: number;
  readonly streams: 1 | 4;
}

function sizesOf(bytes: Uint8Array, start: number): Sizes {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(start, start + 5);
  const format = (a >> 2) & 3;
  if ((a & 3) < 2) {
    if (format === 1) return { start: start + 2, length: (a >> 4) | (b << 4), compressed: 0, streams: 1 };
    if (format === 3) return { start: start + 3, length: (a >> 4) | (b << 4) | (c << 12), compressed: 0, streams: 1 };
    return { start: start + 1, length: a >> 3, compressed: 0, streams: 1 };
  }
  if (format < 2)
    return {
      start: start + 3,
      length: (a >> 4) | ((b & 63) << 4),
      compressed: (b >> 6) | (c << 2),
      streams: format === 0 ? 1 : 4,
    };
  if (format === 2)
    return {
      start: start + 4,
      length: (a >> 4) | (b << 4) | ((c & 3) << 12),
      compressed: (c >> 2) | (d << 6),
      streams: 4,
    };
  return {
    start: start + 5,
    length: (a >> 4) | (b << 4) | ((c & 63) << 12),
    compressed: (c >> 6) | (d << 2) | (e << 10),
    streams: 4,
  };
}

function decodeFour(table: HuffmanTable, bytes: Uint8Array, start: number, end: number, literals: Literals): void {
  const part = (literals.length + 3) >> 2;
  if (end - start < 10 || 3 * part > literals.length) throw new ZstdFault("four streams of literals are too short");
  let from = start + 6;
  for (let stream = 0; stream < 4; stream++) {
    const size = bytes[start + 2 * stream] | (bytes[start + 2 * stream + 1] << 8);
    const to = stream === 3 ? end : from + size;
    if (to > end) throw new ZstdFault("a stream of literals ends behind its block");
    const target = stream * part;
    decodeStream(table, bytes, from, to, literals.bytes, target, stream === 3 ? literals.length : target + part);
    from = to;
  }
}

/** Reads the literals of the block in `bytes[0, end)`; returns the offset after them. */
export function readLiterals(bytes: Uint8Array, end: number, literals: Literals): number {
  const type = bytes[0] & 3;
  const { start, length, compressed, streams } = sizesOf(bytes, 0);
  if (length > largestBlock) throw new ZstdFault(`a block has ${length} literals`);
  literals.length = length;
  const stop = start + (type === 0 ? length : type === 1 ? 1 : compressed);
  if (stop > end) throw new ZstdFault("the literals of a block end behind it");
  if (type === 0) literals.bytes.set(bytes.subarray(start, stop));
  else if (type === 1) literals.bytes.fill(bytes[start], 0, length);
  else {
    let from = start;
    if (type === 2) {
      const description = readHuffmanTable(bytes, start, stop);
      literals.table = description.table;
      from = description.end;
    }
    if (literals.table === undefined) throw new ZstdFault("a block uses a table that no block before it has");
    if (streams === 4) decodeFour(literals.table, bytes, from, stop, literals);
    else decodeStream(literals.table, bytes, from, stop, literals.bytes, 0, length);
  }
  return stop;
}
