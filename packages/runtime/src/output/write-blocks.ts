import { rm } from "node:fs/promises";
import { extname } from "node:path";
import type { TableBlocks } from "@atc/backtest";
import { blocksToCsv } from "@atc/backtest";
import type { TextColumn, TypedArray } from "@atc/contract";
import { AtcError, fromSystemError } from "@atc/contract";
import { removeStale, temporaryOf } from "@atc/datasets";
import { encodeArrowBlocks } from "@atc/mmap-store";
import { publishFile } from "@atc/plugin-kit";
import type { Runtime } from "../wiring/runtime.ts";
import { type ReplaceOptions, replaceFile } from "./replace-file.ts";
import { writeRows } from "./table-rows.ts";

/** The formats of tables by ending. */
const tableFormats: Readonly<Record<string, "csv" | "arrow" | "parquet">> = {
  ".csv": "csv",
  ".arrow": "arrow",
  ".parquet": "parquet",
};

/**
 * The format of a table by the ending of its file.
 *
 * @throws ATC_INVALID_ARGUMENT for another ending
 */
export function formatOf(file: string): "csv" | "arrow" | "parquet" {
  const format = tableFormats[extname(file).toLowerCase()];
  if (format === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" must end in .csv, .arrow or .parquet`, { details: { file } });
  return format;
}

/** What belongs to a table, and what a CSV file of it replaces. */
export interface BlockOptions extends ReplaceOptions {
  /** Of the file, by key; CSV has none. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes a table of blocks: to CSV and Parquet block by block, to Arrow column by column. */
export async function writeBlocks(
  table: TableBlocks,
  file: string,
  writers: TableWriters | undefined,
  { metadata = {}, beforeMove }: BlockOptions = {},
): Promise<void> {
  const format = formatOf(file);
  if (format === "csv") return replaceFile(file, blocksToCsv(table), { beforeMove });
  if (format === "parquet") return writeParquet(table, file, writers, metadata);
  return replaceFile(file, arrowPortions(table, metadata));
}

/**
 * The bytes of an Arrow file with the table, column by column. A portion may be reused for the next one.
 *
 * @param metadata - of the file, by key
 */
export function arrowPortions(
  table: TableBlocks,
  metadata: Readonly<Record<string, string>> = {},
): Iterable<Uint8Array> {
  const columns = table.columns.map(({ name, type }) => {
    const texts = table.texts[name];
    return texts === undefined ? { name, type } : { name, type, texts };
  });
  const values = (name: string): Iterable<TypedArray> => valuesOf(table, name);
  return encodeArrowBlocks({ rows: table.length, columns, values, metadata });
}

/** Finds table writers. */
export type TableWriters = Pick<Runtime, "host" | "warn">;

async function writeParquet(
  table: TableBlocks,
  file: string,
  writers: TableWriters | undefined,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  if (writers === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" is Parquet, which needs a runtime; give it to writeCurves`, {
      details: { file },
    });
  const writer = await writers.host.find("table-writer", "parquet");
  const temporary = temporaryOf(file);
  try {
    await removeStale(file);
    await writeRows(table, writer, temporary, metadata);
    await publishFile(temporary, file);
  } catch (error) {
    // The next writer removes what stays.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fromSystemError(error, `cannot write "${file}"`, "check the folder and the space on the disk");
  }
}

function* valuesOf(table: TableBlocks, name: string): Generator<TypedArray> {
  for (const { values } of table.blocks([name])) {
    const column = values[name] as TypedArray | TextColumn;
    yield "indices" in column ? column.indices : column;
  }
}
