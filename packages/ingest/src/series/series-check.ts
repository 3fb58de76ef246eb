import { crc32 } from "node:zlib";
import type { PlacedRows } from "@atc/contract";
import { columnBytes, columnViews } from "../base/column-views.ts";
import { timeAt } from "../base/iso-time.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { StoredSeries } from "../files/stored-series.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import { timesOfDay } from "../order/times-of-day.ts";
import { createEqualTimeCounter } from "../quality/equal-time-counter.ts";
import { type CheckedSeries, createQualityCheck } from "../quality/series-quality.ts";
import { type SeriesScale, scaleMeter } from "../quality/series-scale.ts";

/** Rows that are read at once, so that their columns stay in the processor's cache. */
const blockRows = 16_384;

/** The order of a symbol's rows in the source. */
export interface SourceOrder {
  readonly symbol: string;
  /** Rows whose time is before that of the symbol's previous row. */
  readonly unsorted: number;
  /** Rows whose time is that of the symbol's previous row. */
  readonly equalTimes: number;
}

/** A series whose rows are in their final places. */
export interface FinishedSeries {
  readonly checked: CheckedSeries;
  /** Times that are not a UTC midnight, counted only if the source says that they are dates. */
  readonly timesOfDay: number;
  /** Its rows per extent, for the layout of the dataset. */
  readonly placed: readonly PlacedRows[];
}

/**
 * Why placed rows must be written again: bad rows left `holes`, many rows are far out of `order`, or rows of one time
 * are dropped (`duplicates`).
 */
export type RewriteReason = "holes" | "order" | "duplicates";

export type SeriesCheck = FinishedSeries | RewriteReason;

/** A series that is read in order of time. */
export type SortedSeries = Omit<StoredSeries, "write">;

/** The memory of this thread for the columns of a block. */
let memory = new ArrayBuffer(0);

/** Checks a series for the report, and computes its checksums. */
export function checkSortedSeries(
  series: SortedSeries,
  order: SourceOrder,
  layout: RowLayout,
  policy: DuplicatePolicy,
): SeriesCheck {
  const bytes = columnBytes(layout, blockRows);
  if (memory.byteLength < bytes) memory = new ArrayBuffer(bytes);
  const measured = measure(series, layout, memory);
  if (measured.hasEqualTimes && policy !== "keep-all") return "duplicates";
  return check(series, order, measured, layout, memory);
}

/** Blocks of rows, none of which crosses the border of an extent. */
function* blocksOf({ borders }: SortedSeries): Generator<{ readonly from: number; readonly rows: number }> {
  for (let e = 1; e < borders.length; e++)
    for (let from = borders[e - 1]; from < borders[e]; from += blockRows)
      yield { from, rows: Math.min(blockRows, borders[e] - from) };
}

interface Measured {
  readonly scale: SeriesScale;
  readonly hasEqualTimes: boolean;
}

/** Reads times and closes. */
function measure(series: SortedSeries, layout: RowLayout, buffer: ArrayBuffer): Measured {
  const closeColumn = layout.columns.findIndex(({ name }) => name === "close") + 1;
  const meter = scaleMeter(series.rows);
  const times = new Int32Array(buffer, 0, 2 * blockRows);
  const closes = new Float64Array(buffer, 8 * blockRows, blockRows);
  let hasEqualTimes = false;
  let low = 0;
  let high = 0;
  for (const { from, rows } of blocksOf(series)) {
    series.read(0, from, new Uint8Array(buffer, 0, 8 * rows));
    if (closeColumn > 0) series.read(closeColumn, from, new Uint8Array(buffer, 8 * blockRows, 8 * rows));
    hasEqualTimes ||= (from > 0 && times[0] === low && times[1] === high) || hasEqualNeighbours(times, rows);
    low = times[2 * rows - 2];
    high = times[2 * rows - 1];
    meter.push({ times, close: closeColumn > 0 ? closes : undefined, order: undefined, kept: rows });
  }
  return { scale: meter.scale(), hasEqualTimes };
}

function hasEqualNeighbours(times: Int32Array, rows: number): boolean {
  for (let i = 1; i < rows; i++)
    if (times[2 * i] === times[2 * i - 2] && times[2 * i + 1] === times[2 * i - 1]) return true;
  return false;
}

/** Reads all columns. */
function check(
  series: SortedSeries,
  { symbol, unsorted, equalTimes }: SourceOrder,
  measured: Measured,
  layout: RowLayout,
  buffer: ArrayBuffer,
): FinishedSeries {
  const width = layout.columns.length + 1;
  const duplicates = { count: 0, identical: 0, dropped: 0 };
  const { unitsPerMs, schema } = layout;
  const { scale } = measured;
  const { rows: all } = series;
  const facts = { symbol, kind: schema.kind, unitsPerMs, rows: all, unsorted, equalTimes, duplicates, scale };
  const quality = createQualityCheck(facts);
  const equalTimeCounter = measured.hasEqualTimes ? createEqualTimeCounter(width, duplicates) : undefined;
  let offMidnight = 0;
  const placed: (PlacedRows & { rows: number; lastTime: bigint; readonly crc32: number[] })[] = [];
  for (const { from, rows } of blocksOf(series)) {
    const bytes = Array.from({ length: width }, (_, c) => new Uint8Array(buffer, 8 * rows * c, 8 * rows));
    for (const [c, column] of bytes.entries()) series.read(c, from, column);
    const times = new Int32Array(buffer, 0, 2 * rows);
    const lastTime = timeAt(times, rows - 1);
    if (series.borders.includes(from))
      placed.push({ symbol, row: from, rows: 0, crc32: bytes.map(() => 0), firstTime: timeAt(times, 0), lastTime });
    const extent = placed[placed.length - 1];
    for (const [c, column] of bytes.entries()) extent.crc32[c] = crc32(column, extent.crc32[c]);
    extent.rows += rows;
    extent.lastTime = lastTime;
    equalTimeCounter?.push(buffer, rows);
    offMidnight += timesOfDay(layout, times, rows);
    quality.push({ length: rows, times, columns: columnViews(layout, buffer, 0, rows) });
  }
  return { checked: quality.finish(), timesOfDay: offMidnight, placed };
}
