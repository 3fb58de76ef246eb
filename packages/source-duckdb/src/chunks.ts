import {
  AtcError,
  type ChunkBuilder,
  type ChunksOptions,
  type ColumnChunk,
  chunkBuilder,
  columnHash,
  type SourceSummary,
  throwIfAborted,
} from "@atc/contract";
import xxhash from "xxhash-wasm";
import { checkCompressed } from "./compressed-file.ts";
import type { Database } from "./database.ts";
import { duckdbError } from "./duckdb-error.ts";
import type { DuckdbOptions } from "./duckdb-options.ts";
import { checkUnchanged, fileStem, type SourceFile } from "./files.ts";
import type { Projection } from "./projection.ts";
import { type Query, type Reading, startQuery } from "./query.ts";
import { rejectedRows } from "./rejected-rows.ts";
import type { Relation } from "./relation.ts";
import { createRowReader, type RowReader } from "./row-reader.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;
/** Rows between two reports of progress: some tens of reports a second at full speed. */
const progressStep = 4 * chunkRows;

/** A source that is ready to be read. */
export interface OpenedSource {
  /** Its name, for messages. */
  readonly name: string;
  /** Where queries run. */
  readonly database: Database;
  /** What is read. */
  readonly relation: Relation;
  /** The query. */
  readonly projection: Projection;
  /** The files behind it. */
  readonly files: readonly SourceFile[];
  /** The symbol of every row, where no column holds it. */
  readonly symbol: string | undefined;
  /** Rows in all, where that is known. */
  readonly totalRows: number | undefined;
  /** What a bad row means. */
  readonly badRows: NonNullable<DuckdbOptions["badRows"]>;
  /** Whether compressed files were found whole, which is looked at once: a changed file is not read. */
  readonly checked: { done: boolean };
  /** Whether the source was disposed. */
  readonly isClosed: () => boolean;
  /** The readings that run now; each ends at once when its connection is interrupted. */
  readonly readings: Set<Reading>;
}

function checkRunning(source: OpenedSource, signal: AbortSignal | undefined): void {
  throwIfAborted(signal);
  if (source.isClosed())
    throw new AtcError("ATC_CLOSED", `the source of "${source.name}" was disposed while it was read`);
}

/** Yields the number of rows whenever the builder is full, and at the end. */
async function* filledBuffers(
  source: OpenedSource,
  query: Query,
  reader: RowReader,
  builder: ChunkBuilder,
  signal: AbortSignal | undefined,
): AsyncGenerator<void> {
  for (;;) {
    checkRunning(source, signal);
    const rows = await query.next();
    checkRunning(source, signal);
    if (rows === undefined) break;
    if (builder.length() + rows.length > chunkRows) yield;
    checkRunning(source, signal);
    reader.read(rows.chunk, rows.length, builder);
  }
  if (source.relation.rejects)
    for (const row of await rejectedRows(source.database.duckdb, query.connection)) builder.reject(row);
  if (builder.length() > 0) yield;
}

/** The error that a reading ends with, where DuckDB was interrupted for a reason that is known here. */
function endingError(error: unknown, source: OpenedSource, signal: AbortSignal | undefined): unknown {
  try {
    checkRunning(source, signal);
  } catch (reason) {
    return reason;
  }
  return duckdbError(error, source.name);
}

/** Goes through a source's rows in chunks; the summary is given to `onEnd` after the last. */
export async function* chunksOf(
  source: OpenedSource,
  options: ChunksOptions,
  onEnd: (summary: SourceSummary) => void,
): AsyncGenerator<ColumnChunk, void, undefined> {
  const { signal } = options;
  checkRunning(source, signal);
  await checkUnchanged(source.files);
  if (!source.checked.done) await checkCompressed(source.files, signal);
  source.checked.done = true;
  const { create64 } = await xxhash();
  const hash = columnHash(create64);
  const rename = source.projection.symbolIsFile ? fileStem : undefined;
  const reader = createRowReader(source.database.duckdb, source.projection, source.symbol, rename);
  const builder = chunkBuilder({
    source: source.name,
    columns: source.projection.columns,
    capacity: chunkRows,
    symbols: reader.symbols,
    dictionaries: reader.dictionaries,
    badRows: source.badRows,
    onBadRow: options.onBadRow,
    firstLine: source.relation.firstLine,
  });
  const query = await startQuery(source.database, source.projection.sql).catch((error: unknown) => {
    throw endingError(error, source, signal);
  });
  const onAbort = (): void => query.interrupt();
  source.readings.add(query);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    let nextReport = progressStep;
    for await (const _ of filledBuffers(source, query, reader, builder, signal)) {
      const chunk = builder.take();
      hash.update(chunk);
      yield chunk;
      if (builder.scanned() < nextReport) continue;
      nextReport = builder.scanned() + progressStep;
      report(source, builder, options, false);
    }
    await checkUnchanged(source.files);
    report(source, builder, options, true);
    const bytes = source.files.reduce((sum, { size }) => sum + size, 0);
    onEnd({ rows: builder.rows(), badRows: builder.badRows(), bytes, hash: hash.digest() });
  } catch (error) {
    throw endingError(error, source, signal);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    source.readings.delete(query);
    await query.close();
  }
}

function report({ totalRows }: OpenedSource, builder: ChunkBuilder, options: ChunksOptions, isEnd: boolean): void {
  const done = builder.scanned();
  const total = isEnd && totalRows !== undefined ? done : totalRows;
  options.onProgress?.({
    phase: "reading",
    done,
    unit: "rows",
    rows: builder.rows(),
    ...(total === undefined ? {} : { total }),
  });
}
