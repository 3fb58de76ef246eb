import type {
  ArrayStore,
  DataSource,
  DatasetLock,
  DatasetManifest,
  DatasetWriter,
  JsonObject,
  SourceSummary,
} from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { createBadRowLog } from "./bad-rows.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { IngestOptions, ResolvedOptions } from "./ingest-options.ts";
import { resolveOptions } from "./ingest-options.ts";
import type { BadRows, IngestReport } from "./ingest-report.ts";
import { isoTime } from "./iso-time.ts";
import { memoryPlan } from "./memory-plan.ts";
import { createPace } from "./pace.ts";
import { planAll, type SeriesWork } from "./plan-phase.ts";
import { qualityTotals } from "./quality-totals.ts";
import { noRows, readRows } from "./read-phase.ts";
import { ingestReport, plain, reportAttribute } from "./report-attributes.ts";
import type { RowLayout } from "./row-layout.ts";
import { rowLayout } from "./row-layout.ts";
import { settleSeries } from "./settle-phase.ts";
import { executorRunner, inlineRunner } from "./task-runner.ts";
import type { Written } from "./write-phase.ts";
import { writeSeries } from "./write-phase.ts";

/** What an ingest gave. */
export interface IngestResult {
  /** Whether the dataset already was what the source would give, so that nothing was read. */
  readonly reused: boolean;
  /** The dataset as it stands now. */
  readonly manifest: DatasetManifest;
  /** What was found in the rows: now, or where the dataset is reused, when it was made. */
  readonly report: IngestReport;
}

/**
 * Makes a dataset of a source: rows in any order become series sorted by symbol and time, rows of equal time in the source's order. Where
 * the store already holds a dataset of the same fingerprint, that is the result and no row is read.
 *
 * A source that can be cut into slices (a CSV file that is not compressed) is read by the threads of `executor`, or in this one, and its rows go
 * to files in the lock's scratch directory; an ingest that was killed goes on from its last finished slice when it is started again. Other
 * sources are read from their start, into memory where they fit. Then series are put in order part by part, so `memoryBytes` holds for series
 * of any length. The dataset appears at once, when all is written. An error or an abort leaves the store as it was.
 *
 * @throws ATC_INVALID_DATA where the source has no good row, at its bad rows if its policy says so, or at equal times under `error`;
 * ATC_INVALID_ARGUMENT for an option out of its range; ATC_LOCKED where the dataset is being written; ATC_ABORTED; ATC_NO_SPACE,
 * ATC_READ_ONLY or ATC_IO where a disk refuses; what the source and the store throw
 */
export async function ingest(
  source: DataSource,
  store: ArrayStore,
  options: IngestOptions = {},
): Promise<IngestResult> {
  const settings = resolveOptions(source, options);
  const fingerprint = fingerprintOf(source, options);
  throwIfAborted(options.signal);
  // Asked before locking too: what is only read needs no lock, and may lie on a disk that cannot be written.
  const found = await reusable(store, settings, fingerprint);
  if (found !== undefined) return found;
  try {
    await using lock = await store.lock(settings.name);
    return (await reusable(store, settings, fingerprint)) ?? (await build(source, store, lock, fingerprint, options));
  } catch (error) {
    throw firstFault(error);
  }
}

async function reusable(
  store: ArrayStore,
  { name, force }: ResolvedOptions,
  fingerprint: string,
): Promise<IngestResult | undefined> {
  if (force) return undefined;
  const manifest = await store.find(name);
  if (manifest?.fingerprint !== fingerprint) return undefined;
  const report = ingestReport(manifest);
  return report === undefined ? undefined : { reused: true, manifest, report };
}

async function build(
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

/** A failing clean-up wraps the error that led to it; that error is what the caller must see. */
function firstFault(error: unknown): unknown {
  let fault = error;
  while (fault instanceof Error && fault.name === "SuppressedError" && "suppressed" in fault) fault = fault.suppressed;
  return fault;
}
