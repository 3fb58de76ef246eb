import type { ColumnChunk, Progress, SourceSummary } from "@atc/contract";
import { type ChunkBuilder, chunkBuilder, columnHash, rowTimes, type SourceReading } from "@atc/plugin-kit";
import xxhash from "xxhash-wasm";
import type { Database } from "../engine/database.ts";
import { duckdbError } from "../engine/duckdb-error.ts";
import type { DuckdbOptions } from "../engine/duckdb-options.ts";
import { checkCompressed } from "../files/compressed-file.ts";
import { checkUnchanged, fileStem, type SourceFile } from "../files/files.ts";
import type { Projection } from "../sql/projection.ts";
import type { Relation } from "../sql/relation.ts";
import { type Query, type Reading, startQuery } from "./query.ts";
import { rejectedRows } from "./rejected-rows.ts";
import { createRowReader, type RowReader } from "./row-reader.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;
/** Rows between two progress reports: tens of reports per second at full speed. */
const progressStep = 4 * chunkRows;

/** A source whose query is known. */
export interface OpenedSource {
  /** Its name in messages. */
  readonly name: string;
  readonly database: Database;
  readonly relation: Relation;
  readonly projection: Projection;
  /** The files that the query reads. */
  readonly files: readonly SourceFile[];
  /** The symbol of every row, if no column holds it. */
  readonly symbol: string | undefined;
  /** All rows, if their number is known. */
  readonly totalRows: number | undefined;
  /** What to do with bad rows. */
  readonly badRows: NonNullable<DuckdbOptions["badRows"]>;
  /** Whether compressed files were checked. Once is enough: a changed file is not read. */
  readonly checked: { done: boolean };
  /** The readings in progress. Each ends at once if its connection is interrupted. */
  readonly readings: Set<Reading>;
}

/** Fills the builder; yields whenever it is full, and at the end. */
async function* filledBuffers(
  source: OpenedSource,
  query: Query,
  reader: RowReader,
  builder: ChunkBuilder,
  check: () => void,
): AsyncGenerator<void> {
  for (;;) {
    check();
    const rows = await query.next();
    check();
    if (rows === undefined) break;
    if (builder.length() + rows.length > chunkRows) yield;
    check();
    reader.read(rows.chunk, rows.length, builder);
  }
  if (source.relation.rejects)
    for (const row of await query.during((connection) => rejectedRows(source.database.duckdb, connection)))
      builder.reject(row);
  if (builder.length() > 0) yield;
}

/** The error that ends a reading: the reason of an interruption, if there was one, else DuckDB's error. */
function endingError(error: unknown, name: string, check: () => void): unknown {
  try {
    check();
  } catch (reason) {
    return reason;
  }
  return duckdbError(error, name);
}

/** Reads a source's rows in chunks. */
export async function* chunksOf(
  source: OpenedSource,
  { signal, onBadRow, check, report }: SourceReading,
): AsyncGenerator<ColumnChunk, SourceSummary, undefined> {
  await checkUnchanged(source.files);
  if (!source.checked.done) await checkCompressed(source.files, signal);
  source.checked.done = true;
  const { create64 } = await xxhash();
  const hash = columnHash(create64);
  const rename = source.projection.symbolIsFile ? fileStem : undefined;
  const { projection, relation } = source;
  const times = rowTimes("duckdb", projection.time.layout, projection.kind === "ticks");
  const firstLine = relation.hasLines ? relation.firstLine : undefined;
  const reader = createRowReader(source.database.duckdb, projection, source.symbol, rename, times, firstLine);
  const builder = chunkBuilder({
    source: source.name,
    columns: source.projection.columns,
    capacity: chunkRows,
    symbols: reader.symbols,
    dictionaries: reader.dictionaries,
    badRows: source.badRows,
    onBadRow,
    firstLine: relation.firstLine,
    times: projection.time.layout,
  });
  const query = await startQuery(source.database, source.projection.sql).catch((error: unknown) => {
    throw endingError(error, source.name, check);
  });
  const onAbort = (): void => query.interrupt();
  source.readings.add(query);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    let nextReport = progressStep;
    for await (const _ of filledBuffers(source, query, reader, builder, check)) {
      const chunk = builder.take();
      hash.update(chunk);
      yield chunk;
      if (builder.scanned() < nextReport) continue;
      nextReport = builder.scanned() + progressStep;
      report(progressOf(builder, source.totalRows));
    }
    await checkUnchanged(source.files);
    report(progressOf(builder, source.totalRows === undefined ? undefined : builder.scanned()));
    const bytes = source.files.reduce((sum, { size }) => sum + size, 0);
    const notes = times.notes();
    const summary = { rows: builder.rows(), badRows: builder.badRows(), bytes, hash: hash.digest() };
    return notes.length === 0 ? summary : { ...summary, notes };
  } catch (error) {
    throw endingError(error, source.name, check);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    source.readings.delete(query);
    await query.close();
  }
}

function progressOf(builder: ChunkBuilder, total: number | undefined): Omit<Progress, "phase"> {
  return { done: builder.scanned(), unit: "rows", rows: builder.rows(), ...(total === undefined ? {} : { total }) };
}
