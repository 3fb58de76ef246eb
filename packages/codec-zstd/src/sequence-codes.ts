import { buildFseTable, type FseTable } from "./fse-table.ts";

/** One of the three codes of a sequence: literal lengths, offsets, match lengths (RFC 8878, 3.1.1.3.2.1). */
export interface SequenceCode {
  readonly symbolCount: number;
  /** The highest accuracy of a table. */
  readonly largestLog: number;
  /** The table of the predefined mode. */
  readonly predefined: FseTable;
  /** Additional bits of each symbol. */
  readonly extraBits: Uint8Array;
}

function repeated(value: number, count: number): number[] {
  return new Array<number>(count).fill(value);
}

const literalLengthCounts = [4, 3, ...repeated(2, 11), 1, 1, 1, ...repeated(2, 9), 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1];
const offsetCounts = [...repeated(1, 6), 2, 2, 2, ...repeated(1, 15), ...repeated(-1, 5)];
const matchLengthCounts = [1, 4, 3, ...repeated(2, 6), ...repeated(1, 37), ...repeated(-1, 7)];

/** Literal lengths. */
export const literalLengths: SequenceCode = {
  symbolCount: 36,
  largestLog: 9,
  predefined: buildFseTable(literalLengthCounts, 6),
  extraBits: Uint8Array.of(...repeated(0, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
};

/** Offsets: the symbol is the number of additional bits. */
export const offsets: SequenceCode = {
  symbolCount: 32,
  largestLog: 8,
  predefined: buildFseTable(offsetCounts, 5),
  extraBits: Uint8Array.from({ length: 32 }, (_, symbol) => symbol),
};

/** Match lengths. */
export const matchLengths: SequenceCode = {
  symbolCount: 53,
  largestLog: 9,
  predefined: buildFseTable(matchLengthCounts, 6),
  extraBits: Uint8Array.of(...repeated(0, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
};

/** The lowest match length of each symbol; each range begins after the one before. */
export const matchLengthBases: Uint32Array = (() => {
  const bases = new Uint32Array(matchLengths.symbolCount);
  let base = 3;
  for (let symbol = 0; symbol < bases.length; symbol++) {
    bases[symbol] = base;
    base += 2 ** matchLengths.extraBits[symbol];
  }
  return bases;
})();
