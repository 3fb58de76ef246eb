import type { MergedPart } from "./merge-part.ts";

/** Merged series, as plain data for another thread: thousands of objects would take longer to send. */
export interface MergedSeries {
  /** Per series: the offset of its columns in the buffer, in bytes. */
  readonly offsets: Float64Array;
  /** Per series: rows. */
  readonly rows: Float64Array;
  /** Per series: the members of {@link DuplicateCounts}. */
  readonly duplicates: Float64Array;
  readonly identical: Float64Array;
  readonly dropped: Float64Array;
}

/** A merged part and the offset of its columns in the buffer, in bytes. */
export type PlacedPart = MergedPart & { readonly offset: number };

export function packMerged(parts: readonly PlacedPart[]): MergedSeries {
  return {
    offsets: Float64Array.from(parts, ({ offset }) => offset),
    rows: Float64Array.from(parts, ({ rows }) => rows),
    duplicates: Float64Array.from(parts, ({ duplicates }) => duplicates.count),
    identical: Float64Array.from(parts, ({ duplicates }) => duplicates.identical),
    dropped: Float64Array.from(parts, ({ duplicates }) => duplicates.dropped),
  };
}

export function unpackMerged({ offsets, rows, duplicates, identical, dropped }: MergedSeries, s: number): PlacedPart {
  return {
    offset: offsets[s],
    rows: rows[s],
    duplicates: { count: duplicates[s], identical: identical[s], dropped: dropped[s] },
  };
}
