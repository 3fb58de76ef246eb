import { open, rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import type { Table, TableBlocks } from "@atc/backtest";
import { blocksToCsv, columnsToCsv, equityBlocks, portfolioBlocks, tradeBlocks } from "@atc/backtest";
import type { ColumnType, TextColumn, TypedArray } from "@atc/contract";
import { AtcError, fromSystemError } from "@atc/contract";
import { removeStale, temporaryOf } from "@atc/datasets";
import { encodeArrow, encodeArrowBlocks } from "@atc/mmap-store";
import { columnNames, signalOutputs } from "@atc/signals";
import { curvesOfResult } from "../backtest/backtest-curves.ts";
import type { BacktestOutcome, OpenBacktest } from "../backtest/run-backtest.ts";
import type { SignalTable } from "../signals/signal-table.ts";
import { reportJson } from "./report-json.ts";

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

/** Whether a file is CSV (true) or Arrow (false), by its ending. */
function isCsv(file: string): boolean {
  const ending = extname(file).toLowerCase();
  if (ending !== ".csv" && ending !== ".arrow")
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" must end in .csv or .arrow`, { details: { file } });
  return ending === ".csv";
}

/** Writes a table in memory to a `.csv` or `.arrow` file. */
async function writeTable(table: Table, file: string): Promise<void> {
  if (isCsv(file)) return replaceFile(file, columnsToCsv(table));
  const columns = table.columns.map(({ name, type }) => ({ name, type, values: table.values[name] as TypedArray }));
  return replaceFile(file, encodeArrow({ columns }));
}

/** Writes a table of blocks to a `.csv` file, block by block, or to an `.arrow` file, column by column. */
async function writeBlocks(table: TableBlocks, file: string): Promise<void> {
  if (isCsv(file)) return replaceFile(file, blocksToCsv(table));
  const columns = table.columns.map(({ name, type }) => {
    const texts = table.texts[name];
    return texts === undefined ? { name, type } : { name, type, texts };
  });
  return replaceFile(file, encodeArrowBlocks({ rows: table.length, columns, values: (name) => valuesOf(table, name) }));
}

function* valuesOf(table: TableBlocks, name: string): Generator<TypedArray> {
  for (const { values } of table.blocks([name])) {
    const column = values[name] as TypedArray | TextColumn;
    yield "indices" in column ? column.indices : column;
  }
}

/** The files for the curves of a backtest. */
export interface CurveFiles {
  /** All trades: `.csv` or `.arrow`. */
  readonly trades?: string;
  /** Equity and direction of every bar of every symbol: `.csv` or `.arrow`. */
  readonly equity?: string;
  /** The portfolio's equity: `.csv` or `.arrow`. */
  readonly portfolio?: string;
  /** The report: `.json`. */
  readonly report?: string;
}

/**
 * Writes the requested files of a backtest, in portions. Returns the files written.
 *
 * @throws ATC_INVALID_ARGUMENT for an ending, or if the outcome has no curves; ATC_IO, ATC_NO_SPACE, ATC_READ_ONLY
 */
export async function writeCurves(
  outcome: BacktestOutcome | OpenBacktest,
  files: CurveFiles,
): Promise<readonly string[]> {
  const { report } = outcome;
  const curves = "curves" in outcome ? outcome.curves : outcome.result && curvesOfResult(outcome.result);
  const written: string[] = [];
  for (const [kind, file] of Object.entries(files) as (readonly [keyof CurveFiles, string])[]) {
    if (kind === "report") await replaceFile(file, reportJson(report));
    else {
      if (curves === undefined)
        throw new AtcError("ATC_INVALID_ARGUMENT", "the outcome has no curves; ask for them with curves: true");
      if (kind === "trades") await writeBlocks(tradeBlocks(curves.accounts), file);
      else if (kind === "equity") await writeBlocks(equityBlocks(curves.accounts), file);
      else if (curves.portfolio !== undefined) await writeBlocks(portfolioBlocks(curves.portfolio), file);
    }
    written.push(file);
  }
  return written;
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
