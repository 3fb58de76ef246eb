import { extname, resolve } from "node:path";
import { isMetricName } from "@atc/backtest";
import { type AtcErrorCode, type ColumnMetadata, isAtcError } from "@atc/contract";
import { readDescription, type SweepDescription } from "../sweep-description.ts";
import { arrowRows } from "./arrow-rows.ts";
import { csvRows } from "./csv-rows.ts";
import { parquetRows } from "./parquet-rows.ts";
import { symbolsOfTable, type TableEvaluation, type TableShape, tableEvaluations } from "./table-evaluations.ts";
import { damagedTable, notATable, type TableReading, type TableRows } from "./table-rows.ts";

/** The table of an earlier sweep. Disposal closes its file. */
export interface SweepTable extends TableShape, AsyncDisposable {
  /** The file as it was named. */
  readonly path: string;
  /** What the sweep was; undefined if the file does not say it, as that of another program or of an earlier atc. */
  readonly description: SweepDescription | undefined;
  /** Names and types of its columns. A whole number may have the type `float64`, and a table in CSV has no others. */
  readonly columns: readonly ColumnMetadata[];
  /**
   * The evaluations in order, in batches that are valid until the next one.
   *
   * @throws ATC_CORRUPT_DATA if rows are missing or in another order, or if the file is truncated; ATC_IO
   */
  evaluations(): AsyncIterable<readonly TableEvaluation[]>;
}

/** The formats of tables by ending. */
const readers: Readonly<Record<string, (file: string, reading: TableReading) => Promise<TableRows>>> = {
  ".arrow": arrowRows,
  ".feather": arrowRows,
  ".ipc": arrowRows,
  ".csv": csvRows,
  ".parquet": parquetRows,
  ".parq": parquetRows,
  ".pq": parquetRows,
};

const notKeys: readonly string[] = ["configuration", "symbol", "span", "error"];

async function shapeOf(rows: TableRows, path: string): Promise<TableShape> {
  const names = rows.columns.map(({ name }) => name);
  const absent = ["configuration", "error"].find((name) => !names.includes(name));
  if (absent !== undefined) throw notATable(path, `it has no column "${absent}"`);
  const others = names.filter((name) => !notKeys.includes(name));
  return {
    keys: others.filter((name) => !isMetricName(name)),
    metrics: others.filter(isMetricName),
    symbols: await symbolsOfTable(rows),
  };
}

/** Checks that a description is of the table that it is with. */
function checkDescribed({ metrics, bySymbol, symbols }: SweepDescription, shape: TableShape, path: string): void {
  const isSame = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((text, i) => text === other[i]);
  if (!isSame(metrics, shape.metrics)) throw damagedTable(path, "its metrics are not those of its description");
  // A table without rows does not show its symbols.
  if (shape.symbols.length > 0 && !isSame(bySymbol ? symbols : [], shape.symbols))
    throw damagedTable(path, "its symbols are not those of its description");
}

function openRows(reading: TableReading, path: string): Promise<TableRows> {
  const open = readers[extname(path).toLowerCase()];
  if (open === undefined) throw notATable(path, "such a table is a .csv, .arrow or .parquet file");
  return open(resolve(reading.cwd, path), reading);
}

/**
 * Opens the table of an earlier sweep.
 *
 * @param path - of the file, relative to the working directory of the runtime
 * @throws ATC_INVALID_ARGUMENT for another file; ATC_UNSUPPORTED if a newer atc wrote its description;
 * ATC_CORRUPT_DATA if it is damaged; ATC_MISSING_PLUGIN for Parquet without its plugin; ATC_NOT_FOUND, ATC_IO
 */
export async function readSweepTable(reading: TableReading, path: string): Promise<SweepTable> {
  const rows = await openRows(reading, path);
  try {
    const shape = await shapeOf(rows, path);
    const description = rows.description === undefined ? undefined : readDescription(rows.description, path);
    if (description !== undefined) checkDescribed(description, shape, path);
    const evaluations = async function* (): AsyncGenerator<readonly TableEvaluation[], void, void> {
      let count = 0;
      for await (const batch of tableEvaluations(rows, shape, path)) {
        count += batch.length;
        yield batch;
      }
      if (description !== undefined && count !== description.evaluations)
        throw damagedTable(path, `it has ${count} of ${description.evaluations} evaluations`);
    };
    return {
      ...shape,
      path,
      description,
      columns: rows.columns,
      evaluations,
      [Symbol.asyncDispose]: () => rows[Symbol.asyncDispose](),
    };
  } catch (error) {
    await rows[Symbol.asyncDispose]();
    throw error;
  }
}

/** The errors of a file that is not a table, or that cannot be read as one. */
const otherFile: readonly AtcErrorCode[] = [
  "ATC_INVALID_ARGUMENT",
  "ATC_CORRUPT_DATA",
  "ATC_NOT_FOUND",
  "ATC_MISSING_PLUGIN",
];

/**
 * Whether a file is the table of a sweep, by its columns. A file that is not there, or that cannot be read as a table,
 * is none.
 */
export async function isSweepTable(reading: TableReading, path: string): Promise<boolean> {
  try {
    await using rows = await openRows(reading, path);
    await shapeOf(rows, path);
    return true;
  } catch (error) {
    if (isAtcError(error) && otherFile.includes(error.code)) return false;
    throw error;
  }
}
