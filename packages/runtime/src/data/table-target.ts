import { extname, resolve } from "node:path";
import type { Dataset, OperationOptions, TableFile, TablePlan } from "@atc/contract";
import { AtcError, fromSystemError, throwIfAborted } from "@atc/contract";
import type { RowRange, TableCreator } from "@atc/datasets";
import { checkFree, exportFiles, exportRows, rowsOf, tablePlan } from "@atc/datasets";
import type { Runtime } from "../wiring/runtime.ts";
import { arrowTable } from "./arrow-table.ts";
import { csvFile, csvTable } from "./csv-table.ts";

/** The file or the stream that a table is written to. */
export interface TableTarget extends OperationOptions {
  /** A file; with `{symbol}` in its name, one file per symbol. */
  readonly file?: string;
  /** Receives CSV if there is no `file`. */
  readonly stream?: NodeJS.WritableStream;
  /** `csv`, `arrow`, or the name of an installed table writer such as `parquet`. Default: by the ending of `file`. */
  readonly format?: string;
  /** Whether existing files are replaced. Default: false. */
  readonly force?: boolean;
}

/** What an export wrote. */
export interface ExportResult {
  /** The files, in the order of their symbols; empty for a stream. */
  readonly files: readonly string[];
  /** Rows of all symbols. */
  readonly rows: number;
  /** Number of symbols. */
  readonly symbols: number;
  /** `csv`, `arrow`, or the name of the table writer. */
  readonly format: string;
}

/** A target whose format is known and whose file may be written. */
export interface OpenTarget {
  /**
   * Writes rows, block by block. All files appear at the end; an error or an abort leaves existing ones as they were.
   */
  write(dataset: Dataset, ranges: readonly RowRange[]): Promise<ExportResult>;
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
 * Finds the writer of a target, before a large file is read.
 *
 * @throws ATC_INVALID_ARGUMENT for an unknown format, or if a file exists and `force` is not set; ATC_MISSING_PLUGIN
 * with the line that installs the format's package
 */
export async function openTarget(runtime: Runtime, target: TableTarget): Promise<OpenTarget> {
  const format = formatOf(target);
  const { signal, onProgress, force = false } = target;
  const file = target.file === undefined ? undefined : typedPath(runtime, target.file);
  if (file !== undefined) await checkFree(file, target);
  const create = file === undefined ? undefined : await creatorOf(runtime, format);
  return {
    async write(dataset, ranges) {
      const result = { rows: rowsOf(ranges), symbols: ranges.length, format };
      if (file === undefined || create === undefined) {
        await using table = await streamTable(target.stream, tablePlan(dataset, ranges), signal);
        await exportRows(dataset, ranges, table, target);
        await table.finish();
        return { files: [], ...result };
      }
      return { files: await exportFiles(dataset, ranges, { file, force, create, signal, onProgress }), ...result };
    },
  };
}

/** The path as the user typed it if it is valid as it is, for messages. */
function typedPath({ cwd }: Runtime, file: string): string {
  return cwd === process.cwd() ? file : resolve(cwd, file);
}

function formatOf({ file, format }: TableTarget): string {
  const chosen = format ?? (file === undefined ? "csv" : formats[extname(file).toLowerCase()]);
  if (chosen === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${file ?? ""}" does not end in .csv, .arrow or .parquet; choose such a name, or give --format`,
      { details: { file: file ?? "" } },
    );
  if (file === undefined && chosen !== "csv")
    throw new AtcError("ATC_INVALID_ARGUMENT", `only csv goes to standard output, not ${chosen}; name a file`, {
      details: { format: chosen },
    });
  return chosen;
}

async function creatorOf({ host }: Runtime, format: string): Promise<TableCreator> {
  if (format === "arrow") return arrowTable;
  if (format === "csv") return csvFile;
  const writer = await host.find("table-writer", format);
  return (path, plan) => writer.create(path, plan);
}

function streamFault(error: Error): AtcError {
  return fromSystemError(error, "cannot write the rows to the stream", "check its target");
}

async function streamTable(
  stream: NodeJS.WritableStream | undefined,
  plan: TablePlan,
  signal: AbortSignal | undefined,
): Promise<TableFile> {
  if (stream === undefined) throw new AtcError("ATC_INVALID_ARGUMENT", "name a file, or - for standard output");
  const write = async (text: string): Promise<void> => {
    throwIfAborted(signal);
    // The callback waits for a slow reader, and receives the error of a full disk or a closed pipe.
    await new Promise<void>((done, failed) => {
      stream.write(text, (error) => (error ? failed(streamFault(error)) : done()));
    });
  };
  return await csvTable(plan, write, () => Promise.resolve());
}
