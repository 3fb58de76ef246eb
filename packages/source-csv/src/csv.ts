import { AtcError, type DataSource, type JsonObject, type SourceInput } from "@atc/contract";
import { CR, createDataSource, LF } from "@atc/plugin-kit";
import { type CsvInput, csvInput } from "./files/csv-input.ts";
import { checkEncoding } from "./files/encoding.ts";
import { detectLayout } from "./layout/csv-layout.ts";
import { type CsvOptions, checkOptions, identifyingOptions } from "./layout/csv-options.ts";
import { type FileHead, findHeader } from "./layout/header.ts";
import type { LentNames } from "./layout/missing-header.ts";
import { chunksOf, type OpenedFile } from "./reading/chunks.ts";
import { slicesOf } from "./reading/slices.ts";
import { padding } from "./text/padding.ts";

/**
 * Part of each source's identity. Increase it if the same bytes give other values than before: stored results then
 * become stale.
 */
const readerVersion = 2;
/** Bytes of text in which separator, header, times and column types are detected: as many as a line may have. */
const headLength = 1024 * 1024;

/** Bytes of text that are checked for another encoding. */
const checkedLength = 64 * 1024;

/** The start of the text, without a byte order mark. */
async function readHead(input: CsvInput): Promise<FileHead> {
  await using opened = await input.open();
  await using stream = opened.bytes();
  // The length of compressed text is not known.
  const length = input.plainFile === undefined ? headLength : Math.min(headLength, input.size + 1);
  const bytes = new Uint8Array(length + padding);
  const end = await stream.read(bytes.subarray(0, length));
  const start = checkEncoding(bytes.subarray(0, Math.min(end, checkedLength)), input.name);
  const text = bytes.subarray(0, end);
  const loneReturns = text.includes(CR) && !text.includes(LF);
  if (loneReturns) for (let i = 0; i < end; i++) if (bytes[i] === CR) bytes[i] = LF;
  bytes.fill(LF, end);
  return { bytes, start, end, final: end < length, loneReturns };
}

/** The names that the file of the option `headerOf` lends; undefined if it has no header either. */
async function lentNames({ headerOf, ...options }: CsvOptions): Promise<LentNames | undefined> {
  if (headerOf === undefined) return undefined;
  const { names, isRow } = findHeader(await readHead(await csvInput(headerOf)), headerOf, options);
  return isRow === true ? undefined : { names, path: headerOf };
}

/** Detects the layout of an input, and gives what identifies its rows. */
async function inspect(input: CsvInput, options: CsvOptions): Promise<{ file: OpenedFile; parts: JsonObject }> {
  const { name, fileName, size } = input;
  if (size === 0)
    throw new AtcError("ATC_INVALID_DATA", `"${name}" is empty; give a CSV file with a header line and rows`, {
      details: { path: name },
    });
  const lent = await lentNames(options);
  const layout = detectLayout(await readHead(input), name, fileName, options, lent);
  const parts: JsonObject = {
    reader: `@atc/source-csv/${readerVersion}`,
    ...input.parts,
    options: identifyingOptions(options),
    ...(lent === undefined ? {} : { lentNames: [...lent.names] }),
    // If the file's name gives the symbol, a renamed file is another source.
    ...(layout.symbol === undefined ? {} : { symbol: layout.symbol }),
  };
  return { file: { path: name, input, layout, badRows: options.badRows ?? "error" }, parts };
}

/**
 * Opens a CSV file of bars or ticks as a source of column chunks. Detects gzip, Zstandard, byte order mark, separator,
 * header, time format and column types from its first rows.
 *
 * Times become `timestamp[ms]` for bars (finer digits are cut off) and `timestamp[ns]` for ticks; times without a zone
 * are UTC, or in the option `timeZone`. Numbers become float64 and equal `Number()` of their text bit for bit. A
 * missing volume is NaN; a missing price makes a bad row. Memory does not grow with the file, except for the
 * dictionaries of symbols and other texts.
 *
 * @param file - the path of a regular file, or bytes that stand for one
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for a pipe,
 * UTF-16 or another format; ATC_INVALID_DATA for a file without rows, or without columns for a time and a price;
 * ATC_CORRUPT_DATA for a damaged compressed file; ATC_IO
 */
export async function csv(file: string | SourceInput, options: CsvOptions = {}): Promise<DataSource> {
  checkOptions(options);
  const input = await csvInput(file);
  const { file: opened, parts } = await inspect(input, options);
  const { name, path } = input;
  return createDataSource({
    identity: { name, ...(path === undefined ? {} : { path }), parts },
    kind: opened.layout.kind,
    columns: opened.layout.columns,
    notes: opened.layout.notes,
    ...(opened.layout.origins === undefined ? {} : { columnOrigins: opened.layout.origins }),
    timeIs: opened.layout.timeIs,
    read: (reading) => chunksOf(opened, reading),
    slices: ({ length }) => slicesOf(opened, length),
  });
}
