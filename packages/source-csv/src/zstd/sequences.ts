import { bitsAt, streamEnd } from "./backward-bits.ts";
import { type FseTable, fseTable, readFseTable, singleSymbolTable } from "./fse-table.ts";
import { type Literals, largestBlock } from "./literals.ts";
import { ZstdFault } from "./zstd-fault.ts";

/** One of the three codes of a sequence (RFC 8878, 3.1.1.3.2.1). */
interface SequenceCode {
  readonly symbolCount: number;
  /** The highest accuracy of a table. */
  readonly largestLog: number;
  /** The table of the predefined mode. */
  readonly predefined: FseTable;
}

function repeated(value: number, count: number): number[] {
  return new Array<number>(count).fill(value);
}

const lengthBits = Uint8Array.of(...repeated(0, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
const matchBits = Uint8Array.of(
  ...repeated(0, 32),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
);

/** The lowest value of each symbol; each range begins after the one before. */
function basesOf(bits: Uint8Array, first: number): Uint32Array {
  const bases = new Uint32Array(bits.length);
  let base = first;
  for (let symbol = 0; symbol < bits.length; symbol++) {
    bases[symbol] = base;
    base += 2 ** bits[symbol];
  }
  return bases;
}

const lengthBases = basesOf(lengthBits, 0);
const matchBases = basesOf(matchBits, 3);
/** Offsets of windows up to 128 MiB have at most so many bits. */
const mostOffsetBits = 27;

const literalLengths: SequenceCode = {
  symbolCount: 36,
  largestLog: 9,
  predefined: fseTable([4, 3, ...repeated(2, 11), 1, 1, 1, ...repeated(2, 9), 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6),
};
const offsets: SequenceCode = {
  symbolCount: 32,
  largestLog: 8,
  predefined: fseTable([...repeated(1, 6), 2, 2, 2, ...repeated(1, 15), ...repeated(-1, 5)], 5),
};
const matchLengths: SequenceCode = {
  symbolCount: 53,
  largestLog: 9,
  predefined: fseTable([1, 4, 3, ...repeated(2, 6), ...repeated(1, 37), ...repeated(-1, 7)], 6),
};

/** What the blocks of a frame share: tables that are used again, and the last three offsets. */
export interface SequenceState {
  lengths: FseTable | undefined;
  offsets: FseTable | undefined;
  matches: FseTable | undefined;
  readonly recent: Int32Array;
}

/** The state at the start of a frame. */
export function createSequenceState(): SequenceState {
  return { lengths: undefined, offsets: undefined, matches: undefined, recent: Int32Array.of(1, 4, 8) };
}

/** The decoded bytes of a frame, of which at least the window is in memory. */
export interface FrameWindow {
  bytes: Uint8Array;
  /** The offset after the last decoded byte. */
  end: number;
  /** The largest distance of a match. */
  readonly length: number;
}

/** The sequences of a block: their number, and the start of their bits. */
interface SequenceHead {
  readonly count: number;
  readonly start: number;
}

/** Reads the number and the tables of the sequences at `start`. */
function readHead(bytes: Uint8Array, start: number, end: number, state: SequenceState): SequenceHead {
  if (start >= end) throw new ZstdFault("a block ends before its sequences");
  let at = start + 1;
  let count = bytes[start];
  if (count > 127) {
    if (count === 255) {
      count = (bytes[at] | (bytes[at + 1] << 8)) + 0x7f00;
      at += 2;
    } else count = ((count - 128) << 8) | bytes[at++];
  }
  if (count === 0) {
    if (at !== end) throw new ZstdFault("bytes follow the literals of a block");
    return { count, start: at };
  }
  const modes = bytes[at++];
  if (at > end || (modes & 3) !== 0) throw new ZstdFault("the sequences of a block have an unknown mode");
  const tableOf = (mode: number, code: SequenceCode, known: FseTable | undefined): FseTable => {
    if (mode === 0) return code.predefined;
    if (mode === 1) {
      const symbol = bytes[at++];
      if (at > end || symbol >= code.symbolCount) throw new ZstdFault(`a table has the symbol ${symbol}`);
      return singleSymbolTable(symbol);
    }
    if (mode === 2) {
      const description = readFseTable(bytes, at, end, code.largestLog, code.symbolCount);
      at = description.end;
      return description.table;
    }
    if (known === undefined) throw new ZstdFault("a block uses a table that no block before it has");
    return known;
  };
  state.lengths = tableOf(modes >> 6, literalLengths, state.lengths);
  state.offsets = tableOf((modes >> 4) & 3, offsets, state.offsets);
  state.matches = tableOf((modes >> 2) & 3, matchLengths, state.matches);
  return { count, start: at };
}

/** The distance that an offset stands for: one of the last three if it is at most 3 (RFC 8878, 3.1.1.5). */
function distanceOf(value: number, hasLiterals: boolean, recent: Int32Array): number {
  let distance: number;
  if (value > 3) distance = value - 3;
  else {
    const index = hasLiterals ? value - 1 : value;
    if (index === 0) return recent[0];
    distance = index === 3 ? recent[0] - 1 : recent[index];
    if (index === 1) {
      recent[1] = recent[0];
      recent[0] = distance;
      return distance;
    }
  }
  recent[2] = recent[1];
  recent[1] = recent[0];
  recent[0] = distance;
  return distance;
}

/**
 * Executes the sequences in `bytes[start, end)`: copies literals and matches behind the window's end:
 * {@link largestBlock} bytes must have room there. Three bytes after `end` must be readable.
 */
export function executeSequences(
  bytes: Uint8Array,
  start: number,
  end: number,
  state: SequenceState,
  literals: Literals,
  window: FrameWindow,
): void {
  const head = readHead(bytes, start, end, state);
  const source = literals.bytes;
  const target = window.bytes;
  const limit = window.end + largestBlock;
  let literal = 0;
  let out = window.end;
  if (head.count > 0) {
    const {
      symbols: lengthSymbols,
      bits: lengthStateBits,
      bases: lengthStates,
      log: lengthLog,
    } = state.lengths as FseTable;
    const {
      symbols: offsetSymbols,
      bits: offsetStateBits,
      bases: offsetStates,
      log: offsetLog,
    } = state.offsets as FseTable;
    const {
      symbols: matchSymbols,
      bits: matchStateBits,
      bases: matchStates,
      log: matchLog,
    } = state.matches as FseTable;
    const floor = head.start * 8;
    let position = streamEnd(bytes, head.start, end) - lengthLog;
    let lengthState = bitsAt(bytes, position, lengthLog);
    position -= offsetLog;
    let offsetState = bitsAt(bytes, position, offsetLog);
    position -= matchLog;
    let matchState = bitsAt(bytes, position, matchLog);
    for (let left = head.count; left > 0; left--) {
      const offsetBits = offsetSymbols[offsetState];
      if (offsetBits > mostOffsetBits) throw new ZstdFault("a match is further away than its window");
      position -= offsetBits;
      // At most 25 bits are read at once.
      const offset =
        offsetBits <= 25
          ? bitsAt(bytes, position, offsetBits)
          : (bitsAt(bytes, position + 16, offsetBits - 16) << 16) | bitsAt(bytes, position, 16);
      const matchSymbol = matchSymbols[matchState];
      position -= matchBits[matchSymbol];
      const match = matchBases[matchSymbol] + bitsAt(bytes, position, matchBits[matchSymbol]);
      const lengthSymbol = lengthSymbols[lengthState];
      position -= lengthBits[lengthSymbol];
      const length = lengthBases[lengthSymbol] + bitsAt(bytes, position, lengthBits[lengthSymbol]);
      if (left > 1) {
        position -= lengthStateBits[lengthState];
        lengthState = lengthStates[lengthState] + bitsAt(bytes, position, lengthStateBits[lengthState]);
        position -= matchStateBits[matchState];
        matchState = matchStates[matchState] + bitsAt(bytes, position, matchStateBits[matchState]);
        position -= offsetStateBits[offsetState];
        offsetState = offsetStates[offsetState] + bitsAt(bytes, position, offsetStateBits[offsetState]);
      }
      if (position < floor) throw new ZstdFault("the sequences of a block are cut");
      if (literal + length > literals.length) throw new ZstdFault("a block has fewer literals than its sequences use");
      if (out + length + match > limit) throw new ZstdFault("a block is longer than 128 KiB");
      for (let i = 0; i < length; i++) target[out + i] = source[literal + i];
      out += length;
      literal += length;
      const distance = distanceOf((1 << offsetBits) + offset, length > 0, state.recent);
      if (distance <= 0 || distance > window.length || distance > out)
        throw new ZstdFault("a match is further away than its window");
      const from = out - distance;
      if (match > 32 && distance >= match) target.copyWithin(out, from, from + match);
      else for (let i = 0; i < match; i++) target[out + i] = target[from + i];
      out += match;
    }
    if (position !== floor) throw new ZstdFault("the sequences of a block do not fit its length");
  }
  const rest = literals.length - literal;
  if (out + rest > limit) throw new ZstdFault("a block is longer than 128 KiB");
  target.set(source.subarray(literal, literals.length), out);
  window.end = out + rest;
}
