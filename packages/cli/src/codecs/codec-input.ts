import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Codec, ColumnMetadata, Dataset, DType, Series, TypedArray } from "@atc/contract";
import { AtcError, bytesPerElement, dtypeOf, fromSystemError, nearest } from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import { datasetNamed } from "@atc/runtime";
import type { Invocation } from "../invocation/invocation.ts";
import { oneSymbol } from "../invocation/reading-options.ts";

/** The bytes that codecs are measured on. */
export interface CodecInput {
  /** The name of their source, for people. */
  readonly source: string;
  readonly bytes: Uint8Array;
  /** Bytes per element. */
  readonly typesize: number;
}

const dtypes = Object.keys(bytesPerElement) as DType[];

function invalid(flag: string, value: unknown, remedy: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${String(value)}"; ${remedy}`, {
    details: { flag, value: String(value) },
  });
}

/** Bytes per element from `--dtype` or `--typesize`; undefined if neither is given. */
function typesizeOf(options: Readonly<Record<string, unknown>>): number | undefined {
  const { dtype, typesize } = options;
  if (dtype !== undefined) {
    const known = dtypes.find((one) => one === dtype);
    if (known === undefined) throw invalid("--dtype", dtype, `use one of: ${dtypes.join(", ")}`);
    return bytesPerElement[known];
  }
  if (typesize === undefined) return undefined;
  const size = Number(typesize);
  if (!Number.isInteger(size) || size < 1 || size > 255)
    throw invalid("--typesize", typesize, "give an integer from 1 to 255");
  return size;
}

/** Bytes per element from the first `.npy` header in the first 64 KiB; undefined if there is none. */
function npyTypesize(bytes: Uint8Array): number | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2 ** 16)).toString("latin1");
  const size = /\x93NUMPY[\s\S]{4}\{'descr': '[<|][iuf](\d)'/.exec(start)?.[1];
  return size === undefined ? undefined : Number(size);
}

/** The content of a file, decoded if its name has the ending of a codec. */
async function fileInput(run: Invocation, file: string, codecs: readonly Codec[], most: number): Promise<CodecInput> {
  const path = resolve(run.runtime.cwd, file);
  let read: Buffer;
  try {
    if ((await stat(path)).size > 2 ** 31 - 1)
      throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" is larger than 2 GB; give a part of it`);
    read = await readFile(path);
  } catch (error) {
    throw fromSystemError(error, `cannot read "${file}"`, "check the path");
  }
  const stored = new Uint8Array(read.buffer, read.byteOffset, read.length);
  const codec = codecs.find(({ extension }) => path.endsWith(extension));
  const content = codec === undefined ? stored : codec.decode(stored);
  const typesize = typesizeOf(run.options) ?? npyTypesize(content);
  if (typesize === undefined)
    run.say("elements of 1 byte are assumed; set their type with --dtype, such as --dtype float64");
  const size = typesize ?? 1;
  const bytes = content.subarray(0, Math.max(size, most - (most % size)));
  return { source: basename(file), bytes, typesize: size };
}

function chosenColumn(series: Series, name: unknown): ColumnMetadata {
  const names = series.columns.filter(({ type }) => type !== "text").map((column) => column.name);
  const wanted = typeof name === "string" ? name : "close";
  const column = series.columns.find((one) => one.name === wanted && one.type !== "text");
  if (column !== undefined) return column;
  const suggestion = nearest(wanted, names);
  throw new AtcError(
    "ATC_NOT_FOUND",
    `there is no numeric column "${wanted}"; ${suggestion === undefined ? "the" : `did you mean "${suggestion}"? The`} columns for --column: ${names.join(", ")}`,
    { details: { column: wanted, columns: names } },
  );
}

function longestSeries(dataset: Dataset): string {
  let longest = dataset.manifest.series[0];
  for (const series of dataset.manifest.series) if (series.rows > (longest?.rows ?? 0)) longest = series;
  if (longest === undefined) throw new AtcError("ATC_NOT_FOUND", `the dataset "${dataset.manifest.name}" is empty`);
  return longest.symbol;
}

function columnValues(series: Series, { name, type }: ColumnMetadata, rows: number): TypedArray {
  const values = allocate(dtypeOf(type), rows);
  for (const block of series.blocks({ columns: [name], to: rows })) {
    if (values instanceof BigInt64Array) values.set([...block.times()], block.row);
    else values.set(block.values(name), block.row);
  }
  return values;
}

async function columnInput(run: Invocation, given: string, most: number): Promise<CodecInput> {
  const name = await datasetNamed(run.runtime.store, given);
  using dataset = await run.runtime.store.open(name);
  const symbol = oneSymbol(run.options) ?? longestSeries(dataset);
  const series = dataset.series(symbol);
  const column = chosenColumn(series, run.options["column"]);
  const typesize = bytesPerElement[dtypeOf(column.type)];
  const rows = Math.min(series.length, Math.max(1, Math.floor(most / typesize)));
  const values = columnValues(series, column, rows);
  return {
    source: `${name} ${symbol} ${column.name}`,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    typesize,
  };
}

/**
 * The bytes to measure codecs on, at most `most`, from a file or a column of a dataset.
 *
 * @throws ATC_INVALID_ARGUMENT, ATC_NOT_FOUND, ATC_CORRUPT_DATA for a file that its codec refuses, ATC_IO
 */
export async function readCodecInput(
  run: Invocation,
  file: string | undefined,
  codecs: readonly Codec[],
  most: number,
): Promise<CodecInput> {
  const { dataset } = run.options;
  if ((file === undefined) === (dataset === undefined))
    throw new AtcError("ATC_INVALID_ARGUMENT", "give a file, or a dataset with --dataset");
  const input =
    file === undefined ? await columnInput(run, String(dataset), most) : await fileInput(run, file, codecs, most);
  if (input.bytes.length === 0) throw new AtcError("ATC_INVALID_ARGUMENT", `"${input.source}" is empty`);
  return input;
}
