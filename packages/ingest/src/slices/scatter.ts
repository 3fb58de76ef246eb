import type { ColumnChunk, TypedArray } from "@atc/contract";
import { missingColumn, missingSymbol } from "../base/chunk-errors.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { RowBlock } from "./place-rows.ts";
import {
  createRowBlock,
  nextBlock,
  openChunk,
  placeRows,
  reserveTargets,
  startTarget,
  targetCounts,
  targetTime,
} from "./place-rows.ts";
import type { RowArena } from "./row-arena.ts";
import { resized } from "./row-arena.ts";

/** What is known of each series before it is sorted, by its number. */
export interface SeriesCounts {
  /** The symbols, in the order of their first rows. */
  readonly symbols: readonly string[];
  /** Rows whose time is before that of the series' previous row. */
  unsorted(series: number): number;
  /** Rows whose time is that of the series' previous row. */
  equalTimes(series: number): number;
  /** The time of the first row in the source. */
  firstTime(series: number): bigint;
  /** The time of the last row in the source. */
  lastTime(series: number): bigint;
}

/** An arena that is emptied when it is full. */
export interface ScatterTarget {
  readonly arena: RowArena;
  /** Writes the rows of the arena to a run, and empties it. */
  spill(): void;
}

/** Scatters the rows of chunks to series. */
export interface Scatter extends SeriesCounts {
  /** Adds a chunk. Spills if the arena is full. */
  push(chunk: ColumnChunk): void;
}

/** Scatters rows into the arena of `target`. */
export function createScatter(layout: RowLayout, target: ScatterTarget): Scatter {
  const { arena } = target;
  const symbols: string[] = [];
  const numbers = new Map<string, number>();
  const counts = targetCounts(0);
  const block = createRowBlock();

  function registerSymbols(values: readonly string[]): void {
    if (values.length === counts.known) return;
    if (values.length > counts.targetOf.length) {
      const length = Math.max(values.length, 2 * counts.known, 64);
      counts.targetOf = resized(counts.targetOf, length);
      reserveTargets(counts, length);
    }
    for (; counts.known < values.length; counts.known++) {
      const symbol = values[counts.known];
      let series = numbers.get(symbol);
      if (series === undefined) {
        series = symbols.push(symbol) - 1;
        numbers.set(symbol, series);
      }
      counts.targetOf[counts.known] = series;
    }
    arena.reserve(symbols.length);
  }

  /** Extends the series of the row at which the block stopped; false if the arena is full. */
  function makeRoom(chunk: ColumnChunk): boolean {
    const row = block.next;
    const index = block.indices[row];
    if (index < 0 || index >= counts.known) throw missingSymbol(chunk.row + row);
    const series = counts.targetOf[index];
    if (!arena.extend(series)) return false;
    if (counts.started[series] === 0) startTarget(counts, series, block, row);
    return true;
  }

  return {
    symbols,
    unsorted: (series) => counts.unsorted[series],
    equalTimes: (series) => counts.equalTimes[series],
    firstTime: (series) => targetTime(counts.firstTimes, series),
    lastTime: (series) => targetTime(counts.lastTimes, series),
    push(chunk) {
      registerSymbols(chunk.symbol.values);
      openChunk(block, chunk);
      while (nextBlock(block, chunk)) {
        do placeRows(counts, arena, block);
        while (block.next < block.end && makeRoom(chunk));
        for (const { name, slot } of layout.columns)
          copyColumn(arena, { slot, slots: layout.slots }, name, chunk, block);
        if (block.next < block.end) target.spill();
      }
    },
  };
}

/** The place of a column in a row of the arena. */
interface SlotOf {
  readonly slot: number;
  /** Slots per row. */
  readonly slots: number;
}

function copyColumn(arena: RowArena, slot: SlotOf, name: string, chunk: ColumnChunk, block: RowBlock): void {
  const array = chunk.columns[name];
  if (array === undefined) throw missingColumn(name, chunk);
  if (array instanceof BigInt64Array) {
    const words = new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
    copyWords(arena.valueWords, slot, words, block);
  } else copyNumbers(arena.values, slot, array, block);
}

function copyNumbers(
  target: Float64Array,
  { slot, slots }: SlotOf,
  source: Exclude<TypedArray, BigInt64Array>,
  { places, first, next }: RowBlock,
): void {
  const count = next - first;
  for (let i = 0; i < count; i++) target[places[i] * slots + slot] = source[first + i];
}

function copyWords(
  target: Int32Array,
  { slot, slots }: SlotOf,
  source: Int32Array,
  { places, first, next }: RowBlock,
): void {
  const count = next - first;
  for (let i = 0; i < count; i++) {
    const at = 2 * (places[i] * slots + slot);
    target[at] = source[2 * (first + i)];
    target[at + 1] = source[2 * (first + i) + 1];
  }
}
