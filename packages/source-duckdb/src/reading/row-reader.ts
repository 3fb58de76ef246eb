import type { ColumnMetadata } from "@atc/contract";
import { type ChunkBuilder, convertTimes } from "@atc/plugin-kit";
import type { DataChunk, Vector } from "@duckdb/node-bindings";
import type { Binding } from "../engine/binding.ts";
import {
  createStringReader,
  isValid,
  type StringReader,
  vectorValidity,
  vectorWords,
} from "../engine/string-vector.ts";
import type { Projection } from "../sql/projection.ts";

/** The high half of the int64 that stands for no time; its low half is 0. */
const noTimeHigh = -(2 ** 31);

/** Moves DuckDB's chunks of 2,048 rows into the buffers of larger ones. */
export interface RowReader {
  /** The symbols so far. */
  readonly symbols: readonly string[];
  /** The texts of the other text columns so far. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
  /** Puts a chunk's rows behind those that the builder has, and lets it take them. */
  read(chunk: DataChunk, length: number, builder: ChunkBuilder): void;
}

/** A reader of a projection's result. */
export function createRowReader(
  duckdb: Binding,
  projection: Projection,
  fixedSymbol: string | undefined,
  rename: ((text: string) => string) | undefined,
): RowReader {
  const symbolReader = createStringReader(duckdb, rename);
  const symbols = fixedSymbol === undefined ? symbolReader.values : [fixedSymbol];
  const textReaders = new Map<string, StringReader>();
  const isText = ({ type }: ColumnMetadata): boolean => type === "text";
  for (const { name } of projection.columns.slice(2).filter(isText)) textReaders.set(name, createStringReader(duckdb));

  const readStrings = (reader: StringReader, vector: Vector, length: number, target: Int32Array, at: number): void =>
    reader.read(vectorWords(duckdb, vector, length), length, target, at);

  return {
    symbols,
    dictionaries: Object.fromEntries([...textReaders].map(([name, { values }]) => [name, values])),
    read: (chunk, length, builder) => {
      const at = builder.length();
      if (fixedSymbol !== undefined) builder.symbols.fill(0, at, at + length);
      for (const [position, { name, role }] of projection.projected.entries()) {
        if (role === "fault") {
          if (name in builder.columns)
            markFaults(duckdb, chunk, length, position, builder.columns[name] as Float64Array, at);
          continue;
        }
        const vector = duckdb.data_chunk_get_vector(chunk, position);
        if (role === "symbol") readStrings(symbolReader, vector, length, builder.symbols, at);
        else if (role === "time") readTimes(duckdb, vector, length, projection, builder, at);
        else if (role === "number") readNumbers(duckdb, vector, length, builder.columns[name] as Float64Array, at);
        else
          readStrings(textReaders.get(name) as StringReader, vector, length, builder.columns[name] as Int32Array, at);
      }
      builder.accept(length, (row, column) => textAt(duckdb, chunk, length, projection, row, column));
    },
  };
}

function readTimes(
  duckdb: Binding,
  vector: Vector,
  length: number,
  { kind, timeUnit }: Projection,
  builder: ChunkBuilder,
  at: number,
): void {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
  const target = builder.times.subarray(at, at + length);
  convertTimes(new BigInt64Array(buffer, byteOffset, length), timeUnit, target, kind === "ticks" ? "ns" : "ms");
  const validity = vectorValidity(duckdb, vector, length);
  if (validity === null) return;
  const halves = new Int32Array(target.buffer, target.byteOffset, 2 * length);
  for (let row = 0; row < length; row++) {
    if (isValid(validity, row)) continue;
    halves[2 * row] = 0;
    halves[2 * row + 1] = noTimeHigh;
  }
}

function readNumbers(duckdb: Binding, vector: Vector, length: number, target: Float64Array, at: number): void {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
  target.set(new Float64Array(buffer, byteOffset, length), at);
  const validity = vectorValidity(duckdb, vector, length);
  if (validity === null) return;
  // The bytes under a missing value are whatever stood there before.
  for (let row = 0; row < length; row++) if (!isValid(validity, row)) target[at + row] = Number.NaN;
}

/** Texts that stand for a number that is missing, as in the CSV source. */
const missing: ReadonlySet<string> = new Set(["", "nan", "null", "na", "n/a", "-", "none"]);

/** Puts infinity where a text is no number, which no price and no volume may be: NaN stands for what is missing. */
function markFaults(
  duckdb: Binding,
  chunk: DataChunk,
  length: number,
  position: number,
  target: Float64Array,
  at: number,
): void {
  const strings = vectorWords(duckdb, duckdb.data_chunk_get_vector(chunk, position), length);
  if (strings.validity?.every((byte) => byte === 0)) return;
  const indices = new Int32Array(length);
  const reader = createStringReader(duckdb);
  reader.read(strings, length, indices, 0);
  for (let row = 0; row < length; row++) {
    const text = reader.values[indices[row]];
    if (text !== undefined && !missing.has(text.trim().toLowerCase())) target[at + row] = Number.POSITIVE_INFINITY;
  }
}

/** What stands in a column of a row of a chunk, for messages: its text where it could not be converted, else its number. */
function textAt(
  duckdb: Binding,
  chunk: DataChunk,
  length: number,
  projection: Projection,
  row: number,
  column: string,
): string {
  const find = (isFault: boolean): number =>
    projection.projected.findIndex(({ name, role }) => name === column && (role === "fault") === isFault);
  const fault = find(true);
  if (fault >= 0) {
    const strings = vectorWords(duckdb, duckdb.data_chunk_get_vector(chunk, fault), length);
    if (isValid(strings.validity, row)) {
      const indices = new Int32Array(length);
      const reader = createStringReader(duckdb);
      reader.read(strings, length, indices, 0);
      return reader.values[indices[row]] ?? "";
    }
  }
  const position = find(false);
  const role = projection.projected[position]?.role;
  if (role === undefined) return "";
  const vector = duckdb.data_chunk_get_vector(chunk, position);
  if (!isValid(vectorValidity(duckdb, vector, length), row)) return "NULL";
  if (role === "symbol") return "";
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
  return String(
    (role === "time" ? new BigInt64Array(buffer, byteOffset, length) : new Float64Array(buffer, byteOffset, length))[
      row
    ],
  );
}
