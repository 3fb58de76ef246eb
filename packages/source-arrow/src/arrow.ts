import { AtcError, type DataSource } from "@atc/contract";
import { createDataSource, type EpochUnit, epochUnitOf, fileSymbol } from "@atc/plugin-kit";
import { bitsOf, isSet, numbersOf } from "./columns/number-reader.ts";
import { type Projection, project } from "./columns/projection.ts";
import { damaged } from "./files/arrow-error.ts";
import { type ArrowFile, arrowFile, type OpenedFile } from "./files/arrow-file.ts";
import { type ArrowOptions, checkOptions, identifyingOptions } from "./files/arrow-options.ts";
import { type ArrowContents, batchMessage, readContents, readMessage } from "./format/messages.ts";
import { recordBatch } from "./format/record-batch.ts";
import { chunksOf } from "./reading/chunks.ts";
import type { OpenedSource } from "./reading/opened-source.ts";

/**
 * Part of each source's identity. Increase it if the same bytes give other values than before: stored results then
 * become stale.
 */
const readerVersion = 1;
/** Rows from which the unit of integer times is detected. */
const sampledRows = 5000;
const endings = /\.(?:feather|arrow|arrows|ipc)$/i;

/** The unit of times that are numbers, by the largest magnitude of the first rows. */
async function unitOf(
  file: OpenedFile,
  path: string,
  contents: ArrowContents,
  { projected }: Projection,
  options: ArrowOptions,
): Promise<EpochUnit> {
  const position = projected.find(({ role }) => role === "time")?.position ?? 0;
  const type = contents.fields[position]?.type;
  if (options.timeUnit !== undefined || type?.is !== "number") return options.timeUnit ?? "ms";
  for (const location of contents.messages) {
    const { type: kind, header, bodyLength } = await readMessage(file, location);
    const count = kind === batchMessage ? Math.min(sampledRows, header.int64(0)) : 0;
    if (count === 0) continue;
    const batch = await recordBatch(
      header,
      { file, path, body: location.body, bodyLength },
      contents.fields,
      options.codec,
    );
    const { buffers, validity } = batch.column(position);
    const bits = validity && (await bitsOf(validity, 0, count));
    let largest = 0;
    for (const [row, value] of (await numbersOf(buffers[0], type.array, 0, count)).entries())
      if (bits === undefined || isSet(bits, row)) largest = Math.max(largest, Math.abs(Number(value)));
    return epochUnitOf(largest);
  }
  return "ms";
}

/** Reads a file's schema and detects how to read its columns. */
async function inspect(file: ArrowFile, options: ArrowOptions): Promise<OpenedSource> {
  const { path, size } = file;
  await using opened = await file.open();
  const contents = await readContents(opened, path, size);
  const projection = project(contents.fields, path, options);
  const time = contents.fields[projection.projected.find(({ role }) => role === "time")?.position ?? 0];
  if (options.timeZone !== undefined && !(time?.type.is === "time" && time.type.zone === ""))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of "${path}" are UTC or name their zone; remove the option timeZone`,
      { details: { path, option: "timeZone" } },
    );
  const unit = await unitOf(opened, path, contents, projection, options);
  const hasSymbol = projection.projected.some(({ role }) => role === "symbol");
  const symbol = hasSymbol ? undefined : fileSymbol("arrow", path, endings, options);
  return { file, contents, projection, unit, symbol, options };
}

/**
 * Opens an Arrow IPC file, a Feather file of version 2 or an Arrow stream of bars or ticks as a source of column
 * chunks. Columns are matched by the same names as in CSV files.
 *
 * Times are timestamps of any unit and zone, dates, or integers since 1970 whose unit is detected by their magnitude;
 * times without a zone are UTC, or in the option `timeZone`. They become `timestamp[ms]` for bars (finer digits are cut
 * off) and `timestamp[ns]` for ticks. Numbers of any width become float64. A missing volume is NaN; a missing price,
 * time or symbol makes a bad row. The line of a bad row is its number, from 1.
 *
 * Only the columns in use are read, at most 65,536 rows at a time, whatever the size of a record batch. Compressed
 * buffers are decompressed whole, one record batch at a time. `summary().hash` is xxHash64 over the delivered columns,
 * not over the file's bytes.
 *
 * @param path - a regular file
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for a pipe,
 * another format or an unknown compression; ATC_MISSING_PLUGIN for a compressed file without its codec;
 * ATC_INVALID_DATA for a schema without columns for a time and a price; ATC_CORRUPT_DATA for a damaged or cut file;
 * ATC_IO
 */
export async function arrow(path: string, options: ArrowOptions = {}): Promise<DataSource> {
  checkOptions(options);
  const file = await arrowFile(path);
  const opened = await inspect(file, options).catch((error: unknown) => {
    throw damaged(error, path);
  });
  return createDataSource({
    identity: {
      name: path,
      path: file.realPath,
      parts: {
        reader: `@atc/source-arrow/${readerVersion}`,
        ...file.parts,
        options: identifyingOptions(options),
        ...(opened.symbol === undefined ? {} : { symbol: opened.symbol }),
      },
    },
    kind: opened.projection.kind,
    columns: opened.projection.columns,
    read: (reading) => chunksOf(opened, reading),
  });
}
