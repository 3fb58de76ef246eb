import type { ArrayStore, DataSource, DatasetLock, DatasetWriter, JsonObject, SourceSummary } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { createPacer, noteSentence } from "@atc/plugin-kit";
import { isoTime } from "../base/iso-time.ts";
import { memoryPlan } from "../base/memory-plan.ts";
import type { RowLayout } from "../base/row-layout.ts";
import { rowLayout } from "../base/row-layout.ts";
import { createBadRowLog } from "../quality/bad-rows.ts";
import type { BadRows, IngestReport } from "../quality/ingest-report.ts";
import { qualityTotals } from "../quality/quality-totals.ts";
import { plain, reportAttribute } from "../quality/report-attributes.ts";
import { ingestVersion } from "./fingerprint.ts";
import { finishPlaces } from "./finish-phase.ts";
import type { IngestOptions, ResolvedOptions } from "./ingest-options.ts";
import { resolveOptions } from "./ingest-options.ts";
import type { IngestResult } from "./ingest-result.ts";
import { planAll, type SeriesWork } from "./plan-phase.ts";
import { noRows, readRows } from "./read-phase.ts";
import { executorRunner, inlineRunner } from "./task-runner.ts";
import type { StoredRows } from "./write-phase.ts";
import { writeSeries } from "./write-phase.ts";

/** Ingests a source under a lock. Replaces the dataset if it exists. */
export async function makeDataset(
  source: DataSource,
  store: ArrayStore,
  lock: DatasetLock,
  fingerprint: string,
  options: IngestOptions,
): Promise<IngestResult> {
  const { memoryBytes, duplicates: policy } = resolveOptions(source, options);
  const layout = rowLayout(source);
  const badRows = createBadRowLog();
  const pacer = createPacer(options);
  const runner = options.executor === undefined ? inlineRunner : executorRunner(options.executor);
  const memory = memoryPlan(memoryBytes, runner.concurrency, layout);
  const work = { source, store, layout, policy, lock, fingerprint, memory, runner, badRows, pacer, options };
  await using read = await readRows(work);
  const { runs, rows, table, summary, placed } = read;
  if (rows === 0) throw noRows(source, badRows);
  const { partRows } = memory;
  const publish = async (writer: Pick<DatasetWriter, "publish">, stored: StoredRows): Promise<IngestResult> => {
    pacer.flush();
    throwIfAborted(options.signal);
    const notes = [...notesOf(source, summary), ...instantNotes(stored)];
    const facts = { duplicates: policy, overlaps: summary?.overlaps, notes };
    const report = makeReport(layout, rows, badRows.badRows(), stored, facts);
    const timeIs = layout.isOfDates && stored.timesOfDay === 0 ? "date" : "instant";
    return { reused: false, manifest: await writer.publish(attributesOf(source, summary, report), { timeIs }), report };
  };
  if (placed !== undefined) {
    const stored = await finishPlaces({ ...placed, table, layout, policy, partRows, runner, pacer, rows }, options);
    if (typeof stored !== "string") return await publish(placed.placement.layout, stored);
  }
  // Rows in memory are not sent to other threads.
  const isHere = runs.some((run) => run instanceof Uint8Array);
  const series: SeriesWork = { runs, table, layout, policy, partRows, runner: isHere ? inlineRunner : runner, pacer };
  const planned = await planAll(series, options);
  const lengths = planned.map(({ symbol, rows: length }) => ({ symbol, rows: length }));
  await using writer = await store.create(lock, { schema: layout.schema, fingerprint, series: lengths });
  return await publish(writer, await writeSeries(writer, planned, series, options));
}

/** Says that rows with a time of day keep a source of dates from being a dataset of dates. */
function instantNotes({ timesOfDay }: StoredRows): readonly string[] {
  if (timesOfDay === 0) return [];
  const rows = timesOfDay === 1 ? "1 row is" : `${timesOfDay} rows are`;
  return [`${rows} not at a UTC midnight, so the times are instants and not calendar dates`];
}

/** What a report says about other things than rows. */
interface ReportFacts extends Pick<ResolvedOptions, "duplicates"> {
  readonly overlaps: SourceSummary["overlaps"] | undefined;
  readonly notes: readonly string[];
}

/** What was known before reading, then what the reading found. */
function notesOf({ notes = [] }: DataSource, summary: SourceSummary | undefined): readonly string[] {
  return [...notes, ...(summary?.notes ?? []).map(noteSentence)];
}

function makeReport(
  layout: RowLayout,
  rowsRead: number,
  badRows: BadRows,
  { series, firstTime, lastTime }: StoredRows,
  { duplicates, overlaps, notes }: ReportFacts,
): IngestReport {
  const { kind, columns } = layout.schema;
  return {
    kind,
    rowsRead,
    rowsKept: series.reduce((sum, { rows }) => sum + rows, 0),
    columns: columns.map(({ name }) => name),
    droppedColumns: layout.dropped,
    duplicates,
    badRows,
    ...(overlaps === undefined ? {} : { overlaps }),
    ...(notes.length === 0 ? {} : { notes }),
    firstTime: isoTime(firstTime, layout.unitsPerMs),
    lastTime: isoTime(lastTime, layout.unitsPerMs),
    totals: qualityTotals(series),
    series,
  };
}

function attributesOf(source: DataSource, summary: SourceSummary | undefined, report: IngestReport): JsonObject {
  const { name, path, parts } = source.identity;
  const { columnOrigins } = source;
  return {
    ...plain({ source: { name, path, parts }, columnOrigins, summary, options: { duplicates: report.duplicates } }),
    ingest: { version: ingestVersion },
    report: reportAttribute(report),
  };
}
