import type { ColumnChunk } from "@atc/contract";
import { missingColumn, missingSymbol } from "../base/chunk-faults.ts";
import { miscounted } from "../base/miscount.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { RowGroups } from "../files/slice-places.ts";
import { sortTimes } from "../order/near-order.ts";
import { resized } from "./row-arena.ts";
import { columnMemory, sliceSorter } from "./slice-memory.ts";

/** Rows placed before their columns are copied: what they touch stays in the processor's cache. */
const blockRows = 2048;

/** Rows in memory, column by column and group by group: how many each group has is known beforehand. */
export interface CountedRows {
  /** The times of all rows as pairs of 32-bit words. */
  readonly times: Int32Array<ArrayBuffer>;
  /** The other columns. */
  readonly columns: readonly Float64Array<ArrayBuffer>[];
  /** Per row: the number of its symbol among those of its group; empty where each group is of one symbol. */
  readonly members: Int32Array<ArrayBuffer>;
  /** Per group: its first row, and one behind the last row of all. */
  readonly starts: Int32Array;
  /** Per group: one behind its last row that has come. */
  readonly ends: Int32Array;
  /** Per group: rows whose time is before that of the row ahead of them. */
  readonly back: Int32Array;
  /** Per group: rows whose time is that of the row ahead of them. */
  readonly ties: Int32Array;
  /** Takes a chunk; throws a miscount where a group has more rows than were counted. */
  push(chunk: ColumnChunk): void;
}

/** Makes room for the rows of some groups. */
export function countedRows(layout: RowLayout, groups: RowGroups): CountedRows {
  const { symbols, members = new Int32Array(0), groupRows } = groups;
  const starts = new Int32Array(groupRows.length + 1);
  for (const [g, rows] of groupRows.entries()) starts[g + 1] = starts[g] + rows;
  const all = starts.at(-1) as number;
  const width = layout.slots + 1;
  const memory = columnMemory(all * width + (members.length > 0 ? Math.ceil(all / 2) : 0));
  const rows: CountedRows = {
    times: new Int32Array(memory.buffer, 0, 2 * all),
    columns: layout.columns.map((_, c) => memory.subarray(all * (c + 1), all * (c + 2))),
    members: new Int32Array(memory.buffer, 8 * all * width, members.length > 0 ? all : 0),
    starts,
    ends: starts.slice(0, -1),
    back: new Int32Array(groupRows.length),
    ties: new Int32Array(groupRows.length),
    push(chunk) {
      learn(chunk.symbol.values);
      const stamps = chunk.columns["timestamp"];
      if (stamps === undefined) throw missingColumn("timestamp", chunk);
      const words = new Int32Array(stamps.buffer, stamps.byteOffset, 2 * chunk.length);
      const { indices } = chunk.symbol;
      for (let from = 0; from < chunk.length; from += blockRows) {
        const count = Math.min(blockRows, chunk.length - from);
        const stop = placeRows(rows, groupOf, indices, words, from, count, placed);
        if (stop >= 0) throw refused(chunk, stop);
        if (members.length > 0) copyMembers(rows.members, memberOf, indices, from, count, placed);
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
  /** By index into the source's dictionary; the group of symbols that were not counted is -1. */
  let groupOf = new Int32Array(0);
  let memberOf = new Int32Array(0);
  let known = 0;

  function learn(values: readonly string[]): void {
    if (values.length > groupOf.length) {
      const length = Math.max(values.length, 2 * known, symbols.length);
      groupOf = resized(groupOf, length);
      memberOf = resized(memberOf, length);
    }
    for (; known < values.length; known++) {
      const s = numbers.get(values[known] as string);
      groupOf[known] = s === undefined ? -1 : groups.groups[s];
      memberOf[known] = s === undefined ? 0 : (members[s] ?? 0);
    }
  }

  function refused(chunk: ColumnChunk, row: number): Error {
    const index = chunk.symbol.indices[row];
    if (index < 0 || index >= known) return missingSymbol(chunk.row + row);
    return miscounted(`symbol "${chunk.symbol.values[index]}" has more rows in a slice than were counted in it`);
  }

  return rows;
}

/** Puts the rows of a group that goes back in order of time. `order` and `memory` have room for them. */
export function sortGroup(
  { times, columns, starts, ends, back }: CountedRows,
  group: number,
  order: Uint32Array,
  memory: Float64Array,
): void {
  if (back[group] === 0) return;
  const [from, to] = [starts[group], ends[group]];
  sortTimes(times.subarray(2 * from, 2 * to), order, to - from, sliceSorter());
  for (const column of columns) {
    gather(column, from, order, to - from, memory);
    column.set(memory.subarray(0, to - from), from);
  }
}

/** Finds each row's place and compares its time with the one ahead of it; returns the first row that has none, -1 where all have. */
function placeRows(
  { times, starts, ends, back, ties }: CountedRows,
  groupOf: Int32Array,
  indices: Int32Array,
  words: Int32Array,
  from: number,
  count: number,
  placed: Int32Array,
): number {
  for (let i = 0; i < count; i++) {
    const g = groupOf[indices[from + i]] ?? -1;
    if (g < 0) return from + i;
    const row = ends[g];
    if (row === starts[g + 1]) return from + i;
    const low = words[2 * (from + i)];
    const high = words[2 * (from + i) + 1];
    ends[g] = row + 1;
    placed[i] = row;
    times[2 * row] = low;
    times[2 * row + 1] = high;
    if (row === starts[g]) continue;
    const highBefore = times[2 * row - 1];
    const lowBefore = times[2 * row - 2];
    if (high < highBefore || (high === highBefore && low >>> 0 < lowBefore >>> 0)) back[g] = back[g] + 1;
    else if (high === highBefore && low === lowBefore) ties[g] = ties[g] + 1;
  }
  return -1;
}

function copyMembers(
  target: Int32Array,
  memberOf: Int32Array,
  indices: Int32Array,
  from: number,
  count: number,
  placed: Int32Array,
): void {
  for (let i = 0; i < count; i++) target[placed[i]] = memberOf[indices[from + i]];
}

function copyValues(target: Float64Array, source: Float64Array, from: number, count: number, placed: Int32Array): void {
  for (let i = 0; i < count; i++) target[placed[i]] = source[from + i];
}

function gather(column: Float64Array, from: number, order: Uint32Array, rows: number, target: Float64Array): void {
  for (let i = 0; i < rows; i++) target[i] = column[from + order[i]];
}
