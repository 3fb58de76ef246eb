import type { ColumnChunk, TypedArray } from "@atc/contract";
import { missingColumn, missingSymbol } from "../base/chunk-faults.ts";
import type { RowLayout, StoredColumn } from "../base/row-layout.ts";
import type { RowArena } from "./row-arena.ts";
import { resized } from "./row-arena.ts";

/** Rows placed before their columns are copied: what they touch stays in the processor's cache. */
const blockRows = 2048;
const signBit = 0x80000000;

/** What is known of each series before it is sorted, by its number. */
export interface SeriesCounts {
  /** The symbols, in the order they were met. */
  readonly symbols: readonly string[];
  /** Rows of a series. */
  rows(series: number): number;
  /** Rows whose time is before that of the row ahead of them. */
  back(series: number): number;
  /** Rows whose time is that of the row ahead of them. */
  ties(series: number): number;
  /** The time of the first row of a series. */
  firstTime(series: number): bigint;
  /** The time of the last. */
  lastTime(series: number): bigint;
}

/** Where rows are put. */
export interface ScatterTarget {
  readonly arena: RowArena;
  /** Empties the arena. */
  spill(): void;
}

/** Takes chunks and hands their rows to series. */
export interface Scatter extends SeriesCounts {
  /** Takes a chunk, spilling where the buffer is full. */
  push(chunk: ColumnChunk): void;
}

interface SeriesState {
  /** Series by index into the source's dictionary. */
  seriesOf: Int32Array<ArrayBuffer>;
  rows: Int32Array<ArrayBuffer>;
  back: Int32Array<ArrayBuffer>;
  ties: Int32Array<ArrayBuffer>;
  lastHigh: Int32Array<ArrayBuffer>;
  /** With the sign bit flipped, so that signed comparison orders it. */
  lastLow: Int32Array<ArrayBuffer>;
  firstHigh: Int32Array<ArrayBuffer>;
  /** With the sign bit flipped. */
  firstLow: Int32Array<ArrayBuffer>;
}

/** Scatters rows into the arena of `target`. */
export function createScatter(layout: RowLayout, target: ScatterTarget): Scatter {
  const { arena } = target;
  const symbols: string[] = [];
  const numbers = new Map<string, number>();
  const empty = new Int32Array(0);
  const state: SeriesState = {
    seriesOf: empty,
    rows: empty,
    back: empty,
    ties: empty,
    lastHigh: empty,
    lastLow: empty,
    firstHigh: empty,
    firstLow: empty,
  };
  const placed = new Int32Array(blockRows);
  let known = 0;

  function learn(values: readonly string[]): void {
    if (values.length === known) return;
    if (values.length > state.seriesOf.length) {
      const length = Math.max(values.length, 2 * known, 64);
      for (const key of ["seriesOf", "rows", "back", "ties", "lastHigh", "lastLow", "firstHigh", "firstLow"] as const)
        state[key] = resized(state[key], length);
    }
    for (; known < values.length; known++) {
      const symbol = values[known] as string;
      let series = numbers.get(symbol);
      if (series === undefined) {
        series = symbols.push(symbol) - 1;
        numbers.set(symbol, series);
      }
      state.seriesOf[known] = series;
    }
    arena.reserve(symbols.length);
  }

  return {
    symbols,
    rows: (series) => state.rows[series],
    back: (series) => state.back[series],
    ties: (series) => state.ties[series],
    firstTime: (series) => timeOf(state.firstLow, state.firstHigh, series),
    lastTime: (series) => timeOf(state.lastLow, state.lastHigh, series),
    push(chunk) {
      learn(chunk.symbol.values);
      const times = chunk.columns["timestamp"];
      if (times === undefined) throw missingColumn("timestamp", chunk);
      const words = new Int32Array(times.buffer, times.byteOffset, 2 * chunk.length);
      for (let from = 0; from < chunk.length; ) {
        const to = Math.min(from + blockRows, chunk.length);
        const count = placeRows(state, arena, chunk, words, placed, from, to, known);
        copyTimes(arena.times, words, placed, from, count);
        for (const column of layout.columns) copyColumn(layout, arena, column, chunk, placed, from, count);
        from += count;
        if (from < to) target.spill();
      }
    },
  };
}

function timeOf(low: Int32Array, high: Int32Array, series: number): bigint {
  return (BigInt(high[series]) << 32n) | BigInt((low[series] ^ signBit) >>> 0);
}

/** Finds each row's place in the arena and compares its time with the last of its series; stops where the arena is full. */
function placeRows(
  state: SeriesState,
  arena: RowArena,
  chunk: ColumnChunk,
  words: Int32Array,
  placed: Int32Array,
  from: number,
  to: number,
  known: number,
): number {
  const { seriesOf, rows, back, ties, lastHigh, lastLow } = state;
  const { cursor, limit } = arena;
  const { indices } = chunk.symbol;
  for (let i = from; i < to; i++) {
    const index = indices[i];
    if (index < 0 || index >= known) throw missingSymbol(chunk.row + i);
    const s = seriesOf[index];
    const low = words[2 * i] ^ signBit;
    const high = words[2 * i + 1];
    if (cursor[s] === limit[s]) {
      if (!arena.extend(s)) return i - from;
      if (rows[s] === 0) {
        // The first row is compared with itself; the tie that this makes is taken off beforehand.
        lastHigh[s] = high;
        lastLow[s] = low;
        state.firstHigh[s] = high;
        state.firstLow[s] = low;
        ties[s] = -1;
      }
    }
    const row = cursor[s];
    placed[i - from] = row;
    cursor[s] = row + 1;
    rows[s] = rows[s] + 1;
    const h = lastHigh[s];
    const l = lastLow[s];
    if (high < h || (high === h && low < l)) back[s] = back[s] + 1;
    else if (high === h && low === l) ties[s] = ties[s] + 1;
    lastHigh[s] = high;
    lastLow[s] = low;
  }
  return to - from;
}

function copyTimes(target: Int32Array, words: Int32Array, placed: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const row = placed[i];
    target[2 * row] = words[2 * (from + i)];
    target[2 * row + 1] = words[2 * (from + i) + 1];
  }
}

function copyColumn(
  layout: RowLayout,
  arena: RowArena,
  column: StoredColumn,
  chunk: ColumnChunk,
  placed: Int32Array,
  from: number,
  count: number,
): void {
  const array = chunk.columns[column.name];
  if (array === undefined) throw missingColumn(column.name, chunk);
  if (array instanceof BigInt64Array) {
    const words = new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
    copyWords(arena.valueWords, layout.slots, column.slot, words, placed, from, count);
  } else copyNumbers(arena.values, layout.slots, column.slot, array, placed, from, count);
}

function copyNumbers(
  target: Float64Array,
  slots: number,
  slot: number,
  source: Exclude<TypedArray, BigInt64Array>,
  placed: Int32Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[placed[i] * slots + slot] = source[from + i];
}

function copyWords(
  target: Int32Array,
  slots: number,
  slot: number,
  source: Int32Array,
  placed: Int32Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const at = 2 * (placed[i] * slots + slot);
    target[at] = source[2 * (from + i)];
    target[at + 1] = source[2 * (from + i) + 1];
  }
}
