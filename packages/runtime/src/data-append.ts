import { createHash } from "node:crypto";
import { join } from "node:path";
import type {
  Dataset,
  DatasetLock,
  DatasetManifest,
  DatasetSchema,
  JsonObject,
  OperationOptions,
  Series,
  SeriesAppend,
} from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import type { IngestReport } from "@atc/ingest";
import { ingest, ingestReport } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { asJson } from "./config-parts.ts";
import { appendedAttributes } from "./dataset-history.ts";
import type { ReadingOptions } from "./open-source.ts";
import { executorFor, openSource } from "./open-source.ts";
import { rowCollector } from "./row-collector.ts";
import type { Runtime } from "./runtime.ts";
import { emptyCursor, firstRowFrom, seriesCursor } from "./series-cursor.ts";
import type { MergeCounts, OverlapPolicy } from "./series-merge.ts";
import { countingTarget, mergeSeries } from "./series-merge.ts";
import { createTurns } from "./turns.ts";

/** How files are added to a dataset. */
export interface AppendOptions extends ReadingOptions, OperationOptions {
  /**
   * What becomes of rows at a time that the dataset has already: `restate` puts the new ones in their place, `keep` leaves the stored ones, `error` stops
   * with ATC_INVALID_DATA where they differ. All rows of one time are one unit. `restate` where absent.
   */
  readonly overlap?: OverlapPolicy;
}

/** What an append did to one symbol. */
export interface SymbolAppend {
  /** The symbol. */
  readonly symbol: string;
  /** Whether the dataset did not have it. */
  readonly isNew: boolean;
  /** Rows at times that the dataset did not have. */
  readonly added: number;
  /** Rows that took the place of others of their time. */
  readonly restated: number;
  /** Rows that were there already, value for value. */
  readonly unchanged: number;
  /** Rows that gave way to others of their time, under `keep`. */
  readonly ignored: number;
}

/** What an append gave. */
export interface AppendResult {
  /** The dataset as it stands now. */
  readonly manifest: DatasetManifest;
  /** Whether anything changed; where nothing did there is no new generation. */
  readonly changed: boolean;
  /** The symbols of the files, sorted by UTF-16 code unit. */
  readonly symbols: readonly SymbolAppend[];
  /** Columns of the files that the dataset does not have, and which were left out. */
  readonly droppedColumns: readonly string[];
  /** What was found in the files' rows. */
  readonly report: IngestReport;
}

/** A symbol whose rows change. */
interface PlannedMerge extends MergeCounts {
  readonly symbol: string;
}

const policies: readonly OverlapPolicy[] = ["restate", "keep", "error"];
/** Rows of a slice that is written at once. */
const sliceRows = 65_536;

/**
 * Adds the rows of files to a dataset: a new generation whose other rows are not written again. The files are first read into an intermediate dataset on the
 * same disk, sorted by symbol and time; each of its series is then merged with the stored one. Memory is bounded by `memoryBytes`; readers of the
 * old generation are not disturbed; an error or an abort leaves the dataset as it was.
 *
 * @throws ATC_NOT_FOUND for the dataset or a file; ATC_INVALID_ARGUMENT for an option; ATC_INVALID_DATA where the files are of another kind or lack a column,
 * or at the first difference under `error`; ATC_LOCKED, ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED; what the source throws
 */
export async function appendFiles(
  runtime: Runtime,
  name: string,
  files: readonly string[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const { store } = runtime;
  const overlap = checkedOverlap(options.overlap);
  if ((await store.find(name)) === undefined)
    throw new AtcError(
      "ATC_NOT_FOUND",
      `there is no dataset "${name}" to append to; make it with: atc ingest FILE --name ${name}`,
      {
        details: { name },
      },
    );
  await using source = await openSource(runtime, files, options);
  await using lock = await store.lock(name);
  if (lock.scratch === undefined) throw new AtcError("ATC_UNSUPPORTED", "this store cannot append to datasets");
  await using staging = mmapStore({ directory: join(lock.scratch, "appended"), backend: "read" });
  const { duplicates, memoryBytes, signal, onProgress } = options;
  const executor = executorFor(runtime, source);
  const staged = await ingest(source, staging, { name: "rows", duplicates, memoryBytes, executor, signal, onProgress });
  using added = await staging.open("rows");
  using stored = await store.open(name);
  const droppedColumns = checkSchema(name, stored.manifest.schema, added.manifest.schema);
  const { symbols, planned } = await compareAll(stored, added, overlap, options);
  const result = { symbols, droppedColumns: [...staged.report.droppedColumns, ...droppedColumns] };
  if (planned.length === 0) return { ...result, manifest: stored.manifest, changed: false, report: staged.report };
  const history = { name: source.identity.name, overlap, symbols, report: staged.report };
  const manifest = await write(runtime, lock, { stored, added, overlap, planned }, options, {
    fingerprint: fingerprintAfter(stored.manifest, added.manifest, overlap),
    attributes: appendedAttributes(stored.manifest, ingestReport(stored.manifest), history),
  });
  return { ...result, manifest, changed: true, report: staged.report };
}

function checkedOverlap(overlap: OverlapPolicy = "restate"): OverlapPolicy {
  if (policies.includes(overlap)) return overlap;
  throw new AtcError("ATC_INVALID_ARGUMENT", `overlap is "${String(overlap)}"; use one of: ${policies.join(", ")}`, {
    details: { option: "overlap", value: String(overlap) },
  });
}

/** Throws where the rows do not fit; returns the names of the columns that are too many. */
function checkSchema(name: string, stored: DatasetSchema, added: DatasetSchema): readonly string[] {
  const refuse = (what: string, details: JsonObject): AtcError =>
    new AtcError("ATC_INVALID_DATA", `cannot append to dataset "${name}": ${what}`, {
      details: { dataset: name, ...details },
    });
  if (stored.kind !== added.kind)
    throw refuse(
      `it holds ${stored.kind}, the files hold ${added.kind}; append to another dataset, or give the source the option kind`,
      { kind: stored.kind, given: added.kind },
    );
  for (const column of stored.columns) {
    const own = added.columns.find((one) => one.name === column.name);
    if (own?.type === column.type) continue;
    const what = own === undefined ? "is not in the files" : `is ${column.type}, in the files ${own.type}`;
    throw refuse(
      `its column "${column.name}" ${what}; name the column that holds it with --columns ${column.name}=NAME, or ingest into a dataset of its own`,
      { column: column.name },
    );
  }
  const names = new Set(stored.columns.map((column) => column.name));
  return added.columns.map((column) => column.name).filter((column) => !names.has(column));
}

/** The series of a symbol where the dataset has it. */
function seriesOf(dataset: Dataset, symbols: ReadonlySet<string>, symbol: string): Series | undefined {
  return symbols.has(symbol) ? dataset.series(symbol) : undefined;
}

/** Merges every symbol without writing: what would change, and from where on. */
async function compareAll(
  stored: Dataset,
  added: Dataset,
  overlap: OverlapPolicy,
  options: OperationOptions,
): Promise<{ readonly symbols: readonly SymbolAppend[]; readonly planned: readonly PlannedMerge[] }> {
  const columns = stored.manifest.schema.columns.slice(1).map(({ name }) => name);
  const known = new Set(stored.symbols());
  const symbols: SymbolAppend[] = [];
  const planned: PlannedMerge[] = [];
  const turns = createTurns(options);
  const total = added.manifest.series.length;
  for (const { symbol, firstTime } of added.manifest.series) {
    const series = seriesOf(stored, known, symbol);
    const from = series === undefined ? 0 : firstRowFrom(series, firstTime);
    const merge = mergeSeries(
      series === undefined ? emptyCursor() : seriesCursor(series, columns, from),
      seriesCursor(added.series(symbol), columns, 0),
      overlap,
      countingTarget,
    );
    let step = merge.next();
    for (; step.done !== true; step = merge.next()) await turns.turn();
    const counts = step.value;
    if (overlap === "error" && counts.conflict !== undefined)
      throw conflictOf(stored.manifest, symbol, counts.conflict);
    const { restated, unchanged, ignored } = counts;
    symbols.push({ symbol, isNew: series === undefined, added: counts.added, restated, unchanged, ignored });
    if (counts.firstStored >= 0) planned.push({ ...counts, symbol });
    options.onProgress?.({ phase: "comparing", done: symbols.length, total, unit: "symbols" });
  }
  return { symbols, planned };
}

function conflictOf(
  { name, schema }: DatasetManifest,
  symbol: string,
  [low, high]: readonly [number, number],
): AtcError {
  const time = (BigInt(high) << 32n) | BigInt(low >>> 0);
  const ms = Number(schema.kind === "ticks" ? time / 1_000_000n : time);
  const shown = Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(time);
  return new AtcError(
    "ATC_INVALID_DATA",
    `cannot append to dataset "${name}": "${symbol}" has other values at "${shown}"; choose which to keep with --overlap restate or --overlap keep`,
    { details: { dataset: name, symbol, time: shown } },
  );
}

/** What is merged. */
interface Merge {
  readonly stored: Dataset;
  readonly added: Dataset;
  readonly overlap: OverlapPolicy;
  readonly planned: readonly PlannedMerge[];
}

async function write(
  { store }: Runtime,
  lock: DatasetLock,
  { stored, added, overlap, planned }: Merge,
  options: OperationOptions,
  { fingerprint, attributes }: { readonly fingerprint: string; readonly attributes: JsonObject },
): Promise<DatasetManifest> {
  if (store.append === undefined) throw new AtcError("ATC_UNSUPPORTED", "this store cannot append to datasets");
  const series: SeriesAppend[] = planned.map(({ symbol, rows, firstStored }) => ({
    symbol,
    rows,
    keepRows: firstStored,
  }));
  await using writer = await store.append(lock, { fingerprint, series });
  const { columns } = stored.manifest.schema;
  const names = columns.slice(1).map(({ name }) => name);
  const known = new Set(stored.symbols());
  const collector = rowCollector(columns, sliceRows);
  const turns = createTurns(options);
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const { symbol, firstStored, firstNew } of planned) {
    const own = seriesOf(stored, known, symbol);
    let row = firstStored;
    const merge = mergeSeries(
      own === undefined ? emptyCursor() : seriesCursor(own, names, firstStored),
      seriesCursor(added.series(symbol), names, firstNew),
      overlap,
      collector,
    );
    for (let ended = false; !ended; ) {
      ended = merge.next().done === true;
      await turns.turn();
      if (!ended && !collector.isFull()) continue;
      const rows = collector.length();
      if (rows > 0) await writer.write(symbol, row, collector.columns());
      collector.clear();
      row += rows;
      done += rows;
      options.onProgress?.({ phase: "writing", done, total, unit: "rows" });
    }
  }
  throwIfAborted(options.signal);
  return await writer.publish(attributes);
}

/** Tells the dataset's rows: it depends on what was there and on what came. */
function fingerprintAfter(stored: DatasetManifest, added: DatasetManifest, overlap: OverlapPolicy): string {
  const subject = asJson({ append: 1, before: stored.fingerprint, rows: added.fingerprint, overlap });
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}
