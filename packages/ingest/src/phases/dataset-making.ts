import type { ArrayStore, DataSource, DatasetLock, DatasetWriter, JsonObject, SourceSummary } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { isoTime } from "../base/iso-time.ts";
import { memoryPlan } from "../base/memory-plan.ts";
import { createPace } from "../base/pace.ts";
import type { RowLayout } from "../base/row-layout.ts";
import { rowLayout } from "../base/row-layout.ts";
import { createBadRowLog } from "../quality/bad-rows.ts";
import type { BadRows, IngestReport } from "../quality/ingest-report.ts";
import { qualityTotals } from "../quality/quality-totals.ts";
import { plain, reportAttribute } from "../quality/report-attributes.ts";
import type { IngestOptions, ResolvedOptions } from "./ingest-options.ts";
import { resolveOptions } from "./ingest-options.ts";
import type { IngestResult } from "./ingest-result.ts";
import { planAll, type SeriesWork } from "./plan-phase.ts";
import { noRows, readRows } from "./read-phase.ts";
import { settleSeries } from "./settle-phase.ts";
import { executorRunner, inlineRunner } from "./task-runner.ts";
import type { Written } from "./write-phase.ts";
import { writeSeries } from "./write-phase.ts";

/** Reads a source into a dataset under a lock, whatever is there already. */
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
  const pace = createPace(options);
  const runner = options.executor === undefined ? inlineRunner : executorRunner(options.executor);
  const memory = memoryPlan(memoryBytes, runner.concurrency, layout);
  const context = { source, store, layout, policy, lock, fingerprint, memory, runner, badRows, pace, options };
  await using read = await readRows(context);
  const { runs, rows, table, summary, placed } = read;
  if (rows === 0) throw noRows(source, badRows);
  const { partRows } = memory;
  const publish = async (writer: Pick<DatasetWriter, "publish">, written: Written): Promise<IngestResult> => {
    throwIfAborted(options.signal);
    const facts = { duplicates: policy, overlaps: summary?.overlaps, notes: source.notes };
    const report = makeReport(layout, rows, badRows.badRows(), written, facts);
    return { reused: false, manifest: await writer.publish(attributesOf(source, summary, report)), report };
  };
  if (placed !== undefined) {
    const settled = await settleSeries({ ...placed, table, layout, policy, partRows, runner, pace }, rows, options);
    if (settled !== undefined) return await publish(placed.placement.layout, settled);
  }
  // Rows in memory are not sent to other threads.
  const isHere = runs.some((run) => run instanceof Uint8Array);
  const work: SeriesWork = { runs, table, layout, policy, partRows, runner: isHere ? inlineRunner : runner, pace };
  const planned = await planAll(work, options);
  const series = planned.map(({ symbol, rows: length }) => ({ symbol, rows: length }));
  await using writer = await store.create(lock, { schema: layout.schema, fingerprint, series });
  return await publish(writer, await writeSeries(writer, planned, work, options));
}

/** What a report says that is not about rows. */
interface ReportFacts extends Pick<ResolvedOptions, "duplicates"> {
  readonly overlaps: SourceSummary["overlaps"] | undefined;
  readonly notes: DataSource["notes"] | undefined;
}

function makeReport(
  layout: RowLayout,
  rowsRead: number,
  badRows: BadRows,
  { series, first, last }: Written,
  { duplicates, overlaps, notes = [] }: ReportFacts,
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
    firstTime: isoTime(first, layout.unitsPerMs),
    lastTime: isoTime(last, layout.unitsPerMs),
    totals: qualityTotals(series),
    series,
  };
}

function attributesOf(source: DataSource, summary: SourceSummary | undefined, report: IngestReport): JsonObject {
  const { name, path, parts } = source.identity;
  return {
    ...plain({ source: { name, path, parts }, summary, options: { duplicates: report.duplicates } }),
    report: reportAttribute(report),
  };
}
