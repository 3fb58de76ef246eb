import { createHash } from "node:crypto";
import { open, realpath, stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  AtcError,
  type ColumnMetadata,
  type DataSource,
  fromSystemError,
  type Plugin,
  type SourceInput,
} from "@atc/contract";
import {
  checkSourceOptions,
  chunkBuilder,
  createDataSource,
  type FileState,
  fileStateOf,
  identifyingOptions,
  identifyingState,
  isoReader,
  noTime,
  type SourceOptions,
  type SourceReading,
  storeTimespec,
  throwIfChanged,
  wholeTextReader,
} from "@atc/plugin-kit";

/** The options that package.json declares. */
export interface ReadingOptions extends Pick<SourceOptions, "badRows"> {
  /** The character between two fields. Default: `;`. */
  readonly separator?: ";" | "|";
}

/** What a host passes to `create`: the options, and a path or bytes that stand for a file, such as those of an archive. */
export interface PluginOptions extends ReadingOptions {
  /** The file's path, as the user gave it. */
  readonly path?: string;
  /** The bytes of a file, instead of `path`. */
  readonly input?: SourceInput;
}

const name = "plugin-name";
/** Part of each source's identity. Raise it if the same bytes give other rows than before. */
const readerVersion = 1;
const pieceBytes = 256 * 1024;
const rowsPerChunk = 16_384;

const columns: readonly ColumnMetadata[] = [
  { name: "symbol", type: "text" },
  { name: "timestamp", type: "timestamp[ms]" },
  { name: "close", type: "float64" },
];

async function stateOf(path: string): Promise<FileState> {
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
  return fileStateOf(path, status, "a file of rows");
}

async function* piecesOf(path: string, state: FileState): AsyncGenerator<Uint8Array> {
  try {
    const handle = await open(path);
    try {
      for (;;) {
        const piece = new Uint8Array(pieceBytes);
        const { bytesRead } = await handle.read(piece);
        if (bytesRead === 0) break;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk");
  }
  throwIfChanged(path, state, await stateOf(path));
}

/** A file as bytes that can be read again from the start. */
async function fileInput(path: string): Promise<SourceInput> {
  const state = await stateOf(path);
  return {
    name: path,
    fileName: basename(path),
    size: state.size,
    parts: identifyingState(state),
    open: () => piecesOf(path, state),
  };
}

function invalidText(input: SourceInput, cause: unknown): AtcError {
  return new AtcError("ATC_INVALID_DATA", `"${input.name}" is not UTF-8 text; save it as UTF-8`, { cause });
}

/** The lines of a text that comes in pieces, without their ends. */
function lineSplitter(input: SourceInput): { next(piece: Uint8Array): readonly string[]; last(): string } {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  const decode = (piece?: Uint8Array): string => {
    try {
      return rest + decoder.decode(piece, { stream: piece !== undefined });
    } catch (error) {
      throw invalidText(input, error);
    }
  };
  return {
    next(piece) {
      const lines = decode(piece).split("\n");
      rest = lines.pop() ?? "";
      return lines;
    },
    last: decode,
  };
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A price; NaN, which the chunk builder reports, for anything else. */
function priceOf(text: string): number {
  return number.test(text) ? Number(text) : Number.NaN;
}

/** Reads lines of `SYMBOL;2024-01-02T14:30:00Z;471.5`, or with a date only. Empty lines are skipped. */
async function* read(input: SourceInput, options: ReadingOptions, { check, report, onBadRow }: SourceReading) {
  const { badRows = "error", separator = ";" } = options;
  const symbols: string[] = [];
  const indices = new Map<string, number>();
  const rows = chunkBuilder({
    source: input.name,
    columns,
    capacity: rowsPerChunk,
    symbols,
    dictionaries: {},
    badRows,
    onBadRow,
  });
  const close = rows.columns["close"] as Float64Array;
  const timeHalves = new Int32Array(rows.times.buffer);
  const timespec = new Float64Array(2);
  // `true`: a time of day without a zone is refused, because a guess could be wrong.
  const readTime = wholeTextReader(isoReader(true), timespec);
  const encoder = new TextEncoder();
  const hash = createHash("sha256");
  let bytes = 0;
  let line = 0;
  // The lines of the batch that the chunk builder has not accepted yet, for messages.
  let texts: string[] = [];
  let lines: number[] = [];

  const indexOf = (symbol: string): number => {
    const index = indices.get(symbol) ?? symbols.push(symbol) - 1;
    indices.set(symbol, index);
    return index;
  };
  const put = (given: string): void => {
    line++;
    const text = given.endsWith("\r") ? given.slice(0, -1) : given;
    if (text.trim() === "") return;
    const fields = text.split(separator);
    const [symbol = "", time = "", price = ""] = fields;
    if (fields.length !== 3) {
      accept();
      rows.reject({ line, reason: "fields", text: text.slice(0, 80) });
      return;
    }
    const row = rows.length() + texts.length;
    const coded = encoder.encode(time);
    rows.symbols[row] = indexOf(symbol.trim());
    if (!readTime(coded, 0, coded.length) || !storeTimespec(timespec, "ms", timeHalves, row)) rows.times[row] = noTime;
    close[row] = priceOf(price.trim());
    texts.push(text);
    lines.push(line);
    if (row + 1 === rowsPerChunk) accept();
  };
  const accept = (): void => {
    rows.accept(
      texts.length,
      (row, column) => texts[row]?.split(separator)[columns.findIndex((one) => one.name === column)] ?? "",
      (row) => ({ line: lines[row] ?? line }),
    );
    texts = [];
    lines = [];
  };

  const splitter = lineSplitter(input);
  for await (const piece of input.open()) {
    check();
    hash.update(piece);
    bytes += piece.length;
    for (const text of splitter.next(piece)) {
      put(text);
      if (rows.length() === rowsPerChunk) yield rows.take();
    }
    report({ done: bytes, total: input.size, unit: "bytes" });
  }
  put(splitter.last());
  accept();
  if (rows.length() > 0) yield rows.take();
  check();
  return { rows: rows.rows(), badRows: rows.badRows(), bytes, hash: hash.digest("hex").slice(0, 16) };
}

/**
 * Opens a file as a source of daily or shorter bars with a close.
 *
 * @param file - a path, or bytes that stand for a file
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for an unknown option, or one out of its range
 */
export async function source(file: string | SourceInput, options: ReadingOptions = {}): Promise<DataSource> {
  // Options may come from a configuration or from `--source-option`, where the compiler does not check them.
  checkSourceOptions(name, options, { separator: [";", "|"] });
  const input = typeof file === "string" ? await fileInput(file) : file;
  return createDataSource({
    identity: {
      name: input.name,
      ...(typeof file === "string" ? { path: await realpath(file) } : {}),
      parts: {
        reader: `${name}/${readerVersion}`,
        ...input.parts,
        options: identifyingOptions(options, ["separator"]),
      },
    },
    kind: "bars",
    columns,
    read: (reading) => read(input, options, reading),
  });
}

const plugin: Plugin<"source", PluginOptions> = {
  kind: "source",
  name,
  create({ path, input, ...options }) {
    const file = input ?? path;
    if (file !== undefined) return source(file, options);
    throw new AtcError("ATC_INVALID_ARGUMENT", `${name}: the option path is missing; give the path of a file`);
  },
};

/** What a host imports. */
const plugins: readonly Plugin[] = [plugin];
export default plugins;
