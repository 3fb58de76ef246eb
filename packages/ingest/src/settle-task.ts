import { crc32 } from "node:zlib";
import type { PlacedRows, TaskContext } from "@atc/contract";
import type { DuplicatePolicy } from "./duplicates.ts";
import type { SeriesQuality } from "./ingest-report.ts";
import { timeAt } from "./iso-time.ts";
import { partBytes, partColumns } from "./part-columns.ts";
import { type PlacedFile, placedFiles } from "./placed-files.ts";
import { type PlacedSeries, placedSeries } from "./placed-series.ts";
import type { RowLayout } from "./row-layout.ts";
import { mendSeams } from "./seams.ts";
import { createQualityCheck } from "./series-quality.ts";
import { type SeriesScale, scaleMeter } from "./series-scale.ts";
import type { Span } from "./slice-places.ts";
import { createTieCounter } from "./tie-counter.ts";
import { createTimeSorter } from "./time-order.ts";

/** Rows that are read at once: their columns stay in the processor's cache. */
const windowRows = 16_384;

/** A series whose pieces lie in their places. */
export interface UnsettledSeries {
  readonly symbol: string;
  /** Rows whose time is before that of the row ahead of them in the source. */
  readonly back: number;
  /** Rows whose time is that of the row ahead of them in the source. */
  readonly ties: number;
  readonly spans: readonly Span[];
  /** The rows at which pieces start, but for the first. */
  readonly seams: readonly number[];
}

/** Some series to settle. */
export interface SettleTaskInput {
  readonly files: readonly PlacedFile[];
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly series: readonly UnsettledSeries[];
  /** Rows that may be put in order at once. */
  readonly mostRows: number;
}

/** A series that is as the dataset shall have it. */
export interface SettledSeries {
  readonly quality: SeriesQuality;
  readonly placed: readonly PlacedRows[];
}

/** The series that were settled; undefined where one must be written anew: many of its rows lie elsewhere in the end, or some are left out. */
export type SettleTaskOutput = readonly SettledSeries[] | undefined;

/** Settles series. */
export function settleBatch(input: SettleTaskInput, context: TaskContext): SettleTaskOutput {
  const { layout, mostRows } = input;
  const settled: SettledSeries[] = [];
  using files = placedFiles(input.files);
  const tools = { sorter: createTimeSorter(), columns: layout.columns.length, mostRows };
  const buffer = new ArrayBuffer(partBytes(layout, windowRows));
  for (const entry of input.series) {
    context.throwIfCancelled();
    const series = placedSeries(files, entry.spans);
    if (!mendSeams(series, entry.seams, tools)) return undefined;
    const scale = measure(series, layout, buffer);
    if (scale.ties && input.policy !== "keep-all") return undefined;
    settled.push(check(series, entry, scale, layout, buffer));
  }
  return settled;
}

/** Windows of rows that each lie in one span. */
function* windowsOf({ borders }: PlacedSeries): Generator<{ readonly from: number; readonly rows: number }> {
  for (let s = 1; s < borders.length; s++)
    for (let from = borders[s - 1] as number; from < (borders[s] as number); from += windowRows)
      yield { from, rows: Math.min(windowRows, (borders[s] as number) - from) };
}

/** Reads times and closes for what is usual in the series, and whether rows have one time. */
function measure(
  series: PlacedSeries,
  layout: RowLayout,
  buffer: ArrayBuffer,
): { readonly scale: SeriesScale; readonly ties: boolean } {
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
    low = times[2 * rows - 2] as number;
    high = times[2 * rows - 1] as number;
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
  series: PlacedSeries,
  { symbol, back, ties }: UnsettledSeries,
  { scale, ties: hasEqual }: { readonly scale: SeriesScale; readonly ties: boolean },
  layout: RowLayout,
  buffer: ArrayBuffer,
): SettledSeries {
  const width = layout.columns.length + 1;
  const duplicates = { count: 0, identical: 0, dropped: 0 };
  const { unitsPerMs, schema } = layout;
  const facts = { symbol, kind: schema.kind, unitsPerMs, rows: series.rows, back, ties, duplicates, scale };
  const quality = createQualityCheck(facts);
  const tied = hasEqual ? createTieCounter(width, duplicates) : undefined;
  const placed: (PlacedRows & { rows: number; lastTime: bigint; readonly crc32: number[] })[] = [];
  for (const { from, rows } of windowsOf(series)) {
    const bytes = Array.from({ length: width }, (_, c) => new Uint8Array(buffer, 8 * rows * c, 8 * rows));
    for (const [c, column] of bytes.entries()) series.read(c, from, column);
    const times = new Int32Array(buffer, 0, 2 * rows);
    const firstTime = timeAt(times, 0);
    const lastTime = timeAt(times, rows - 1);
    if (series.borders.includes(from))
      placed.push({ symbol, row: from, rows: 0, crc32: bytes.map(() => 0), firstTime, lastTime });
    const extent = placed.at(-1) as (typeof placed)[number];
    for (const [c, column] of bytes.entries()) extent.crc32[c] = crc32(column, extent.crc32[c]);
    extent.rows += rows;
    extent.lastTime = lastTime;
    tied?.push(buffer, rows);
    quality.push({ length: rows, times, columns: partColumns(layout, buffer, 0, rows) });
  }
  return { quality: quality.quality(), placed };
}
