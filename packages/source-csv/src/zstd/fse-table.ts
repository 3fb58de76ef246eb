import { ZstdFault } from "./zstd-fault.ts";

/**
 * A decoding table of finite state entropy (RFC 8878, 4.1): the symbol of each state, and how to read the next state.
 */
export interface FseTable {
  /** The bits of a state. */
  readonly log: number;
  readonly symbols: Uint8Array;
  /** Bits to read for the next state, by state. */
  readonly bits: Uint8Array;
  /** The base to add to those bits, by state. */
  readonly bases: Uint16Array;
}

/** The position of the highest bit that is set; -1 for 0. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

function spreadSymbols(counts: readonly number[], symbols: Uint8Array): void {
  const size = symbols.length;
  let high = size;
  for (const [symbol, count] of counts.entries()) if (count === -1) symbols[--high] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, count] of counts.entries())
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
}

/** Builds the table of a distribution that adds up to 2^log; -1 stands for a probability below one. */
export function fseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const table = { log, symbols: new Uint8Array(size), bits: new Uint8Array(size), bases: new Uint16Array(size) };
  spreadSymbols(counts, table.symbols);
  const next = counts.map(Math.abs);
  for (let state = 0; state < size; state++) {
    const symbol = table.symbols[state];
    const value = next[symbol]++;
    const bits = log - highestBit(value);
    table.bits[state] = bits;
    table.bases[state] = (value << bits) - size;
  }
  return table;
}

/** The table of an RLE mode, which has one symbol. */
export function singleSymbolTable(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/**
 * Reads the description of a table at `start` (RFC 8878, 4.1.1); returns the table and the offset after it.
 *
 * @param largestLog - the highest accuracy
 * @param symbolCount - the most symbols
 */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  largestLog: number,
  symbolCount: number,
): { readonly table: FseTable; readonly end: number } {
  let at = start * 8;
  const read = (count: number): number => {
    if (at + count > end * 8) throw new ZstdFault("a table ends behind its block");
    let value = 0;
    for (let i = 0; i < count; i++, at++) value |= ((bytes[at >> 3] >> (at & 7)) & 1) << i;
    return value;
  };
  const log = read(4) + 5;
  if (log > largestLog) throw new ZstdFault(`a table has the accuracy ${log}, more than ${largestLog}`);
  const counts: number[] = [];
  let remaining = 1 << log;
  while (remaining > 0) {
    const width = highestBit(remaining + 1) + 1;
    // Small values have one bit less.
    const low = read(width - 1);
    const threshold = (1 << width) - 1 - (remaining + 1);
    let value = low;
    if (low >= threshold && read(1) === 1) value = low + (1 << (width - 1)) - threshold;
    counts.push(value - 1);
    remaining -= Math.abs(value - 1);
    for (let repeat = value === 1 ? 3 : 0; repeat === 3; ) {
      repeat = read(2);
      for (let i = 0; i < repeat; i++) counts.push(0);
    }
    if (counts.length > symbolCount) throw new ZstdFault(`a table has more than ${symbolCount} symbols`);
  }
  if (remaining < 0) throw new ZstdFault("the counts of a table exceed its size");
  return { table: fseTable(counts, log), end: (at + 7) >> 3 };
}
