import type { TaskContext } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";
import { placedFiles } from "../files/placed-files.ts";
import { placedSeries } from "../files/placed-series.ts";
import { type PackedSpans, spansOf } from "../files/slice-places.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import { createTimeSorter } from "../order/time-order.ts";
import { mendSeams } from "../series/seams.ts";
import { type SeriesEntry, type SettledSeries, settleInOrder } from "../series/settle-series.ts";

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
