import { bitsAt, streamEnd } from "./backward-bits.ts";
import { highestBit, readFseTable } from "./fse-table.ts";
import { ZstdFault } from "./zstd-fault.ts";

/** A decoding table of literals: the symbol, and the length of its code, by the next `log` bits. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly lengths: Uint8Array;
}

const largestLog = 11;
const mostWeights = 255;

/** Weights that are written as two interleaved streams of finite state entropy. */
function entropyWeights(bytes: Uint8Array, start: number, end: number): readonly number[] {
  const { table, end: streamStart } = readFseTable(bytes, start, end, 6, 256);
  const { symbols, bits, bases, log } = table;
  const floor = streamStart * 8;
  let position = streamEnd(bytes, streamStart, end);
  const read = (count: number): number => {
    position -= count;
    return bitsAt(bytes, position, count);
  };
  const weights: number[] = [];
  const states = [0, 0];
  for (let i = 0; i < 2; i++) {
    if (position - floor < log) throw new ZstdFault("the weights of a table are cut");
    states[i] = read(log);
  }
  for (let turn = 0; ; turn ^= 1) {
    const state = states[turn] as number;
    weights.push(symbols[state]);
    if (weights.length > mostWeights) throw new ZstdFault("a table has more than 255 weights");
    if (position - floor < bits[state]) {
      weights.push(symbols[states[turn ^ 1] as number]);
      return weights;
    }
    states[turn] = bases[state] + read(bits[state]);
  }
}

function tableOf(weights: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) {
    if (weight > largestLog) throw new ZstdFault(`a code has the weight ${weight}`);
    sum += weight === 0 ? 0 : 1 << (weight - 1);
  }
  const log = highestBit(sum) + 1;
  const rest = (1 << log) - sum;
  if (sum === 0 || log > largestLog || (rest & (rest - 1)) !== 0 || weights.length > mostWeights)
    throw new ZstdFault("the weights of a table do not add up");
  const all = [...weights, highestBit(rest) + 1];
  const symbols = new Uint8Array(1 << log);
  const lengths = new Uint8Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++)
    for (const [symbol, own] of all.entries()) {
      if (own !== weight) continue;
      const count = 1 << (weight - 1);
      symbols.fill(symbol, at, at + count);
      lengths.fill(log + 1 - weight, at, at + count);
      at += count;
    }
  return { log, symbols, lengths };
}

/** Reads the description of a table at `start` (RFC 8878, 4.2.1); returns the table and the offset after it. */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly table: HuffmanTable; readonly end: number } {
  const head = start < end ? bytes[start] : 0;
  const count = head - 127;
  const after = start + 1 + (head < 128 ? head : (count + 1) >> 1);
  if (start >= end || after > end) throw new ZstdFault("a table ends behind its block");
  if (head < 128) return { table: tableOf(entropyWeights(bytes, start + 1, after)), end: after };
  const weights = Array.from({ length: count }, (_, i) => (bytes[start + 1 + (i >> 1)] >> (i % 2 === 0 ? 4 : 0)) & 15);
  return { table: tableOf(weights), end: after };
}

/** Decodes a stream of codes that fills `target[from, to)`. */
export function decodeStream(
  { log, symbols, lengths }: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  from: number,
  to: number,
): void {
  const mask = (1 << log) - 1;
  const floor = start * 8;
  let position = streamEnd(bytes, start, end);
  let at = from;
  for (; at < to && position - log >= floor; at++) {
    const index = bitsAt(bytes, position - log, log);
    target[at] = symbols[index];
    position -= lengths[index];
  }
  // Fewer bits than the longest code are left: zeros stand for those behind the start.
  for (; at < to; at++) {
    const left = position - floor;
    if (left < 0) break;
    const index = (bitsAt(bytes, floor, left) << (log - left)) & mask;
    target[at] = symbols[index];
    position -= lengths[index];
  }
  if (at !== to || position !== floor) throw new ZstdFault("the codes of a block do not fit its length");
}
