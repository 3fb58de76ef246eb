import { AtcError, type DataSource, type SourceInput } from "@atc/contract";
import { createDataSource } from "@atc/plugin-kit";
import { detectLayout } from "./layout/json-layout.ts";
import { checkOptions, identifyingOptions, type JsonOptions } from "./layout/json-options.ts";
import { findRows, type JsonHead } from "./layout/rows-location.ts";
import { chunksOf, type OpenedSource } from "./reading/chunks.ts";
import { fileInput, openBytes } from "./reading/json-input.ts";
import { longestRow } from "./reading/row-stream.ts";

/**
 * Part of each source's identity. Increase it if the same bytes give other values than before: stored results then
 * become stale.
 */
const readerVersion = 2;

async function readHead(input: SourceInput): Promise<JsonHead> {
  await using stream = await openBytes(input, () => undefined);
  const bytes = new Uint8Array(longestRow);
  let end = 0;
  let final = false;
  while (end < bytes.length && !final) {
    const piece = await stream.next();
    final = piece === undefined;
    const kept = piece?.subarray(0, bytes.length - end) ?? new Uint8Array(0);
    bytes.set(kept, end);
    end += kept.length;
  }
  return { bytes, end, final };
}

/** Throws ATC_UNSUPPORTED or ATC_INVALID_DATA if the first bytes are not UTF-8 text. */
function checkEncoding({ bytes, end }: JsonHead, name: string): void {
  const start = bytes.subarray(0, Math.min(end, 4096));
  const nul = start.indexOf(0);
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (nul < 0 && !isUtf16) return;
  // Every other byte of Latin text in UTF-16 is 0.
  if (isUtf16 || (start.length > 3 && (start[0] === 0) !== (start[1] === 0) && (start[2] === 0) === (start[0] === 0)))
    throw new AtcError("ATC_UNSUPPORTED", `"${name}" is UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)`, {
      details: { path: name },
    });
  throw new AtcError("ATC_INVALID_DATA", `"${name}" contains NUL bytes, so it is not JSON; give a JSON file`, {
    details: { path: name },
  });
}

async function inspect(input: SourceInput, options: JsonOptions): Promise<OpenedSource> {
  const { name, fileName, size } = input;
  if (size === 0)
    throw new AtcError("ATC_INVALID_DATA", `"${name}" is empty; give JSON with rows`, { details: { path: name } });
  const head = await readHead(input);
  checkEncoding(head, name);
  const layout = detectLayout(head, findRows(head, name, options.rowsAt), name, fileName, options);
  return { input, layout, badRows: options.badRows ?? "error" };
}

/**
 * Opens JSON rows of bars or ticks as a source of column chunks. The document is an array of rows, which are arrays, as
 * in ccxt (`[[ts, o, h, l, c, v], ...]`), or objects. The array may be within an object, at the option `rowsAt`. Or the
 * document has one row per line (JSON lines). Numbers may be quoted; gzip is detected. Only a few rows are in memory at
 * a time.
 *
 * Members of objects are matched by the same names as columns of CSV files; for rows that are arrays, the option
 * `columns` names the elements. Times are texts or numbers, read as in CSV files; integers keep all digits. They
 * become `timestamp[ms]` for bars and `timestamp[ns]` for ticks. Numbers become float64.
 *
 * @param file - the path of a regular file, or bytes that stand for one
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for a pipe or
 * UTF-16; ATC_INVALID_DATA for a document without rows, or rows without a time and a price, with line and byte;
 * ATC_CORRUPT_DATA for a document that is cut; ATC_IO
 */
export async function json(file: string | SourceInput, options: JsonOptions = {}): Promise<DataSource> {
  checkOptions(options);
  const { input, realPath } = typeof file === "string" ? await fileInput(file) : { input: file, realPath: undefined };
  const opened = await inspect(input, options);
  const { layout } = opened;
  return createDataSource({
    identity: {
      name: input.name,
      ...(realPath === undefined ? {} : { path: realPath }),
      parts: {
        reader: `@atc/source-json/${readerVersion}`,
        ...input.parts,
        options: identifyingOptions(options),
        ...(layout.symbol === undefined ? {} : { symbol: layout.symbol }),
      },
    },
    kind: layout.kind,
    columns: layout.columns,
    notes: layout.notes,
    timeIs: layout.time.timeIs,
    read: (reading) => chunksOf(opened, reading),
  });
}
