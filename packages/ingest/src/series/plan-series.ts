import { timeAt } from "../base/iso-time.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesEntry } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { SeriesScale } from "../quality/series-scale.ts";
import { scaleMeter } from "../quality/series-scale.ts";
import type { Arrangement, Arranger, PieceRanges } from "./arrangement.ts";
import { cutRanges, sampledParts, timeReader } from "./series-parts.ts";

/** What must be known of a series before its rows are written. */
export interface PlannedSeries {
  /** Rows that are kept. */
  readonly rows: number;
  /** Its rows in parts of ascending times that are each put in order by themselves; undefined where it is one part. */
  readonly parts: readonly PieceRanges[] | undefined;
  readonly scale: SeriesScale;
  /** Under the policy `error`, where there are any. */
  readonly equalTimes: EqualTimes | undefined;
}

/** Rows of one symbol and time where none are allowed. */
export interface EqualTimes {
  /** The earliest such time. */
  readonly time: bigint;
  /** How many rows have the time of a row ahead of them. */
  readonly count: number;
}

/** How series are planned. */
export interface PlanSettings {
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  /** Rows that are put in order at once. */
  readonly partRows: number;
}

/** Reads the times and closes of a series, and tells what to make of it. */
export function planSeries(
  reader: PieceReader,
  entry: SeriesEntry,
  arrange: Arranger,
  { layout, policy, partRows }: PlanSettings,
): PlannedSeries {
  const windows = sampledParts(reader, entry.pieces, entry.rows, 2 * partRows);
  const closeColumn = layout.columns.findIndex(({ name, dtype }) => name === "close" && dtype !== "int64");
  const parts: PieceRanges[] = [];
  let rows = 0;
  let equal = 0;
  let firstEqual: bigint | undefined;
  let last: { readonly window: PieceRanges; readonly arranged: Arrangement } | undefined;
  for (const window of windows) {
    const arranged = arrange(reader, entry.pieces, window, entry, policy);
    const { order, duplicates, kept } = arranged;
    rows += kept;
    equal += duplicates.count;
    if (duplicates.count > 0) firstEqual ??= timeAt(arranged.times, order?.[duplicates.first] ?? duplicates.first);
    parts.push(...splitWindow(reader, entry, window, arranged, partRows));
    last = { window, arranged };
  }
  const meter = scaleMeter(rows);
  for (const window of windows) {
    // The times of a single window are still there.
    const arranged =
      windows.length === 1 && last !== undefined ? last.arranged : arrange(reader, entry.pieces, window, entry, policy);
    const close = closeColumn < 0 ? undefined : readColumn(reader, entry, window, arranged.rows, closeColumn + 1);
    meter.push({ times: arranged.times, close, order: arranged.order, kept: arranged.kept });
  }
  const equalTimes = policy === "error" && firstEqual !== undefined ? { time: firstEqual, count: equal } : undefined;
  return { rows, parts: parts.length === 1 ? undefined : parts, scale: meter.scale(), equalTimes };
}

/** Parts of a window of at most `partRows` rows, but for rows of one time. */
function splitWindow(
  reader: PieceReader,
  { pieces }: Pick<SeriesEntry, "pieces">,
  window: PieceRanges,
  { times, order, kept }: Arrangement,
  partRows: number,
): PieceRanges[] {
  if (kept <= partRows) return [window];
  const count = Math.ceil(kept / partRows);
  const cuts: bigint[] = [];
  for (let part = 1; part < count; part++) {
    const place = Math.floor((part * kept) / count);
    const time = timeAt(times, order === undefined ? place : order[place]);
    if (cuts.length === 0 || time > (cuts.at(-1) as bigint)) cuts.push(time);
  }
  return cutRanges(timeReader(reader, pieces), window, cuts);
}

/** A column of the rows of a window, in the order of the pieces. */
export function readColumn(
  reader: PieceReader,
  { pieces }: Pick<SeriesEntry, "pieces">,
  { from, to }: PieceRanges,
  rows: number,
  column: number,
  target: Float64Array = new Float64Array(rows),
): Float64Array {
  const words = new Int32Array(target.buffer, target.byteOffset, 2 * rows);
  let at = 0;
  for (let p = 0; p < from.length; p++) {
    const count = to[p] - from[p];
    if (count === 0) continue;
    reader.read(pieces, p, column, from[p], to[p], words, at);
    at += count;
  }
  return target;
}
