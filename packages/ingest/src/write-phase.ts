import type { DatasetWriter } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { DuplicatePolicy } from "./duplicates.ts";
import type { SeriesQuality } from "./ingest-report.ts";
import { timeAt } from "./iso-time.ts";
import type { Pace } from "./pace.ts";
import type { RowBuffer } from "./row-buffer.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SeriesCounts } from "./scatter.ts";
import type { SeriesOrderer } from "./series-order.ts";
import type { PlannedSeries } from "./series-plan.ts";
import { createQualityCheck } from "./series-quality.ts";
import { createScaleMeter } from "./series-scale.ts";
import { createSlicer } from "./series-slices.ts";

const mostSliceRows = 65_536;

/** What the writing works on. */
export interface WritePhase {
  readonly layout: RowLayout;
  readonly buffer: RowBuffer;
  readonly counts: SeriesCounts;
  readonly orderer: SeriesOrderer;
  readonly policy: DuplicatePolicy;
  readonly pace: Pace;
}

/** What the writing found. */
export interface Written {
  readonly series: readonly SeriesQuality[];
  /** The earliest time of all, in the unit of the schema's `timestamp`. */
  readonly first: bigint;
  /** The latest. */
  readonly last: bigint;
}

/** Writes the planned series one after another, each sorted and checked on the way. */
export async function writeSeries(
  writer: DatasetWriter,
  planned: readonly PlannedSeries[],
  phase: WritePhase,
): Promise<Written> {
  const { pace } = phase;
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  const longest = planned.reduce((most, { rows }) => Math.max(most, rows), 0);
  const tools = { slicer: createSlicer(phase.layout, Math.min(longest, mostSliceRows)), scaleOf: createScaleMeter() };
  const found: SeriesQuality[] = [];
  const ends: bigint[] = [];
  let done = 0;
  pace.milestone({ phase: "writing", done, total, unit: "rows" });
  for (const series of planned) {
    const before = done;
    const onWritten = (rows: number): void => {
      done = before + rows;
      pace.progress({ phase: "writing", done, total, unit: "rows" });
    };
    const { quality, first, last } = await writeOne(writer, series, phase, tools, onWritten);
    found.push(quality);
    ends.push(first, last);
  }
  pace.milestone({ phase: "writing", done, total, unit: "rows" });
  ends.sort((a, b) => (a < b ? -1 : 1));
  return { series: found, first: ends[0] as bigint, last: ends.at(-1) as bigint };
}

async function writeOne(
  writer: DatasetWriter,
  { series, symbol, rows: plannedRows }: PlannedSeries,
  { layout, buffer, counts, orderer, policy, pace }: WritePhase,
  { slicer, scaleOf }: { slicer: ReturnType<typeof createSlicer>; scaleOf: ReturnType<typeof createScaleMeter> },
  onWritten: (rows: number) => void,
): Promise<{ quality: SeriesQuality; first: bigint; last: bigint }> {
  const rows = await buffer.load(series, "all", pace);
  const hints = { rows: rows.length, back: counts.back(series), ties: counts.ties(series) };
  const { order, length, duplicates } = orderer.arrange(rows, layout.slots, { ...hints, policy });
  if (length !== plannedRows)
    throw new AtcError(
      "ATC_CORRUPT_DATA",
      `"${symbol}": ${length} rows came back, ${plannedRows} were counted; the intermediate file was changed by somebody else`,
    );
  const close = layout.columns.find((column) => column.name === "close" && column.dtype !== "int64");
  const scale = scaleOf(rows, order, length, close && { slots: layout.slots, slot: close.slot });
  const { kind } = layout.schema;
  const check = createQualityCheck({ symbol, kind, unitsPerMs: layout.unitsPerMs, ...hints, duplicates, scale });
  for (let from = 0; from < length; from += slicer.rows) {
    const slice = slicer.slice(rows, order, from, Math.min(slicer.rows, length - from));
    check.push(slice);
    await writer.write(symbol, from, slice.columns);
    onWritten(from + slice.length);
    await pace.turn();
  }
  const rowAt = (place: number): number => (order === undefined ? place : (order[place] as number));
  return { quality: check.quality(), first: timeAt(rows.times, rowAt(0)), last: timeAt(rows.times, rowAt(length - 1)) };
}
