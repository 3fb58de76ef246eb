import { rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import type { TableBlocks } from "@atc/backtest";
import { blocksToCsv } from "@atc/backtest";
import type { TextColumn, TypedArray } from "@atc/contract";
import { AtcError, fromSystemError } from "@atc/contract";
import { removeStale, temporaryOf } from "@atc/datasets";
import { encodeArrowBlocks } from "@atc/mmap-store";
import type { Runtime } from "../wiring/runtime.ts";
import { replaceFile } from "./replace-file.ts";
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

/** Writes a table of blocks: to CSV and Parquet block by block, to Arrow column by column. */
export async function writeBlocks(table: TableBlocks, file: string, writers: TableWriters | undefined): Promise<void> {
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
export type TableWriters = Pick<Runtime, "host" | "warn">;

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
