import { corrupt } from "./corrupt.ts";

/**
 * A decoding table of finite state entropy (RFC 8878, 4.1): the symbol of each state, and how to read the next state.
 */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  /** Bits to read for the next state, by state. */
  readonly bits: Uint8Array;
  /** The base to add to those bits, by state. */
  readonly bases: Uint16Array;
}

function spreadSymbols(counts: readonly number[], symbols: Uint8Array): void {
  const size = symbols.length;
  let high = size;
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  });
}

/** Builds the table of a distribution that adds up to 2^accuracyLog; -1 stands for a probability below one. */
export function buildFseTable(counts: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const table = {
    accuracyLog,
    symbols: new Uint8Array(size),
    bits: new Uint8Array(size),
    bases: new Uint16Array(size),
  };
  spreadSymbols(counts, table.symbols);
  const next = counts.map((count) => Math.abs(count));
  for (let state = 0; state < size; state++) {
    const symbol = table.symbols[state];
    const value = next[symbol];
    next[symbol] = value + 1;
    const bits = accuracyLog - (31 - Math.clz32(value));
    table.bits[state] = bits;
    table.bases[state] = (value << bits) - size;
  }
  return table;
}

/** The table of an RLE mode, which has one symbol. */
export function singleSymbolTable(symbol: number): FseTable {
  return { accuracyLog: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/** The result of {@link readFseTable}. */
export interface FseDescription {
  readonly table: FseTable;
  /** Offset after the description. */
  readonly end: number;
}

/** Reads bits from the lowest of each byte up, as in table descriptions. */
function forwardBits(
  bytes: Uint8Array,
  start: number,
  end: number,
): { read(count: number): number; back(): void; end(): number } {
  let at = start * 8;
  return {
    read(count) {
      if (at + count > end * 8) throw corrupt("a table runs over the end of its block");
      let value = 0;
      for (let i = 0; i < count; i++, at++) value |= ((bytes[at >> 3] >> (at & 7)) & 1) << i;
      return value;
    },
    back() {
      at--;
    },
    end: () => (at + 7) >> 3,
  };
}

/**
 * Reads the description of a table (RFC 8878, 4.1.1).
 *
 * @throws ATC_CORRUPT_DATA if it runs over `end`, is more accurate than `largestLog`, or has more than `symbolCount`
 * symbols
 */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  largestLog: number,
  symbolCount: number,
): FseDescription {
  const stream = forwardBits(bytes, start, end);
  const accuracyLog = stream.read(4) + 5;
  if (accuracyLog > largestLog) throw corrupt(`a table has accuracy ${accuracyLog}, more than ${largestLog}`);
  const counts: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    const width = 32 - Math.clz32(remaining + 1);
    let value = stream.read(width);
    const lowMask = (1 << (width - 1)) - 1;
    const threshold = (1 << width) - 1 - (remaining + 1);
    if ((value & lowMask) < threshold) {
      stream.back();
      value &= lowMask;
    } else if (value > lowMask) value -= threshold;
    counts.push(value - 1);
    remaining -= Math.abs(value - 1);
    for (let repeat = value === 1 ? 3 : 0; repeat === 3; ) {
      repeat = stream.read(2);
      for (let i = 0; i < repeat; i++) counts.push(0);
    }
    if (counts.length > symbolCount) throw corrupt(`a table has more than ${symbolCount} symbols`);
  }
  if (remaining < 0) throw corrupt("a table's counts exceed its size");
  return { table: buildFseTable(counts, accuracyLog), end: stream.end() };
}
