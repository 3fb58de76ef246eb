import { rm } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { Dataset, OperationOptions, SeriesColumns, TableFile, TablePlan, TypedArray } from "@atc/contract";
import { AtcError, fromSystemError, throwIfAborted } from "@atc/contract";
import type { Runtime } from "../wiring/runtime.ts";
import { createTurns } from "../wiring/turns.ts";
import { arrowTable } from "./arrow-table.ts";
import { csvFile, csvTable } from "./csv-table.ts";
import type { DataOptions } from "./data.ts";
import { openData } from "./data.ts";
import { checkFree, makeFolder, replace, temporaryOf } from "./export-files.ts";
import { symbolFiles } from "./export-names.ts";
import type { Range } from "./export-ranges.ts";
import { rangesOf } from "./export-ranges.ts";

/** What is exported, and to where. */
export interface ExportOptions extends OperationOptions {
  /** A file; with `{symbol}` in its name, a file for each symbol. */
  readonly file?: string;
  /** Where CSV goes in place of a file. */
  readonly stream?: NodeJS.WritableStream;
  /** `csv`, `arrow`, or the name of an installed table writer such as `parquet`; told by the file's ending where absent. */
  readonly format?: string;
  /** The symbols; all where absent. */
  readonly symbols?: readonly string[];
  /** The first time, inclusive, in ms since the epoch. */
  readonly from?: number;
  /** The last time, exclusive, in ms since the epoch. */
  readonly to?: number;
  /** Whether a file that is there is replaced. */
  readonly force?: boolean;
  /** How `data` is read where it is a file. */
  readonly reading?: DataOptions;
}

/** What an export wrote. */
export interface ExportResult {
  /** The files, in the order of their symbols; none where a stream was written. */
  readonly files: readonly string[];
  /** Rows in all. */
  readonly rows: number;
  /** Symbols in all. */
  readonly symbols: number;
  /** The format. */
  readonly format: string;
}

const formats: Readonly<Record<string, string>> = {
  ".csv": "csv",
  ".arrow": "arrow",
  ".feather": "arrow",
  ".ipc": "arrow",
  ".parquet": "parquet",
  ".parq": "parquet",
  ".pq": "parquet",
};

/**
 * Writes the rows of a dataset or a file to files of another format. Memory does not grow with the rows. A file appears at once, when it is complete; an error or
 * an abort leaves what was there.
 *
 * @throws ATC_INVALID_ARGUMENT for an unknown format, or where a file is there already; ATC_NOT_FOUND for the data or a symbol; ATC_MISSING_PLUGIN with the line
 * that installs the format's package; ATC_INVALID_DATA where there is no row; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED
 */
export async function exportData(runtime: Runtime, data: string, options: ExportOptions): Promise<ExportResult> {
  const format = formatOf(options);
  const { signal, onProgress } = options;
  const target = options.file === undefined ? undefined : placeOf(runtime, options.file);
  if (target !== undefined) await checkFree(target, options);
  using opened = await openData(runtime, data, { ...options.reading, signal, onProgress });
  const { dataset } = opened;
  const ranges = rangesOf(dataset, options);
  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const done = { files: [], rows: total, symbols: ranges.length, format };
  const run = { dataset, options, total, done: 0 };
  if (target === undefined) {
    await using table = await streamTable(options.stream, planOf(dataset, ranges), signal);
    await copy(run, ranges, table);
    await table.finish();
    return done;
  }
  return { ...done, files: await writeFiles(runtime, run, ranges, target, format) };
}

/** Writes the files of a target under other names, then lets all of them appear; returns their names. */
async function writeFiles(
  runtime: Runtime,
  run: Run,
  ranges: readonly Range[],
  target: string,
  format: string,
): Promise<readonly string[]> {
  const { dataset, options } = run;
  const files = symbolFiles(
    target,
    ranges.map(({ symbol }) => symbol),
  );
  const parts = target.includes("{symbol}") ? ranges.map((range) => [range]) : [ranges];
  const create = await creatorOf(runtime, format);
  const written = new Map<string, string>();
  try {
    for (const part of parts) {
      const file = files.get(part[0]?.symbol ?? "") as string;
      await checkFree(file, options);
      const temporary = temporaryOf(file);
      await makeFolder(file);
      written.set(file, temporary);
      await using table = await create(temporary, planOf(dataset, part));
      await copy(run, part, table);
      await table.finish();
    }
    throwIfAborted(options.signal);
    for (const [file, temporary] of written) await replace(temporary, file, options);
  } catch (error) {
    for (const temporary of written.values()) await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return [...written.keys()];
}

/** The path as it was typed where that is enough, for messages. */
function placeOf({ cwd }: Runtime, file: string): string {
  return cwd === process.cwd() ? file : resolve(cwd, file);
}

function formatOf({ file, format }: ExportOptions): string {
  const told = format ?? (file === undefined ? "csv" : formats[extname(file).toLowerCase()]);
  if (told === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${file ?? ""}" does not end in .csv, .arrow or .parquet; name the file so, or give --format`,
      { details: { file: file ?? "" } },
    );
  if (file === undefined && told !== "csv")
    throw new AtcError("ATC_INVALID_ARGUMENT", `only csv goes to standard output, not ${told}; name a file`, {
      details: { format: told },
    });
  return told;
}

function planOf({ manifest: { schema } }: Dataset, ranges: readonly Range[]): TablePlan {
  return { schema, series: ranges.map(({ symbol, from, to }) => ({ symbol, rows: to - from })) };
}

/** What starts a file of a format. */
async function creatorOf(
  { host }: Runtime,
  format: string,
): Promise<(path: string, plan: TablePlan) => Promise<TableFile>> {
  if (format === "arrow") return arrowTable;
  if (format === "csv") return csvFile;
  const writer = await host.find("table-writer", format);
  return (path, plan) => writer.create(path, plan);
}

function streamFault(error: Error): AtcError {
  return fromSystemError(error, "cannot write the rows to the stream", "check where it leads");
}

async function streamTable(
  stream: NodeJS.WritableStream | undefined,
  plan: TablePlan,
  signal: AbortSignal | undefined,
): Promise<TableFile> {
  if (stream === undefined) throw new AtcError("ATC_INVALID_ARGUMENT", "name a file, or - for standard output");
  const write = async (text: string): Promise<void> => {
    throwIfAborted(signal);
    // The callback waits for a slow reader, and is told of a full disk and of a reader that went away.
    await new Promise<void>((done, failed) => {
      stream.write(text, (error) => (error ? failed(streamFault(error)) : done()));
    });
  };
  return await csvTable(plan, write, () => Promise.resolve());
}

/** What one run works on. */
interface Run {
  readonly dataset: Dataset;
  readonly options: ExportOptions;
  readonly total: number;
  done: number;
}

async function copy(run: Run, ranges: readonly Range[], table: TableFile): Promise<void> {
  const { dataset, options, total } = run;
  const columns = dataset.manifest.schema.columns.map(({ name }) => name);
  const turns = createTurns(options);
  for (const { symbol, from, to } of ranges) {
    for (const block of dataset.series(symbol).blocks({ columns, from, to })) {
      const arrays = columns.map((name) => [name, name === "timestamp" ? block.times() : block.values(name)] as const);
      await table.write(symbol, Object.fromEntries(arrays) as unknown as Record<string, TypedArray> as SeriesColumns);
      run.done += block.length;
      options.onProgress?.({ phase: "writing", done: run.done, total, unit: "rows" });
      await turns.turn();
    }
  }
}
