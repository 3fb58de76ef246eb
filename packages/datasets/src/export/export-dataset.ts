import { rm } from "node:fs/promises";
import type { Dataset, OperationOptions, SeriesColumns, TableFile, TablePlan, TypedArray } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { checkFree, makeFolder, replace, temporaryOf } from "./output-file.ts";
import { type RowRange, rowsOf } from "./row-ranges.ts";
import { symbolFiles } from "./symbol-files.ts";

/** Starts a file of a table at a path that does not exist yet. */
export type TableCreator = (path: string, plan: TablePlan) => Promise<TableFile>;

/** The files of an export. */
export interface ExportTarget extends OperationOptions {
  /** A file; with `{symbol}` in its name, one file per symbol. */
  readonly file: string;
  /** Whether existing files are replaced. Default: false. */
  readonly force?: boolean;
  /** Creates the files. */
  readonly create: TableCreator;
}

/** The schema and the rows of each symbol, for the writer of a table. */
export function tablePlan({ manifest: { schema, timeIs } }: Dataset, ranges: readonly RowRange[]): TablePlan {
  const series = ranges.map(({ symbol, from, to }) => ({ symbol, rows: to - from }));
  return { schema, series, ...(timeIs === undefined ? {} : { timeIs }) };
}

/** Writes the rows of a dataset to a table. Progress counts from 0 to the rows of `ranges`. ATC_ABORTED. */
export async function exportRows(
  dataset: Dataset,
  ranges: readonly RowRange[],
  table: TableFile,
  options: OperationOptions = {},
): Promise<void> {
  const copy = rowCopier(dataset, rowsOf(ranges), options);
  await copy(ranges, table);
}

/**
 * Writes the rows of a dataset to files and returns their names, in the order of the symbols. Each file is written
 * under a temporary name; all of them appear at the end. An error or an abort leaves existing files as they were.
 *
 * @throws ATC_INVALID_ARGUMENT if a file exists and `force` is not set; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO,
 * ATC_ABORTED
 */
export async function exportFiles(
  dataset: Dataset,
  ranges: readonly RowRange[],
  target: ExportTarget,
): Promise<readonly string[]> {
  const symbols = ranges.map(({ symbol }) => symbol);
  const isSplit = target.file.includes("{symbol}");
  const names = symbolFiles(target.file, symbols);
  const parts = isSplit ? ranges.map((range) => [range]) : [ranges];
  const copy = rowCopier(dataset, rowsOf(ranges), target);
  const written = new Map<string, string>();
  try {
    for (const part of parts) {
      const file = names.get(part[0].symbol) ?? target.file;
      await checkFree(file, target);
      const temporary = temporaryOf(file);
      await makeFolder(file);
      written.set(file, temporary);
      await using table = await target.create(temporary, tablePlan(dataset, part));
      await copy(part, table);
      await table.finish();
    }
    throwIfAborted(target.signal);
    for (const [file, temporary] of written) await replace(temporary, file, target);
  } catch (error) {
    // The next export to the file removes what stays.
    for (const temporary of written.values())
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
  return [...written.keys()];
}

type RowCopier = (ranges: readonly RowRange[], table: TableFile) => Promise<void>;

/** Copies rows to tables; all of them share one count of progress. */
function rowCopier(dataset: Dataset, total: number, options: OperationOptions): RowCopier {
  const columns = dataset.manifest.schema.columns.map(({ name }) => name);
  const pacer = createPacer(options);
  let done = 0;
  return async (ranges, table) => {
    for (const { symbol, from, to } of ranges) {
      for (const block of dataset.series(symbol).blocks({ columns, from, to })) {
        const arrays = columns.map((name) => [name, name === "timestamp" ? block.times() : block.values(name)]);
        await table.write(symbol, Object.fromEntries(arrays) as Record<string, TypedArray> satisfies SeriesColumns);
        done += block.length;
        pacer.report({ phase: "writing", done, total, unit: "rows" });
        await pacer.pause();
      }
    }
    pacer.flush();
  };
}
