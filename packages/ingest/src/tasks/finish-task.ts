import type { TaskContext } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";
import { datasetFiles } from "../files/dataset-files.ts";
import { type PackedExtents, unpackExtents } from "../files/extents.ts";
import { storedSeries } from "../files/stored-series.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import { createTimeSorter } from "../order/time-order.ts";
import { mergeInPlace } from "../series/merge-in-place.ts";
import type { FinishedSeries, RewriteReason, SourceOrder } from "../series/series-check.ts";
import { checkSortedSeries } from "../series/series-check.ts";

/** A series whose pieces are in their places. */
export interface UnfinishedSeries extends SourceOrder {
  /** The first row of each piece except the first. */
  readonly pieceStarts: Float64Array;
}

/** Some series to finish. */
export interface FinishTaskInput {
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly series: readonly UnfinishedSeries[];
  /** Per series: its places. */
  readonly extents: PackedExtents;
  /** Rows that may be sorted at once. */
  readonly mostRows: number;
}

/** The finished series, or why one of them must be written again. */
export type FinishTaskOutput = readonly FinishedSeries[] | RewriteReason;

/** Sorts series in the files of the dataset, and checks them. */
export function finishBatch(input: FinishTaskInput, context: TaskContext): FinishTaskOutput {
  const { layout, policy, extents, mostRows } = input;
  const finished: FinishedSeries[] = [];
  using files = datasetFiles(extents.files);
  const tools = { sorter: createTimeSorter(), columns: layout.columns.length, mostRows };
  for (const [s, entry] of input.series.entries()) {
    context.throwIfCancelled();
    const series = storedSeries(files, unpackExtents(extents, s));
    if (!mergeInPlace(series, entry.pieceStarts, tools)) return "order";
    const check = checkSortedSeries(series, entry, layout, policy);
    if (typeof check === "string") return check;
    finished.push(check);
  }
  return finished;
}
