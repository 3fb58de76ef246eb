import type { TypedArray } from "@atc/contract";
import { partColumns } from "../base/part-columns.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesEntry } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { Arrangement, Arranger, PieceRanges } from "./arrangement.ts";
import { readColumn } from "./plan-series.ts";

/** Rows of one symbol and time in a part. */
interface PartDuplicates {
  /** Rows whose time a row ahead of them has too. */
  readonly count: number;
  /** Of these, rows equal to the row just ahead of them in every column. */
  readonly identical: number;
  /** Rows left out. */
  readonly dropped: number;
}

/** A part whose columns were written to a buffer. */
export interface MergedPart {
  /** Its rows. */
  readonly rows: number;
  readonly duplicates: PartDuplicates;
}

/** A part to put in order. */
interface PartInput extends SeriesEntry {
  readonly ranges: PieceRanges;
}

/** What parts are put in order with. */
interface MergeTools {
  readonly reader: PieceReader;
  readonly arrange: Arranger;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
}

/** Merges parts with one working memory. */
export type PartMerger = (tools: MergeTools, part: PartInput, buffer: ArrayBuffer, offset: number) => MergedPart;

/** Makes a merger, which starts with the memory that it is given. */
export function createPartMerger(given: Float64Array = new Float64Array(0)): PartMerger {
  let memory = given;
  return ({ reader, arrange, layout, policy }, part, buffer, offset) => {
    const arranged = arrange(reader, part.pieces, part.ranges, part, policy);
    const { rows, kept, duplicates } = arranged;
    const columns = partColumns(layout, buffer, offset, kept);
    gatherWords(arranged.times, arranged, wordsOf(columns["timestamp"] as BigInt64Array));
    if (memory.length < rows) memory = new Float64Array(Math.ceil(1.125 * rows));
    const values = memory.subarray(0, rows);
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * rows);
    const differs = new Uint8Array(duplicates.count);
    for (const [c, { name, dtype }] of layout.columns.entries()) {
      const target = columns[name] as TypedArray;
      // Nothing moves: the rows are read into their place.
      const isDirect = arranged.order === undefined && dtype === "float64";
      readColumn(reader, part, part.ranges, rows, c + 1, isDirect ? (target as Float64Array) : values);
      if (isDirect && duplicates.count === 0) continue;
      const read = isDirect ? wordsOf(target as Float64Array) : words;
      markDifferent(read, duplicates.pairs, differs);
      if (target instanceof BigInt64Array) gatherWords(words, arranged, wordsOf(target));
      else if (!isDirect) gatherNumbers(values, arranged, target);
    }
    let identical = 0;
    for (let i = 0; i < differs.length; i++) identical += 1 - differs[i];
    return {
      rows: kept,
      duplicates: { count: duplicates.count, identical, dropped: rows - kept },
    };
  };
}

function wordsOf({ buffer, byteOffset, length }: BigInt64Array | Float64Array): Int32Array {
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

function gatherWords(words: Int32Array, { order, kept }: Arrangement, target: Int32Array): void {
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
  { order, kept }: Arrangement,
  target: Exclude<TypedArray, BigInt64Array>,
): void {
  if (order === undefined) target.set(values.subarray(0, kept));
  else for (let i = 0; i < kept; i++) target[i] = values[order[i]];
}
