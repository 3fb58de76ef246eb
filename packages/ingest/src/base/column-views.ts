import type { SeriesColumns, TypedArray } from "@atc/contract";
import { viewOf } from "@atc/contract";
import type { RowLayout } from "./row-layout.ts";

/** The most bytes of a value, and the alignment of columns. */
const unit = 8;

/** Bytes of the columns of `rows` rows. */
export function columnBytes({ columns }: RowLayout, rows: number): number {
  return unit * rows * (1 + columns.length);
}

/**
 * Views of the columns of `rows` rows in a buffer, from `offset` on: the times, then the others, each with room for 8
 * bytes per row.
 */
export function columnViews(layout: RowLayout, buffer: ArrayBuffer, offset: number, rows: number): SeriesColumns {
  const views = layout.columns.map(({ name, dtype }, c): [string, TypedArray] => [
    name,
    viewOf(dtype, buffer, offset + unit * rows * (c + 1), rows),
  ]);
  // Unlike an assignment, this also works for a column named "__proto__".
  return Object.fromEntries<TypedArray>([["timestamp", new BigInt64Array(buffer, offset, rows)], ...views]);
}
