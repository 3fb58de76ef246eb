import { CR, excerpt, LF, QUOTE, SPACE } from "./byte.ts";
import { createDictionary } from "./dictionary.ts";
import type { FileLayout } from "./layout.ts";
import { longestRow, type ParseLimit } from "./row-context.ts";
import type { RowMemory } from "./row-memory.ts";
import { mostNames, positionWord, stateLength, symbolTable, symbolTableLength } from "./symbol-table.ts";

/** Bytes that counting takes of a memory, its text left out. */
export function counterLength(layout: FileLayout): number {
  return stateLength(layout) + symbolTableLength + 4 * mostNames;
}

/** The row is cut by the end of the bytes. */
const cut = -1;
/** Only reading can tell what the row is. */
const unclear = -2;

/** Counts rows by their symbols. */
export interface RowCounter {
  /** Counts whole rows from `position` until the limit is near; returns the offset of the next row, -2 where only reading can tell. */
  count(position: number, limit: ParseLimit): number;
  /** The symbols in the order in which they were met. */
  symbols(): readonly string[];
  /** Rows of each. */
  rows(): Float64Array;
}

/** Counts the rows of a memory whose symbols it has learned. */
interface CountKernel {
  /** Rows of each symbol that is learned. */
  readonly counts: Uint32Array;
  /** Counts rows from `at` to a row that is not plain; whether there may be a quote among them. */
  count(at: number, limit: ParseLimit): boolean;
  /** The offset at which `count` stopped. */
  position(): number;
  /** Takes notice of symbols that have come to the dictionary. */
  learn(names: readonly string[]): void;
}

function countKernel(memory: RowMemory, layout: FileLayout, field: number): CountKernel | undefined {
  const { exports, bytes } = memory;
  if (exports === undefined) return undefined;
  const state = memory.allocate(stateLength(layout));
  const target = memory.allocate(4 * mostNames);
  const words = new Int32Array(state.buffer, state.offset, stateLength(layout) / 4);
  const counts = new Uint32Array(target.buffer, target.offset, mostNames).fill(0);
  words[0] = layout.separator;
  const isLast = field === layout.fields.length - 1;
  const from = bytes.byteOffset;
  return {
    counts,
    count: (at, { stop, end }) =>
      Boolean(
        exports.count(state.offset, from + at, from + Math.min(stop, end), from + end, field, isLast, target.offset),
      ),
    position: () => (words[positionWord] as number) - from,
    learn: symbolTable(memory, exports, state),
  };
}

/** Finds the symbol of a row as the parser does, in rows without quotes. */
interface SymbolField {
  /** Where the symbol starts. */
  start: number;
  /** Where it ends. */
  end: number;
}

/** Counter of the rows of a layout in a memory: the kernel counts most of them, and what it leaves, or all where there is none, is counted here. */
export function rowCounter(memory: RowMemory, layout: FileLayout): RowCounter {
  const { bytes } = memory;
  const { separator, fields, symbol } = layout;
  const field = fields.findIndex(({ role }) => role === "symbol");
  const isLast = field === fields.length - 1;
  const dictionary = createDictionary();
  const kernel = countKernel(memory, layout, field);
  const found: SymbolField = { start: 0, end: 0 };
  /** Rows of each symbol that are counted here. */
  const counts: number[] = [];

  /** Finds the symbol of the row at `at`, without the blanks around; false where the row has no such field. */
  function findSymbol(at: number, lineEnd: number): boolean {
    let start = at;
    let end = fieldEnd(start, lineEnd);
    for (let left = field; left > 0; left--) {
      if (end === lineEnd) return false;
      start = end + 1;
      end = fieldEnd(start, lineEnd);
    }
    if ((end === lineEnd) !== isLast) return false;
    while (start < end && isBlank(bytes[start] as number)) start++;
    while (start < end && isBlank(bytes[end - 1] as number)) end--;
    found.start = start;
    found.end = end;
    return start < end;
  }

  function isBlank(byte: number): boolean {
    return (byte === SPACE || byte === 9) && byte !== separator;
  }

  function fieldEnd(at: number, lineEnd: number): number {
    let end = at;
    while (end < lineEnd && bytes[end] !== separator) end++;
    return end;
  }

  /** Counts the row at `at`; returns the offset of the next, `cut` or `unclear`. */
  function countRow(at: number, { end, final }: ParseLimit): number {
    let newline = at;
    for (let byte = bytes[newline]; byte !== LF; byte = bytes[++newline]) if (byte === QUOTE) return unclear;
    if (newline - at >= longestRow) return unclear;
    if (newline >= end && !final) return cut;
    const lineEnd = newline > at && bytes[newline - 1] === CR ? newline - 1 : newline;
    if (lineEnd === at) return newline + 1;
    if (fieldEnd(at, lineEnd) === lineEnd && excerpt(bytes, at, lineEnd).trim() === "") return newline + 1;
    if (field >= 0 && !findSymbol(at, lineEnd)) return unclear;
    const index = field < 0 ? 0 : dictionary.indexOf(bytes, found.start, found.end);
    if (index < 0) return unclear;
    counts[index] = (counts[index] ?? 0) + 1;
    return newline + 1;
  }

  function count(position: number, limit: ParseLimit): number {
    const stop = Math.min(limit.stop, limit.end);
    let at = position;
    while (at < stop) {
      if (kernel !== undefined) {
        kernel.learn(dictionary.values);
        const first = at;
        const maybeQuoted = kernel.count(at, limit);
        at = kernel.position();
        if (maybeQuoted && bytes.subarray(first, at).includes(QUOTE)) return unclear;
        if (at >= stop) break;
      }
      const next = countRow(at, limit);
      if (next === unclear) return unclear;
      if (next === cut) break;
      at = next;
    }
    return at < stop && limit.end - at > longestRow ? unclear : at;
  }

  const rows = (): Float64Array => {
    const all = Float64Array.from(
      { length: Math.max(counts.length, dictionary.values.length, field < 0 ? 1 : 0) },
      (_, index) => (counts[index] ?? 0) + (kernel?.counts[index] ?? 0),
    );
    return field < 0 && all[0] === 0 ? all.subarray(0, 0) : all;
  };
  return {
    count,
    rows,
    symbols: () => (field >= 0 ? [...dictionary.values] : rows().length > 0 && symbol !== undefined ? [symbol] : []),
  };
}
