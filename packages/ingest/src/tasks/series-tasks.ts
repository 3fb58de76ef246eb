import type { TaskContext, Transferred } from "@atc/contract";
import { transferred } from "@atc/contract";
import { batches } from "../base/batches.ts";
import { partBytes } from "../base/part-columns.ts";
import type { FetchMemory, PieceReader, Runs } from "../files/piece-reader.ts";
import { mostFetched, pieceReader } from "../files/piece-reader.ts";
import type { PackedSeries, SeriesPieces } from "../files/series-table.ts";
import { unpackSeries } from "../files/series-table.ts";
import { type Arranger, createArranger, type PieceRanges } from "../series/arrangement.ts";
import { createPartMerger, type PartMerger } from "../series/merge-part.ts";
import type { EqualTimes, PlanSettings } from "../series/plan-series.ts";
import { planSeries } from "../series/plan-series.ts";
import { wholeRanges } from "../series/series-parts.ts";
import { takeMemory } from "../slices/slice-memory.ts";

/** Some neighbouring series to plan. */
export interface PlanTaskInput extends PlanSettings {
  readonly runs: Runs;
  readonly series: PackedSeries;
}

/** What to make of neighbouring series. */
export interface PlanTaskOutput {
  /** Per series: the rows that are kept. */
  readonly rows: Float64Array;
  /** Per series: its scale, NaN for what is undefined. */
  readonly intervals: Float64Array;
  readonly moves: Float64Array;
  /** The parts of series that have more than one, by their place. */
  readonly parts: ReadonlyMap<number, readonly PieceRanges[]>;
  /** The first series that has equal times where the policy is `error`. */
  readonly equalTimes: (EqualTimes & { readonly series: number }) | undefined;
}

/** Some neighbouring series to put in order, or a part of one. */
export interface MergeTaskInput extends Pick<PlanSettings, "layout" | "policy"> {
  readonly runs: Runs;
  readonly series: PackedSeries;
  /** The part of the only series; undefined for all rows. */
  readonly ranges: PieceRanges | undefined;
  /** Bytes that the columns take at most. */
  readonly bytes: number;
  /** Memory for them, used where it is large enough. */
  readonly buffer: ArrayBuffer | undefined;
}

/** Series in order. */
export interface MergeTaskOutput {
  /** Per series: where its columns start in the buffer, its rows; equal times, identical rows, rows left out. */
  readonly merged: Float64Array;
  /** The columns. */
  readonly buffer: ArrayBuffer;
}

/** The working memory of this thread. */
interface SeriesTools {
  readonly arrange: Arranger;
  readonly merge: PartMerger;
  readonly fetched: FetchMemory;
}

/** Values that a merge of a part mostly needs, of the memory that slices have used. */
const mergeShare = 0.2;

let tools: SeriesTools | undefined;

/** The tools of this thread, in the memory that its slices used: freed memory would wait for the garbage collector. */
function toolsHere(): SeriesTools {
  const free = takeMemory();
  if (tools !== undefined && free === undefined) return tools;
  const values = free?.values ?? new Float64Array(0);
  const share = Math.floor(mergeShare * values.length);
  const bytes = new Uint8Array(values.buffer, 8 * share);
  tools = {
    arrange: createArranger(free?.times),
    merge: createPartMerger(values.subarray(0, share)),
    fetched: { bytes },
  };
  return tools;
}

/** Lets go of the working memory of this thread. */
export function releaseTools(): void {
  takeMemory();
  tools = undefined;
}

/** Goes through neighbouring series; those that are short are read together. */
function inGroups<Item extends { readonly rows: number; readonly pieces: SeriesPieces }, Result>(
  items: readonly Item[],
  rowBytes: number,
  reader: PieceReader,
  use: (item: Item) => Result,
): Result[] {
  const results: Result[] = [];
  for (const { from, to } of batches(items.length, (i) => (items[i] as Item).rows, mostFetched / rowBytes)) {
    const group = items.slice(from, to);
    reader.fetch(
      group.map(({ pieces }) => pieces),
      rowBytes,
    );
    for (const item of group) results.push(use(item));
  }
  return results;
}

/** Plans series. */
export function planBatch(input: PlanTaskInput, context: TaskContext): PlanTaskOutput {
  const { arrange, fetched } = toolsHere();
  using reader = pieceReader(input.runs, fetched);
  const planned = inGroups(unpackSeries(input.series), input.layout.rowBytes, reader, (entry) => {
    context.throwIfCancelled();
    return planSeries(reader, entry, arrange, input);
  });
  const parts = new Map<number, readonly PieceRanges[]>();
  for (const [s, { parts: own }] of planned.entries()) if (own !== undefined) parts.set(s, own);
  const unequal = planned.findIndex(({ equalTimes }) => equalTimes !== undefined);
  const equalTimes = planned[unequal]?.equalTimes;
  return {
    rows: Float64Array.from(planned, ({ rows }) => rows),
    intervals: Float64Array.from(planned, ({ scale }) => scale.interval ?? Number.NaN),
    moves: Float64Array.from(planned, ({ scale }) => scale.move ?? Number.NaN),
    parts,
    equalTimes: equalTimes && { ...equalTimes, series: unequal },
  };
}

/** Puts series, or a part of one, in order. */
export function mergeBatch(input: MergeTaskInput, context: TaskContext): Transferred<MergeTaskOutput> {
  const { layout, policy, bytes, ranges } = input;
  const given = input.buffer;
  const buffer = given !== undefined && given.byteLength >= bytes ? given : new ArrayBuffer(bytes);
  const { arrange, merge, fetched } = toolsHere();
  using reader = pieceReader(input.runs, fetched);
  let offset = 0;
  const parts = inGroups(unpackSeries(input.series), layout.rowBytes, reader, (entry) => {
    context.throwIfCancelled();
    const part = { ...entry, ranges: ranges ?? wholeRanges(entry.pieces) };
    const merged = merge({ reader, arrange, layout, policy }, part, buffer, offset);
    const at = offset;
    offset += partBytes(layout, merged.rows);
    return [at, merged.rows, merged.duplicates.count, merged.duplicates.identical, merged.duplicates.dropped];
  });
  return transferred({ merged: Float64Array.from(parts.flat()), buffer }, [buffer]);
}
