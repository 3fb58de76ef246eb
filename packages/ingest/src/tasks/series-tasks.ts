import type { TaskContext, Transferred } from "@atc/contract";
import { transferred } from "@atc/contract";
import { batches } from "../base/batches.ts";
import { columnBytes } from "../base/column-views.ts";
import type { FetchMemory, PieceReader, Runs } from "../files/piece-reader.ts";
import { mostFetched, pieceReader } from "../files/piece-reader.ts";
import type { PackedSeries, SeriesPieces } from "../files/series-table.ts";
import { unpackSeries } from "../files/series-table.ts";
import { createPartMerger, type PartMerger } from "../series/merge-part.ts";
import { type MergedSeries, packMerged } from "../series/merged-series.ts";
import { createPartSorter, type PartSorter } from "../series/part-order.ts";
import type { PlanSettings, TimeConflict } from "../series/plan-series.ts";
import { planSeries } from "../series/plan-series.ts";
import { type SeriesPart, wholeSeries } from "../series/series-parts.ts";
import { takeMemory } from "../slices/slice-memory.ts";

/** Neighbouring series to plan. */
export interface PlanTaskInput extends PlanSettings {
  readonly runs: Runs;
  readonly series: PackedSeries;
}

/** The plans of neighbouring series. */
export interface PlanTaskOutput {
  /** Per series: rows that are kept. */
  readonly rows: Float64Array;
  /** Per series: its scale, NaN for what is undefined. */
  readonly intervals: Float64Array;
  readonly moves: Float64Array;
  /** The parts of series that have more than one, by the number of the series. */
  readonly parts: ReadonlyMap<number, readonly SeriesPart[]>;
  /** The first series with equal times under the policy `error`. */
  readonly conflict: (TimeConflict & { readonly series: number }) | undefined;
}

/** Neighbouring series to merge, or a part of one series. */
export interface MergeTaskInput extends Pick<PlanSettings, "layout" | "policy"> {
  readonly runs: Runs;
  readonly series: PackedSeries;
  /** The part of the only series; undefined for all rows. */
  readonly part: SeriesPart | undefined;
  /** Bytes that the columns take at most. */
  readonly bytes: number;
  /** Memory for the columns, used if it is large enough. */
  readonly buffer: ArrayBuffer | undefined;
}

/** Series sorted by time. */
export interface MergeTaskOutput {
  readonly merged: MergedSeries;
  /** The columns of all series. */
  readonly buffer: ArrayBuffer;
}

/** The working memory of this thread. */
interface SeriesTools {
  readonly sortPart: PartSorter;
  readonly merge: PartMerger;
  readonly fetched: FetchMemory;
}

/** The share of a slice's memory that a merge mostly needs for values. */
const mergeShare = 0.2;

let tools: SeriesTools | undefined;

/**
 * The tools of this thread. They take over the memory of its slices: freed memory would wait for the garbage collector.
 */
function toolsHere(): SeriesTools {
  const free = takeMemory();
  if (tools !== undefined && free === undefined) return tools;
  const values = free?.values ?? new Float64Array(0);
  const share = Math.floor(mergeShare * values.length);
  const bytes = new Uint8Array(values.buffer, 8 * share);
  tools = {
    sortPart: createPartSorter(free?.times),
    merge: createPartMerger(values.subarray(0, share)),
    fetched: { bytes },
  };
  return tools;
}

/** Releases the working memory of this thread. */
export function releaseTools(): void {
  takeMemory();
  tools = undefined;
}

/** Calls `use` for each of some neighbouring series. The pieces of short series are fetched together. */
function inBatches<Item extends { readonly rows: number; readonly pieces: SeriesPieces }, Result>(
  items: readonly Item[],
  rowBytes: number,
  reader: PieceReader,
  use: (item: Item) => Result,
): Result[] {
  const results: Result[] = [];
  for (const { from, to } of batches(items.length, (i) => items[i].rows, mostFetched / rowBytes)) {
    const batch = items.slice(from, to);
    reader.fetch(
      batch.map(({ pieces }) => pieces),
      rowBytes,
    );
    for (const item of batch) results.push(use(item));
  }
  return results;
}

/** Plans series. */
export function planBatch(input: PlanTaskInput, context: TaskContext): PlanTaskOutput {
  const { sortPart, fetched } = toolsHere();
  using reader = pieceReader(input.runs, fetched);
  const planned = inBatches(unpackSeries(input.series), input.layout.rowBytes, reader, (entry) => {
    context.throwIfCancelled();
    return planSeries(reader, entry, sortPart, input);
  });
  const parts = new Map<number, readonly SeriesPart[]>();
  for (const [s, { parts: own }] of planned.entries()) if (own !== undefined) parts.set(s, own);
  const first = planned.findIndex(({ conflict }) => conflict !== undefined);
  const conflict = planned[first]?.conflict;
  return {
    rows: Float64Array.from(planned, ({ rows }) => rows),
    intervals: Float64Array.from(planned, ({ scale }) => scale.interval ?? Number.NaN),
    moves: Float64Array.from(planned, ({ scale }) => scale.move ?? Number.NaN),
    parts,
    conflict: conflict && { ...conflict, series: first },
  };
}

/** Merges series, or a part of one. */
export function mergeBatch(input: MergeTaskInput, context: TaskContext): Transferred<MergeTaskOutput> {
  const { layout, policy, bytes, part } = input;
  const given = input.buffer;
  const buffer = given !== undefined && given.byteLength >= bytes ? given : new ArrayBuffer(bytes);
  const { sortPart, merge, fetched } = toolsHere();
  using reader = pieceReader(input.runs, fetched);
  let next = 0;
  const parts = inBatches(unpackSeries(input.series), layout.rowBytes, reader, (entry) => {
    context.throwIfCancelled();
    const offset = next;
    const own = { ...entry, part: part ?? wholeSeries(entry.pieces) };
    const merged = merge({ reader, sortPart, layout, policy }, own, buffer, offset);
    next += columnBytes(layout, merged.rows);
    return { ...merged, offset };
  });
  return transferred({ merged: packMerged(parts), buffer }, [buffer]);
}
