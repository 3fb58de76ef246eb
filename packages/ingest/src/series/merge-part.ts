import type { TypedArray } from "@atc/contract";
import { columnViews } from "../base/column-views.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesEntry } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { DuplicateCounts } from "../quality/ingest-report.ts";
import type { PartOrder, PartSorter } from "./part-order.ts";
import { readColumn } from "./plan-series.ts";
import type { SeriesPart } from "./series-parts.ts";

/** A sorted part whose columns are in a buffer. */
export interface MergedPart {
  /** Rows that were kept. */
  readonly rows: number;
  readonly duplicates: DuplicateCounts;
}

/** A part of a series to sort. */
interface PartInput extends SeriesEntry {
  readonly part: SeriesPart;
}

interface MergeTools {
  readonly reader: PieceReader;
  readonly sortPart: PartSorter;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
}

/** Sorts a part and writes its columns to a buffer, from `offset` on. */
export type PartMerger = (tools: MergeTools, input: PartInput, buffer: ArrayBuffer, offset: number) => MergedPart;

/** A merger that keeps one working memory, which starts as `given`. */
export function createPartMerger(given: Float64Array = new Float64Array(0)): PartMerger {
  let memory = given;
  return ({ reader, sortPart, layout, policy }, input, buffer, offset) => {
    const { pieces, part } = input;
    const sorted = sortPart(reader, pieces, part, input, policy);
    const { rows, kept, duplicates } = sorted;
    const columns = columnViews(layout, buffer, offset, kept);
    gatherWords(sorted.times, sorted, wordsOf(columns["timestamp"]));
    if (memory.length < rows) memory = new Float64Array(Math.ceil(1.125 * rows));
    const values = memory.subarray(0, rows);
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * rows);
    const differs = new Uint8Array(duplicates.count);
    for (const [c, { name }] of layout.columns.entries()) {
      const target = columns[name];
      // Rows that keep their order are read straight into their place.
      const direct = sorted.order === undefined && target instanceof Float64Array ? target : undefined;
      readColumn(reader, pieces, { part, column: c + 1 }, direct ?? values);
      if (direct !== undefined && duplicates.count === 0) continue;
      markDifferent(direct === undefined ? words : wordsOf(direct), duplicates.pairs, differs);
      if (target instanceof BigInt64Array) gatherWords(words, sorted, wordsOf(target));
      else if (direct === undefined) gatherNumbers(values, sorted, target);
    }
    let identical = 0;
    for (let i = 0; i < differs.length; i++) identical += 1 - differs[i];
    return { rows: kept, duplicates: { count: duplicates.count, identical, dropped: rows - kept } };
  };
}

/** The 32-bit words of 8-byte values. */
function wordsOf({ buffer, byteOffset, length }: TypedArray): Int32Array {
  return new Int32Array(buffer, byteOffset, 2 * length);
}

/** Marks pairs of rows whose values differ in any bit. */
function markDifferent(words: Int32Array, pairs: Uint32Array, differs: Uint8Array): void {
  for (let i = 0; i < differs.length; i++) {
    const a = 2 * pairs[2 * i];
    const b = 2 * pairs[2 * i + 1];
    if (words[a] !== words[b] || words[a + 1] !== words[b + 1]) differs[i] = 1;
  }
}

function gatherWords(words: Int32Array, { order, kept }: PartOrder, target: Int32Array): void {
  if (order === undefined) {
    target.set(words.subarray(0, 2 * kept));
    return;
  }
  for (let i = 0; i < kept; i++) {
    const row = order[i];
    target[2 * i] = words[2 * row];
    target[2 * i + 1] = words[2 * row + 1];
  }
}

function gatherNumbers(
  values: Float64Array,
  { order, kept }: PartOrder,
  target: Exclude<TypedArray, BigInt64Array>,
): void {
  if (order === undefined) target.set(values.subarray(0, kept));
  else for (let i = 0; i < kept; i++) target[i] = values[order[i]];
}
