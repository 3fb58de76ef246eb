import type { ColumnChunk } from "@atc/contract";
import { missingColumn, missingSymbol } from "./chunk-faults.ts";
import { miscounted } from "./miscount.ts";
import type { RowLayout } from "./row-layout.ts";
import { columnMemory } from "./slice-memory.ts";
import type { SlicePlaces } from "./slice-places.ts";

/** Rows placed before their columns are copied: what they touch stays in the processor's cache. */
const blockRows = 2048;

/** The rows of a slice in memory, column by column and symbol by symbol: how many each symbol has is known beforehand. */
export interface CountedRows {
  /** The columns, of a value for each row: the times as pairs of 32-bit words, then the others. */
  readonly times: Int32Array<ArrayBuffer>;
  readonly columns: readonly Float64Array<ArrayBuffer>[];
  /** Per symbol: its first row, and one behind the last row of all. */
  readonly starts: Int32Array;
  /** Per symbol: one behind its last row that has come. */
  readonly ends: Int32Array;
  /** Per symbol: rows whose time is before that of the row ahead of them. */
  readonly back: Int32Array;
  /** Per symbol: rows whose time is that of the row ahead of them. */
  readonly ties: Int32Array;
  /** Takes a chunk; throws a miscount where a symbol has more rows than were counted. */
  push(chunk: ColumnChunk): void;
}

/** Makes room for the rows that were counted. */
export function countedRows(layout: RowLayout, { symbols, starts: spans, spanRows }: SlicePlaces): CountedRows {
  const starts = new Int32Array(symbols.length + 1);
  for (let s = 0; s < symbols.length; s++) {
    let rows = starts[s] as number;
    for (let span = spans[s] as number; span < (spans[s + 1] as number); span++) rows += spanRows[span] as number;
    starts[s + 1] = rows;
  }
  const all = starts.at(-1) as number;
  const memory = columnMemory(all * (layout.slots + 1));
  const rows: CountedRows = {
    times: new Int32Array(memory.buffer, 0, 2 * all),
    columns: layout.columns.map((_, c) => memory.subarray(all * (c + 1), all * (c + 2))),
    starts,
    ends: starts.slice(0, -1),
    back: new Int32Array(symbols.length),
    ties: new Int32Array(symbols.length),
    push(chunk) {
      learn(chunk.symbol.values);
      const stamps = chunk.columns["timestamp"];
      if (stamps === undefined) throw missingColumn("timestamp", chunk);
      const words = new Int32Array(stamps.buffer, stamps.byteOffset, 2 * chunk.length);
      for (let from = 0; from < chunk.length; from += blockRows) {
        const count = Math.min(blockRows, chunk.length - from);
        const stop = placeRows(rows, seriesOf, chunk.symbol.indices, words, from, count, placed);
        if (stop >= 0) throw refused(chunk, stop);
        for (const [c, { name }] of layout.columns.entries()) {
          const values = chunk.columns[name];
          if (values === undefined) throw missingColumn(name, chunk);
          copyValues(rows.columns[c] as Float64Array, values as Float64Array, from, count, placed);
        }
      }
    },
  };
  const placed = new Int32Array(blockRows);
  const numbers = new Map(symbols.map((symbol, s) => [symbol, s]));
  let seriesOf = new Int32Array(0);
  let known = 0;

  /** Symbols by index into the source's dictionary, -1 for those that were not counted. */
  function learn(values: readonly string[]): void {
    if (values.length > seriesOf.length) {
      const longer = new Int32Array(Math.max(values.length, 2 * known, symbols.length));
      longer.set(seriesOf);
      seriesOf = longer;
    }
    for (; known < values.length; known++) seriesOf[known] = numbers.get(values[known] as string) ?? -1;
  }

  function refused(chunk: ColumnChunk, row: number): Error {
    const index = chunk.symbol.indices[row] as number;
    if (index < 0 || index >= known) return missingSymbol(chunk.row + row);
    return miscounted(`symbol "${chunk.symbol.values[index]}" has more rows in a slice than were counted in it`);
  }

  return rows;
}

/** Finds each row's place and compares its time with the one ahead of it; returns the first row that has none, -1 where all have. */
function placeRows(
  { times, starts, ends, back, ties }: CountedRows,
  seriesOf: Int32Array,
  indices: Int32Array,
  words: Int32Array,
  from: number,
  count: number,
  placed: Int32Array,
): number {
  for (let i = 0; i < count; i++) {
    const s = seriesOf[indices[from + i] as number] ?? -1;
    if (s < 0) return from + i;
    const row = ends[s] as number;
    if (row === starts[s + 1]) return from + i;
    const low = words[2 * (from + i)] as number;
    const high = words[2 * (from + i) + 1] as number;
    ends[s] = row + 1;
    placed[i] = row;
    times[2 * row] = low;
    times[2 * row + 1] = high;
    if (row === starts[s]) continue;
    const highBefore = times[2 * row - 1] as number;
    const lowBefore = times[2 * row - 2] as number;
    if (high < highBefore || (high === highBefore && low >>> 0 < lowBefore >>> 0)) back[s] = (back[s] as number) + 1;
    else if (high === highBefore && low === lowBefore) ties[s] = (ties[s] as number) + 1;
  }
  return -1;
}

function copyValues(target: Float64Array, source: Float64Array, from: number, count: number, placed: Int32Array): void {
  for (let i = 0; i < count; i++) target[placed[i] as number] = source[from + i] as number;
}
