import type { ColumnChunk } from "@atc/contract";
import { missingColumn, missingSymbol } from "../base/chunk-errors.ts";
import { miscounted } from "../base/miscount.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { RowGroups } from "../files/slice-places.ts";
import { sortTimes } from "../order/near-order.ts";
import type { RowBlock } from "./place-rows.ts";
import { createRowBlock, nextBlock, openChunk, placeRows, startTarget, targetCounts } from "./place-rows.ts";
import { resized } from "./row-arena.ts";
import { columnMemory, sliceSorter } from "./slice-memory.ts";

/** Rows in memory, column by column and group by group. The number of rows of each group was counted. */
export interface GroupedRows {
  /** The times of all rows, as pairs of 32-bit words. */
  readonly times: Int32Array<ArrayBuffer>;
  /** The other columns. */
  readonly columns: readonly Float64Array<ArrayBuffer>[];
  /** Per row: the number of its symbol within its partition; empty if every group is one symbol. */
  readonly members: Int32Array<ArrayBuffer>;
  /** Per group: its first row; then the number of all rows. */
  readonly starts: Int32Array;
  /** Per group: the row after its last one so far. */
  readonly ends: Int32Array;
  /** Per group: rows whose time is before that of the group's previous row. */
  readonly unsorted: Int32Array;
  /** Per group: rows whose time is that of the group's previous row. */
  readonly equalTimes: Int32Array;
  /** Adds a chunk. Throws a miscount if a group has more rows than were counted. */
  push(chunk: ColumnChunk): void;
}

/** Makes room for the rows of groups. */
export function createGroupedRows(layout: RowLayout, rowGroups: RowGroups): GroupedRows {
  const { symbols, groups, members = new Int32Array(0), groupRows } = rowGroups;
  const starts = new Int32Array(groupRows.length + 1);
  for (const [g, rows] of groupRows.entries()) starts[g + 1] = starts[g] + rows;
  const all = starts[groupRows.length];
  const width = layout.slots + 1;
  const memory = columnMemory(all * width + (members.length > 0 ? Math.ceil(all / 2) : 0));
  const times = new Int32Array(memory.buffer, 0, 2 * all);
  const columns = layout.columns.map((_, c) => memory.subarray(all * (c + 1), all * (c + 2)));
  const rowMembers = new Int32Array(memory.buffer, 8 * all * width, members.length > 0 ? all : 0);

  const counts = targetCounts(groupRows.length);
  // Every group counts as full until its first row, so that placeRows stops there and the group is opened.
  const targets = { times, cursor: starts.slice(0, -1), limit: starts.slice(0, -1) };
  const numbers = new Map(symbols.map((symbol, s) => [symbol, s]));
  let memberOf = new Int32Array(0);
  const block = createRowBlock();

  function registerSymbols(values: readonly string[]): void {
    if (values.length > counts.targetOf.length) {
      const length = Math.max(values.length, 2 * counts.known, symbols.length);
      counts.targetOf = resized(counts.targetOf, length);
      memberOf = resized(memberOf, length);
    }
    for (; counts.known < values.length; counts.known++) {
      const s = numbers.get(values[counts.known]);
      counts.targetOf[counts.known] = s === undefined ? -1 : groups[s];
      memberOf[counts.known] = s === undefined ? 0 : (members[s] ?? 0);
    }
  }

  /** Opens the group of the row at which the block stopped. */
  function openGroup(chunk: ColumnChunk): void {
    const row = block.next;
    const index = block.indices[row];
    if (index < 0 || index >= counts.known) throw missingSymbol(chunk.row + row);
    const group = counts.targetOf[index];
    if (group < 0 || targets.cursor[group] === starts[group + 1])
      throw miscounted(`symbol "${chunk.symbol.values[index]}" has more rows in a slice than were counted`);
    targets.limit[group] = starts[group + 1];
    startTarget(counts, group, block, row);
  }

  function push(chunk: ColumnChunk): void {
    registerSymbols(chunk.symbol.values);
    openChunk(block, chunk);
    while (nextBlock(block, chunk)) {
      for (placeRows(counts, targets, block); block.next < block.end; placeRows(counts, targets, block))
        openGroup(chunk);
      if (members.length > 0) copyMembers(rowMembers, memberOf, block);
      for (const [c, { name }] of layout.columns.entries()) {
        const values = chunk.columns[name];
        if (values === undefined) throw missingColumn(name, chunk);
        copyValues(columns[c], values as Float64Array, block);
      }
    }
  }

  const { unsorted, equalTimes } = counts;
  return { times, columns, members: rowMembers, starts, ends: targets.cursor, unsorted, equalTimes, push };
}

/** Sorts the rows of a group by time, if they are not sorted. `order` and `memory` have room for them. */
export function sortGroup(
  { times, columns, starts, ends, unsorted }: GroupedRows,
  group: number,
  order: Uint32Array,
  memory: Float64Array,
): void {
  if (unsorted[group] === 0) return;
  const [from, to] = [starts[group], ends[group]];
  sortTimes(times.subarray(2 * from, 2 * to), order, to - from, sliceSorter());
  for (const column of columns) {
    gather(column.subarray(from, to), order, memory);
    column.set(memory.subarray(0, to - from), from);
  }
}

function copyMembers(target: Int32Array, memberOf: Int32Array, { indices, places, first, next }: RowBlock): void {
  const count = next - first;
  for (let i = 0; i < count; i++) target[places[i]] = memberOf[indices[first + i]];
}

function copyValues(target: Float64Array, source: Float64Array, { places, first, next }: RowBlock): void {
  const count = next - first;
  for (let i = 0; i < count; i++) target[places[i]] = source[first + i];
}

function gather(column: Float64Array, order: Uint32Array, target: Float64Array): void {
  const { length } = column;
  for (let i = 0; i < length; i++) target[i] = column[order[i]];
}
