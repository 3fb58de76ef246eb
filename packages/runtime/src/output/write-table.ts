import { open, rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import type { PortfolioCurve, Table, TableBlocks } from "@atc/backtest";
import {
  blocksToCsv,
  columnsToCsv,
  equityBlocks,
  fillBlocks,
  portfolioBlocks,
  sharedFillBlocks,
  sharedPointBlocks,
  sharedTradeBlocks,
  tradeBlocks,
} from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { ColumnType, TextColumn, TypedArray } from "@atc/contract";
import { AtcError, fromSystemError } from "@atc/contract";
import { removeStale, temporaryOf } from "@atc/datasets";
import { encodeArrow, encodeArrowBlocks } from "@atc/mmap-store";
import { columnNames, signalOutputs } from "@atc/signals";
import { type BacktestCurves, curvesOfResult } from "../backtest/backtest-curves.ts";
import type { BacktestReport } from "../backtest/backtest-report.ts";
import type { BacktestOutcome, OpenBacktest } from "../backtest/run-backtest.ts";
import type { SignalTable } from "../signals/signal-table.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { curveTableNames, mostTextRows, portfolioTables, tableRows, tablesJson } from "./curve-tables.ts";
import { reportJson } from "./report-json.ts";
import { writeRows } from "./table-rows.ts";

/** Endings of files that signals are written to. */
export const signalFormats: readonly string[] = [".csv", ".arrow", ".json"];

/** Bytes of text per write. */
const textBytes = 2 ** 20;

/**
 * Encodes texts in one buffer, which is yielded when it is full and then reused. With a buffer per text, all of them
 * would stay in memory until the next garbage collection.
 */
function* encodedTexts(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array, void, void> {
  const memory = Buffer.allocUnsafeSlow(textBytes);
  let filled = 0;
  for (const piece of pieces) {
    // A UTF-16 code unit takes at most 3 bytes in UTF-8.
    const isShort = typeof piece === "string" && 3 * piece.length <= textBytes;
    if (filled > 0 && (!isShort || filled + 3 * piece.length > textBytes)) {
      yield memory.subarray(0, filled);
      filled = 0;
    }
    if (isShort) filled += memory.write(piece, filled);
    else yield typeof piece === "string" ? Buffer.from(piece) : piece;
  }
  if (filled > 0) yield memory.subarray(0, filled);
}

/** Replaces a file atomically by what `pieces` yields. A failure leaves the old file. */
async function replaceFile(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const temporary = temporaryOf(file);
  try {
    await removeStale(file);
    const handle = await open(temporary, "wx");
    try {
      for (const bytes of encodedTexts(pieces)) await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fromSystemError(error, `cannot write "${file}"`, "check the folder and the space on the disk");
  }
}

/** The formats of tables by ending. */
const tableFormats: Readonly<Record<string, "csv" | "arrow" | "parquet">> = {
  ".csv": "csv",
  ".arrow": "arrow",
  ".parquet": "parquet",
};

function formatOf(file: string): "csv" | "arrow" | "parquet" {
  const format = tableFormats[extname(file).toLowerCase()];
  if (format === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" must end in .csv, .arrow or .parquet`, { details: { file } });
  return format;
}

/** Writes a table in memory to a `.csv` or `.arrow` file. */
async function writeTable(table: Table, file: string): Promise<void> {
  if (formatOf(file) === "csv") return replaceFile(file, columnsToCsv(table));
  const columns = table.columns.map(({ name, type }) => ({ name, type, values: table.values[name] as TypedArray }));
  return replaceFile(file, encodeArrow({ columns }));
}

/** Writes a table of blocks: to CSV and Parquet block by block, to Arrow column by column. */
async function writeBlocks(table: TableBlocks, file: string, writers: TableWriters | undefined): Promise<void> {
  const format = formatOf(file);
  if (format === "csv") return replaceFile(file, blocksToCsv(table));
  if (format === "parquet") return writeParquet(table, file, writers);
  const columns = table.columns.map(({ name, type }) => {
    const texts = table.texts[name];
    return texts === undefined ? { name, type } : { name, type, texts };
  });
  return replaceFile(file, encodeArrowBlocks({ rows: table.length, columns, values: (name) => valuesOf(table, name) }));
}

/** Finds table writers. */
type TableWriters = Pick<Runtime, "host" | "warn">;

async function writeParquet(table: TableBlocks, file: string, writers: TableWriters | undefined): Promise<void> {
  if (writers === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" is Parquet, which needs a runtime; give it to writeCurves`, {
      details: { file },
    });
  const writer = await writers.host.find("table-writer", "parquet");
  const temporary = temporaryOf(file);
  try {
    await removeStale(file);
    await writeRows(table, writer, temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fromSystemError(error, `cannot write "${file}"`, "check the folder and the space on the disk");
  }
}

function* valuesOf(table: TableBlocks, name: string): Generator<TypedArray> {
  for (const { values } of table.blocks([name])) {
    const column = values[name] as TypedArray | TextColumn;
    yield "indices" in column ? column.indices : column;
  }
}

/** The files for the curves of a backtest. Tables are `.csv`, `.arrow` or `.parquet`. */
export interface CurveFiles {
  /** All trades. */
  readonly trades?: string;
  /** All fills. */
  readonly fills?: string;
  /** Equity, direction and the requested columns of every bar of every symbol; of a shared account, its points. */
  readonly equity?: string;
  /** The portfolio's equity; of a shared account, with the requested columns. */
  readonly portfolio?: string;
  /** The report: `.json`. */
  readonly report?: string;
  /**
   * Tables of the portfolio's curve: one `.json` with all of them, or a file per table, with `{table}` in its name for
   * `monthlyReturns`, `drawdowns` and `rolling`. A `rolling` of more than 100,000 points is written only to Arrow or
   * Parquet.
   */
  readonly tables?: string;
}

/**
 * Checks the endings of the files of a backtest, and that the writers of their formats are installed. Call it before
 * the backtest.
 *
 * @throws ATC_INVALID_ARGUMENT for an ending; ATC_MISSING_PLUGIN with the line that installs the format's package
 */
export async function checkCurveFiles({ host }: Runtime, files: CurveFiles): Promise<void> {
  const { report: _, tables, ...others } = files;
  const named = tables === undefined || isTablesJson(tables) ? [] : tableFiles(tables);
  for (const file of [...Object.values(others), ...named])
    if (file !== undefined && formatOf(file) === "parquet") await host.find("table-writer", "parquet");
}

/** What stands for the name of a table in the name of a file. */
const tablePlace = "{table}";

function isTablesJson(file: string | undefined): boolean {
  return file !== undefined && extname(file).toLowerCase() === ".json";
}

/**
 * The files that the tables of a portfolio are written to.
 *
 * @throws ATC_INVALID_ARGUMENT if several tables would go to one file that is not JSON
 */
export function tableFiles(file: string): readonly string[] {
  if (isTablesJson(file)) return [file];
  if (file.includes(tablePlace)) return curveTableNames.map((name) => file.replaceAll(tablePlace, name));
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${file}" would hold several tables; write {table} in its name for a file of each, or end it in .json`,
    { details: { file } },
  );
}

/** Writes the tables of a portfolio's curve. Returns the files written. */
async function writeTables(
  curve: PortfolioCurve,
  { config }: BacktestReport,
  file: string,
  writers: TableWriters | undefined,
): Promise<readonly string[]> {
  const tables = portfolioTables(curve, config as unknown as AtcConfig);
  const isLong = curve.length > mostTextRows;
  const leftOut = (): void =>
    writers?.warn(
      `the rolling figures of ${curve.length} points are left out of ${file}: above ${mostTextRows} points they go to Arrow or Parquet only`,
    );
  if (isTablesJson(file)) {
    if (isLong) leftOut();
    await replaceFile(file, tablesJson(tables, curve));
    return [file];
  }
  const written: string[] = [];
  const files = tableFiles(file);
  for (const [place, name] of curveTableNames.entries()) {
    const rows = tableRows(tables, name, curve);
    const own = files[place] ?? file;
    if (name === "rolling" && isLong && formatOf(own) === "csv") {
      leftOut();
      continue;
    }
    await writeBlocks(rows, own, writers);
    written.push(own);
  }
  return written;
}

/**
 * Writes the requested files of a backtest, in portions. Returns the files written.
 *
 * @param writers - the runtime, which finds the writer of Parquet files; only they need it
 * @throws ATC_INVALID_ARGUMENT for an ending, or if the outcome has no curves; ATC_MISSING_PLUGIN for Parquet without
 * its plugin; ATC_IO, ATC_NO_SPACE, ATC_READ_ONLY
 */
export async function writeCurves(
  outcome: BacktestOutcome | OpenBacktest,
  files: CurveFiles,
  writers?: TableWriters,
): Promise<readonly string[]> {
  const { report } = outcome;
  const curves = "curves" in outcome ? outcome.curves : outcome.result && curvesOfResult(outcome.result);
  const written: string[] = [];
  for (const [kind, file] of Object.entries(files) as (readonly [keyof CurveFiles, string])[]) {
    if (kind === "report") {
      await replaceFile(file, reportJson(report));
      written.push(file);
      continue;
    }
    if (curves === undefined)
      throw new AtcError("ATC_INVALID_ARGUMENT", "the outcome has no curves; ask for them with curves: true");
    if (kind === "tables") {
      if (curves.portfolio !== undefined) written.push(...(await writeTables(curves.portfolio, report, file, writers)));
      continue;
    }
    const table = tableOfCurves(curves, kind);
    if (table !== undefined) await writeBlocks(table, file, writers);
    written.push(file);
  }
  return written;
}

/** The table of one file; undefined for the portfolio if no symbol could be computed. */
function tableOfCurves(
  { accounts, columns, shared, portfolio }: BacktestCurves,
  kind: Exclude<keyof CurveFiles, "report" | "tables">,
): TableBlocks | undefined {
  switch (kind) {
    case "trades":
      return shared === undefined ? tradeBlocks(accounts) : sharedTradeBlocks(shared);
    case "fills":
      return shared === undefined ? fillBlocks(accounts) : sharedFillBlocks(shared);
    case "equity":
      return shared === undefined ? equityBlocks(accounts, columns) : sharedPointBlocks(shared);
    case "portfolio":
      if (shared !== undefined) return sharedPointBlocks(shared);
      return portfolio && portfolioBlocks(portfolio);
  }
}

function tableOf({ length, times, timeUnit, close, source, columns }: SignalTable): Table {
  const float: ColumnType = columns.ema instanceof Float32Array ? "float32" : "float64";
  return {
    length,
    columns: [
      { name: "timestamp", type: `timestamp[${timeUnit}]` },
      { name: "close", type: "float64" },
      { name: "source", type: "float64" },
      ...signalOutputs.map(
        (name) => ({ name: columnNames[name], type: name === "direction" ? "int8" : float }) as const,
      ),
    ],
    values: {
      timestamp: times,
      close,
      source,
      ...Object.fromEntries(signalOutputs.map((name) => [columnNames[name], columns[name]])),
    },
  };
}

/** Numbers as JSON; null for NaN and infinities. */
function jsonArray(values: TypedArray): string {
  return `[${Array.from(values as Float64Array, (value) => (Number.isFinite(value) ? String(value) : "null")).join(",")}]`;
}

function* signalJson(table: SignalTable): Generator<string> {
  const { symbol, config, times, timeUnit } = table;
  const { columns, values } = tableOf(table);
  yield `{"symbol":${JSON.stringify(symbol)},"config":${JSON.stringify(config)},"columns":{`;
  const perMs = timeUnit === "ns" ? 1_000_000n : 1n;
  yield `"timestamp":[${Array.from(times, (time) => `"${new Date(Number(time / perMs)).toISOString()}"`).join(",")}]`;
  for (const { name } of columns.slice(1)) yield `,${JSON.stringify(name)}:${jsonArray(values[name] as TypedArray)}`;
  yield "}}\n";
}

/**
 * Writes signals to a `.csv`, `.arrow` or `.json` file; columns are named as in `fixtures/atc`.
 *
 * @throws ATC_INVALID_ARGUMENT for another ending; ATC_IO, ATC_NO_SPACE, ATC_READ_ONLY
 */
export async function writeSignals(table: SignalTable, file: string): Promise<void> {
  if (extname(file).toLowerCase() === ".json") return replaceFile(file, signalJson(table));
  return writeTable(tableOf(table), file);
}
