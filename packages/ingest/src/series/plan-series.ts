import { timeAt } from "../base/iso-time.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesEntry, SeriesPieces } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { SeriesScale } from "../quality/series-scale.ts";
import { scaleMeter } from "../quality/series-scale.ts";
import type { PartOrder, PartSorter } from "./part-order.ts";
import type { SeriesPart } from "./series-parts.ts";
import { cutPart, sampledParts, timeReader } from "./series-parts.ts";

/** What must be known of a series before its rows are written. */
export interface PlannedSeries {
  /** Rows that are kept. */
  readonly rows: number;
  /** Its parts in order of time, to be sorted one by one; undefined for a single part. */
  readonly parts: readonly SeriesPart[] | undefined;
  readonly scale: SeriesScale;
  /** Equal times under the policy `error`; undefined if there are none. */
  readonly conflict: TimeConflict | undefined;
}

/** Rows of one symbol and time, which the policy `error` forbids. */
export interface TimeConflict {
  /** The earliest such time. */
  readonly time: bigint;
  /** Rows with the time of a row before them. */
  readonly count: number;
}

/** How series are planned. */
export interface PlanSettings {
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  /** Rows that are sorted at once. */
  readonly partRows: number;
}

/** Reads the times and closes of a series, counts the rows to keep, and cuts it into parts. */
export function planSeries(
  reader: PieceReader,
  entry: SeriesEntry,
  sortPart: PartSorter,
  { layout, policy, partRows }: PlanSettings,
): PlannedSeries {
  const { pieces } = entry;
  const coarseParts = sampledParts(reader, pieces, entry.rows, 2 * partRows);
  const closeColumn = layout.columns.findIndex(({ name, dtype }) => name === "close" && dtype !== "int64");
  const parts: SeriesPart[] = [];
  let rows = 0;
  let equal = 0;
  let firstEqual: bigint | undefined;
  let last: PartOrder | undefined;
  for (const part of coarseParts) {
    const sorted = sortPart(reader, pieces, part, entry, policy);
    const { order, duplicates, kept } = sorted;
    rows += kept;
    equal += duplicates.count;
    if (duplicates.count > 0) firstEqual ??= timeAt(sorted.times, order?.[duplicates.first] ?? duplicates.first);
    parts.push(...splitPart(reader, pieces, part, sorted, partRows));
    last = sorted;
  }
  const meter = scaleMeter(rows);
  for (const part of coarseParts) {
    // The times of a single part are still there.
    const sorted =
      coarseParts.length === 1 && last !== undefined ? last : sortPart(reader, pieces, part, entry, policy);
    const close =
      closeColumn < 0
        ? undefined
        : readColumn(reader, pieces, { part, column: closeColumn + 1 }, new Float64Array(sorted.rows));
    meter.push({ times: sorted.times, close, order: sorted.order, kept: sorted.kept });
  }
  const conflict = policy === "error" && firstEqual !== undefined ? { time: firstEqual, count: equal } : undefined;
  return { rows, parts: parts.length === 1 ? undefined : parts, scale: meter.scale(), conflict };
}

/** Cuts a part into parts of at most `partRows` rows, except for rows of one time. */
function splitPart(
  reader: PieceReader,
  pieces: SeriesPieces,
  part: SeriesPart,
  { times, order, kept }: PartOrder,
  partRows: number,
): SeriesPart[] {
  if (kept <= partRows) return [part];
  const count = Math.ceil(kept / partRows);
  const cuts: bigint[] = [];
  for (let cut = 1; cut < count; cut++) {
    const place = Math.floor((cut * kept) / count);
    const time = timeAt(times, order === undefined ? place : order[place]);
    if (cuts.length === 0 || time > cuts[cuts.length - 1]) cuts.push(time);
  }
  return cutPart(timeReader(reader, pieces), part, cuts);
}

/** Fills `target` with a column of the rows of a part, in the order of the pieces. */
export function readColumn(
  reader: PieceReader,
  pieces: SeriesPieces,
  { part: { from, to }, column }: { readonly part: SeriesPart; readonly column: number },
  target: Float64Array,
): Float64Array {
  const words = new Int32Array(target.buffer, target.byteOffset, 2 * target.length);
  let at = 0;
  for (let p = 0; p < from.length; p++) {
    const count = to[p] - from[p];
    if (count === 0) continue;
    reader.read(pieces, { piece: p, column, from: from[p], to: to[p] }, words, at);
    at += count;
  }
  return target;
}
