import type { TypedArray } from "@atc/contract";
import { columnViews } from "../base/column-views.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesEntry } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import { createIdenticalRows, highSeed, lowSeed, mixWord } from "../quality/identical-rows.ts";
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
    const hashes = pairHashes(duplicates.pairs);
    for (const [c, { name }] of layout.columns.entries()) {
      const target = columns[name];
      // Rows that keep their order are read straight into their place.
      const direct = sorted.order === undefined && target instanceof Float64Array ? target : undefined;
      readColumn(reader, pieces, { part, column: c + 1 }, direct ?? values);
      if (direct !== undefined && duplicates.count === 0) continue;
      addToHashes(direct === undefined ? words : wordsOf(direct), hashes);
      if (target instanceof BigInt64Array) gatherWords(words, sorted, wordsOf(target));
      else if (direct === undefined) gatherNumbers(values, sorted, target);
    }
    return {
      rows: kept,
      duplicates: { count: duplicates.count, identical: countIdentical(hashes), dropped: rows - kept },
    };
  };
}

/** The 32-bit words of 8-byte values. */
function wordsOf({ buffer, byteOffset, length }: TypedArray): Int32Array {
  return new Int32Array(buffer, byteOffset, 2 * length);
}

/** Hashes of rows that share their time with others. */
interface PairHashes {
  /** The rows in order of time: the first row of a time, then those after it. */
  readonly rows: Uint32Array;
  /** Whether a row is the first of its time. */
  readonly isFirst: Uint8Array;
  /** Two words per row. */
  readonly words: Int32Array;
}

/** @param pairs - pairs of a row and the one before it, of equal time, in order of time */
function pairHashes(pairs: Uint32Array): PairHashes {
  const startsTime = (at: number): boolean => at === 0 || pairs[at + 1] !== pairs[at - 2];
  let length = pairs.length / 2;
  for (let at = 0; at < pairs.length; at += 2) if (startsTime(at)) length++;
  const rows = new Uint32Array(length);
  const isFirst = new Uint8Array(length);
  let to = 0;
  for (let at = 0; at < pairs.length; at += 2) {
    if (startsTime(at)) {
      isFirst[to] = 1;
      rows[to++] = pairs[at + 1];
    }
    rows[to++] = pairs[at];
  }
  return { rows, isFirst, words: new Int32Array(2 * length) };
}

/** Adds the values of a column. */
function addToHashes(column: Int32Array, { rows, words }: PairHashes): void {
  for (let i = 0; i < rows.length; i++) {
    const low = column[2 * rows[i]];
    const high = column[2 * rows[i] + 1];
    words[2 * i] = mixWord(words[2 * i], low, high, lowSeed);
    words[2 * i + 1] = mixWord(words[2 * i + 1], low, high, highSeed);
  }
}

/** The rows that equal an earlier row of their time. */
function countIdentical({ rows, isFirst, words }: PairHashes): number {
  const rowsOfTime = createIdenticalRows();
  let identical = 0;
  for (let i = 0; i < rows.length; i++) {
    if (isFirst[i] === 1) rowsOfTime.begin(words[2 * i], words[2 * i + 1]);
    else if (rowsOfTime.repeats(words[2 * i], words[2 * i + 1])) identical++;
  }
  return identical;
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
