import { extname } from "node:path";
import type { PortfolioCurve, TableBlocks } from "@atc/backtest";
import {
  equityBlocks,
  fillBlocks,
  portfolioBlocks,
  sharedFillBlocks,
  sharedPointBlocks,
  sharedTradeBlocks,
  tradeBlocks,
} from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import { AtcError } from "@atc/contract";
import type { BacktestOutcome } from "../backtest/array-backtest.ts";
import { type BacktestCurves, curvesOfResult } from "../backtest/backtest-curves.ts";
import type { BacktestReport } from "../backtest/backtest-report.ts";
import type { OpenBacktest } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { curveTableNames, mostTextRows, portfolioTables, tableRows, tablesJson } from "./curve-tables.ts";
import { replaceFile } from "./replace-file.ts";
import { reportJson } from "./report-json.ts";
import { formatOf, type TableWriters, writeBlocks } from "./write-blocks.ts";

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
