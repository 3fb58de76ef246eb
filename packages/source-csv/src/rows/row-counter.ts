import { CR, LF, QUOTE, SPACE } from "@atc/plugin-kit";
import type { CsvLayout } from "../layout/csv-layout.ts";
import { createDictionary, type Dictionary } from "../text/dictionary.ts";
import { excerpt } from "../text/excerpt.ts";
import { longestRow, type ParseLimit } from "./row-context.ts";
import type { RowMemory } from "./row-memory.ts";
import { mostNames, positionWord, stateLength, symbolTable } from "./symbol-table.ts";

/** The row is cut by the end of the bytes. */
const cut = -1;
/** Only a reader can decide what the row is. */
const unclear = -2;

/** Counts rows per symbol without reading their values. */
export interface RowCounter {
  /**
   * Counts whole rows from `position` until the limit cuts one. Returns the offset of the next row, or -2 if a row
   * cannot be counted without reading it.
   */
  count(position: number, limit: ParseLimit): number;
  /** The symbols of the dictionary, those included that it had before. */
  symbols(): readonly string[];
  /** Rows per symbol. */
  rows(): Float64Array;
}

/** Counts the rows of a memory whose symbols are registered. */
interface CountKernel {
  /** Rows per registered symbol. */
  readonly counts: Uint32Array;
  /** Counts rows from `at` up to one that is not plain; returns whether there may be a quote among them. */
  count(at: number, limit: ParseLimit): boolean;
  /** The offset at which `count` stopped. */
  position(): number;
  /** Registers the symbols added to the dictionary since the last call. */
  registerSymbols(): void;
}

function countKernel(
  memory: RowMemory,
  layout: CsvLayout,
  field: number,
  dictionary: Dictionary,
): CountKernel | undefined {
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
    position: () => words[positionWord] - from,
    registerSymbols: symbolTable(memory, exports, state, dictionary),
  };
}

/** A counter of rows in a memory. The kernel, if there is one, counts most rows; the others are counted here. */
export function rowCounter(
  memory: RowMemory,
  layout: CsvLayout,
  dictionary: Dictionary = createDictionary(),
): RowCounter {
  const { bytes } = memory;
  // A search for a byte is many times faster in a Buffer than in other arrays.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { separator, fields, symbol } = layout;
  const field = fields.findIndex(({ role }) => role === "symbol");
  const isLast = field === fields.length - 1;
  const kernel = countKernel(memory, layout, field, dictionary);
  /** Rows per symbol that are counted here. */
  const counts: number[] = [];

  function isBlank(byte: number): boolean {
    return (byte === SPACE || byte === 9) && byte !== separator;
  }

  /** The offset of the first separator or line feed at or after `at`. */
  function fieldEnd(at: number): number {
    let end = at;
    for (let byte = bytes[end]; byte !== separator && byte !== LF; byte = bytes[++end]);
    return end;
  }

  /**
   * The index of the symbol between `start` and the separator or line feed at `stop`; -1 if the parser would refuse it.
   */
  function symbolIndex(start: number, stop: number): number {
    let from = start;
    let to = stop;
    if (bytes[stop] === LF && to > from && bytes[to - 1] === CR) to--;
    while (from < to && isBlank(bytes[from])) from++;
    while (from < to && isBlank(bytes[to - 1])) to--;
    return from < to && (bytes[stop] === LF) === isLast ? dictionary.indexOf(bytes, from, to) : -1;
  }

  /** Counts the row at `at`, which has no quotes. Returns the offset of the next row, `cut` or `unclear`. */
  function countRow(at: number, { end, final }: ParseLimit): number {
    let start = at;
    let stop = fieldEnd(at);
    const isOneField = bytes[stop] === LF;
    let left = field;
    for (; left > 0 && bytes[stop] !== LF; left--) {
      start = stop + 1;
      stop = fieldEnd(start);
    }
    let newline = stop;
    while (bytes[newline] !== LF) newline++;
    if (newline - at >= longestRow) return unclear;
    if (newline >= end && !final) return cut;
    if (isOneField && excerpt(bytes, at, newline).trim() === "") return newline + 1;
    const index = field < 0 ? 0 : symbolIndex(start, stop);
    if (index < 0 || left > 0) return unclear;
    counts[index] = (counts[index] ?? 0) + 1;
    return newline + 1;
  }

  function count(position: number, limit: ParseLimit): number {
    const stop = Math.min(limit.stop, limit.end);
    let at = position;
    let maybeQuoted = kernel === undefined;
    while (at < stop) {
      if (kernel !== undefined) {
        kernel.registerSymbols();
        if (kernel.count(at, limit)) maybeQuoted = true;
        at = kernel.position();
        if (at >= stop) break;
      }
      const next = countRow(at, limit);
      if (next === unclear) return unclear;
      if (next === cut) break;
      at = next;
    }
    if (maybeQuoted && text.subarray(position, at).includes(QUOTE)) return unclear;
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
