import { AtcError, type DataSource, type JsonObject, type SourceInput } from "@atc/contract";
import { CR, createDataSource, LF } from "@atc/plugin-kit";
import { checkEncoding } from "./files/encoding.ts";
import { type Medium, mediumOf } from "./files/medium.ts";
import { type CsvOptions, checkOptions, identifyingOptions } from "./layout/csv-options.ts";
import type { FileHead } from "./layout/header.ts";
import { detectLayout } from "./layout/layout.ts";
import { chunksOf, type OpenedFile } from "./reading/chunks.ts";
import { slicesOf } from "./reading/slices.ts";
import { padding } from "./text/byte.ts";

/** Raised when the same bytes are read to other values than before, so that stored results are not taken for current. */
const readerVersion = 1;
/** Bytes of text from which separator, header, times and types of columns are told: as many as a line may have. */
const headLength = 1024 * 1024;

/** Bytes of text that are searched for signs of another encoding. */
const checkedLength = 64 * 1024;

/** The start of the text, without a byte order mark. */
async function readHead(medium: Medium): Promise<FileHead> {
  await using opened = await medium.open();
  await using input = opened.input();
  const bytes = new Uint8Array(headLength + padding);
  const end = await input.read(bytes.subarray(0, headLength));
  const start = checkEncoding(bytes.subarray(0, Math.min(end, checkedLength)), medium.name);
  const text = bytes.subarray(0, end);
  const loneReturns = text.includes(CR) && !text.includes(LF);
  if (loneReturns) for (let i = 0; i < end; i++) if (bytes[i] === CR) bytes[i] = LF;
  bytes.fill(LF, end);
  return { bytes, start, end, final: end < headLength, loneReturns };
}

/** Looks at the first rows of a medium. */
async function inspect(medium: Medium, options: CsvOptions): Promise<{ file: OpenedFile; parts: JsonObject }> {
  const { name, fileName, size } = medium;
  if (size === 0)
    throw new AtcError("ATC_INVALID_DATA", `"${name}" is empty; give a CSV file with a header line and rows`, {
      details: { path: name },
    });
  const layout = detectLayout(await readHead(medium), name, fileName, options);
  const parts: JsonObject = {
    reader: `@atc/source-csv/${readerVersion}`,
    ...medium.parts,
    options: identifyingOptions(options),
    // The file's name gives the symbol, so that a renamed file is another source.
    ...(layout.symbol === undefined ? {} : { symbol: layout.symbol }),
  };
  return { file: { path: name, medium, layout, badRows: options.badRows ?? "error" }, parts };
}

/**
 * Opens a CSV file of bars or ticks as a source of column chunks: tells gzip, byte order mark, separator, header, times and types of columns
 * from its first rows. Times become `timestamp[ms]` for bars (finer parts cut off) and `timestamp[ns]` for ticks, UTC where they name no
 * zone; numbers are float64, bit-equal to `Number()` of their text. A missing volume is NaN; a missing price is a bad row. Rows are read by
 * `chunks`, in memory that does not grow with the file (dictionaries of texts do).
 *
 * @param file - the path of a regular file, or bytes that stand for one
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for a pipe, UTF-16 or a format that
 * is not CSV; ATC_INVALID_DATA for a file without rows or without columns of a time and a price; ATC_CORRUPT_DATA for a damaged gzip file; ATC_IO
 */
export async function csv(file: string | SourceInput, options: CsvOptions = {}): Promise<DataSource> {
  checkOptions(options);
  const medium = await mediumOf(file);
  const { file: opened, parts } = await inspect(medium, options);
  const { name, path } = medium;
  return createDataSource({
    identity: { name, ...(path === undefined ? {} : { path }), parts },
    kind: opened.layout.kind,
    columns: opened.layout.columns,
    notes: opened.layout.notes,
    read: (reading) => chunksOf(opened, reading),
    slices: ({ length }) => slicesOf(opened, length),
  });
}
