import type { TaskContext } from "@atc/contract";
import type { DuplicatePolicy } from "./duplicates.ts";
import { placedFiles } from "./placed-files.ts";
import { placedSeries } from "./placed-series.ts";
import type { RowLayout } from "./row-layout.ts";
import { mendSeams } from "./seams.ts";
import { type SeriesEntry, type SettledSeries, settleInOrder } from "./settle-series.ts";
import { type PackedSpans, spansOf } from "./slice-places.ts";
import { createTimeSorter } from "./time-order.ts";

/** A series whose pieces lie in their places. */
export interface UnsettledSeries extends SeriesEntry {
  /** The rows at which pieces start, but for the first. */
  readonly seams: Float64Array;
}

/** Some series to settle. */
export interface SettleTaskInput {
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly series: readonly UnsettledSeries[];
  /** Per series: its places. */
  readonly spans: PackedSpans;
  /** Rows that may be put in order at once. */
  readonly mostRows: number;
}

/** The series that were settled; undefined where one must be written anew: many of its rows lie elsewhere in the end, or some are left out. */
export type SettleTaskOutput = readonly SettledSeries[] | undefined;

/** Puts series in order where they lie, and checks them. */
export function settleBatch(input: SettleTaskInput, context: TaskContext): SettleTaskOutput {
  const { layout, policy, spans, mostRows } = input;
  const settled: SettledSeries[] = [];
  using files = placedFiles(spans.files);
  const tools = { sorter: createTimeSorter(), columns: layout.columns.length, mostRows };
  for (const [s, entry] of input.series.entries()) {
    context.throwIfCancelled();
    const series = placedSeries(files, spansOf(spans, s));
    if (!mendSeams(series, entry.seams, tools)) return undefined;
    const own = settleInOrder(series, entry, layout, policy);
    if (own === undefined) return undefined;
    settled.push(own);
  }
  return settled;
}
