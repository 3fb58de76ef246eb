import { crc32 } from "node:zlib";
import type { PlacedRows } from "@atc/contract";
import { timeAt } from "../base/iso-time.ts";
import { partBytes, partColumns } from "../base/part-columns.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { PlacedSeries } from "../files/placed-series.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { SeriesQuality } from "../quality/ingest-report.ts";
import { createQualityCheck } from "../quality/series-quality.ts";
import { type SeriesScale, scaleMeter } from "../quality/series-scale.ts";
import { createTieCounter } from "../quality/tie-counter.ts";

/** Rows that are read at once: their columns stay in the processor's cache. */
const windowRows = 16_384;

/** What is known of a series before its rows are looked at. */
export interface SeriesEntry {
  readonly symbol: string;
  /** Rows whose time is before that of the row ahead of them in the source. */
  readonly back: number;
  /** Rows whose time is that of the row ahead of them in the source. */
  readonly ties: number;
}

/** A series that is as the dataset shall have it. */
export interface SettledSeries {
  readonly quality: SeriesQuality;
  readonly placed: readonly PlacedRows[];
}

/** Where the rows of a series are read, in order. */
type SortedSeries = Omit<PlacedSeries, "write">;

/** The windows of this thread. */
let windows = new ArrayBuffer(0);

/** Checks a series whose rows are in order; undefined where rows of one time must be left out. */
export function settleInOrder(
  series: SortedSeries,
  entry: SeriesEntry,
  layout: RowLayout,
  policy: DuplicatePolicy,
): SettledSeries | undefined {
  const bytes = partBytes(layout, windowRows);
  if (windows.byteLength < bytes) windows = new ArrayBuffer(bytes);
  const measured = measure(series, layout, windows);
  return measured.ties && policy !== "keep-all" ? undefined : check(series, entry, measured, layout, windows);
}

/** Windows of rows that each lie in one span. */
function* windowsOf({ borders }: SortedSeries): Generator<{ readonly from: number; readonly rows: number }> {
  for (let s = 1; s < borders.length; s++)
    for (let from = borders[s - 1]; from < borders[s]; from += windowRows)
      yield { from, rows: Math.min(windowRows, borders[s] - from) };
}

/** What is usual in a series, and whether rows have one time. */
interface Measured {
  readonly scale: SeriesScale;
  readonly ties: boolean;
}

/** Reads times and closes. */
function measure(series: SortedSeries, layout: RowLayout, buffer: ArrayBuffer): Measured {
  const closeColumn = layout.columns.findIndex(({ name }) => name === "close") + 1;
  const meter = scaleMeter(series.rows);
  const times = new Int32Array(buffer, 0, 2 * windowRows);
  const closes = new Float64Array(buffer, 8 * windowRows, windowRows);
  let ties = false;
  let low = 0;
  let high = 0;
  for (const { from, rows } of windowsOf(series)) {
    series.read(0, from, new Uint8Array(buffer, 0, 8 * rows));
    if (closeColumn > 0) series.read(closeColumn, from, new Uint8Array(buffer, 8 * windowRows, 8 * rows));
    ties ||= (from > 0 && times[0] === low && times[1] === high) || hasTies(times, rows);
    low = times[2 * rows - 2];
    high = times[2 * rows - 1];
    meter.push({ times, close: closeColumn > 0 ? closes : undefined, order: undefined, kept: rows });
  }
  return { scale: meter.scale(), ties };
}

function hasTies(times: Int32Array, rows: number): boolean {
  for (let i = 1; i < rows; i++)
    if (times[2 * i] === times[2 * i - 2] && times[2 * i + 1] === times[2 * i - 1]) return true;
  return false;
}

/** Reads all columns for the report and their checksums. */
function check(
  series: SortedSeries,
  { symbol, back, ties }: SeriesEntry,
  measured: Measured,
  layout: RowLayout,
  buffer: ArrayBuffer,
): SettledSeries {
  const width = layout.columns.length + 1;
  const duplicates = { count: 0, identical: 0, dropped: 0 };
  const { unitsPerMs, schema } = layout;
  const { scale } = measured;
  const facts = { symbol, kind: schema.kind, unitsPerMs, rows: series.rows, back, ties, duplicates, scale };
  const quality = createQualityCheck(facts);
  const tied = measured.ties ? createTieCounter(width, duplicates) : undefined;
  const placed: (PlacedRows & { rows: number; lastTime: bigint; readonly crc32: number[] })[] = [];
  for (const { from, rows } of windowsOf(series)) {
    const bytes = Array.from({ length: width }, (_, c) => new Uint8Array(buffer, 8 * rows * c, 8 * rows));
    for (const [c, column] of bytes.entries()) series.read(c, from, column);
    const times = new Int32Array(buffer, 0, 2 * rows);
    const lastTime = timeAt(times, rows - 1);
    if (series.borders.includes(from))
      placed.push({ symbol, row: from, rows: 0, crc32: bytes.map(() => 0), firstTime: timeAt(times, 0), lastTime });
    const extent = placed.at(-1) as (typeof placed)[number];
    for (const [c, column] of bytes.entries()) extent.crc32[c] = crc32(column, extent.crc32[c]);
    extent.rows += rows;
    extent.lastTime = lastTime;
    tied?.push(buffer, rows);
    quality.push({ length: rows, times, columns: partColumns(layout, buffer, 0, rows) });
  }
  return { quality: quality.quality(), placed };
}
