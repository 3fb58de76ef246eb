import type { ColumnMetadata } from "@atc/contract";
import { type ChunkBuilder, isMissing, type RowTimes } from "@atc/plugin-kit";
import type { DataChunk, Vector } from "@duckdb/node-bindings";
import type { Binding } from "../engine/binding.ts";
import {
  createStringReader,
  isValid,
  type StringReader,
  type StringVector,
  vectorValidity,
  vectorWords,
} from "../engine/string-vector.ts";
import type { Projection } from "../sql/projection.ts";
import { type TimeFiller, timeFiller } from "./time-filler.ts";

/** Copies DuckDB's chunks of 2,048 rows into the buffers of larger ones. */
export interface RowReader {
  /** The symbols so far. */
  readonly symbols: readonly string[];
  /** The texts of the other text columns so far. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
  /** Copies a chunk's rows behind those of the builder, which then accepts them. */
  read(chunk: DataChunk, length: number, builder: ChunkBuilder): void;
}

/** A chunk of DuckDB, valid until the query's next step. */
interface ChunkRows {
  readonly duckdb: Binding;
  readonly chunk: DataChunk;
  /** Rows. */
  readonly length: number;
}

function vectorAt({ duckdb, chunk }: ChunkRows, position: number): Vector {
  return duckdb.data_chunk_get_vector(chunk, position);
}

function stringsAt(rows: ChunkRows, position: number): StringVector {
  return vectorWords(rows.duckdb, vectorAt(rows, position), rows.length);
}

/**
 * A reader of a projection's result.
 *
 * @param fixedSymbol - the symbol of every row, if no column holds it
 * @param rename - maps a symbol of the result to the symbol of the source; default: the same
 * @param times - reads times and counts their forms
 * @param firstLine - the line of the first row, if rows are lines
 */
export function createRowReader(
  duckdb: Binding,
  projection: Projection,
  fixedSymbol: string | undefined,
  rename: ((text: string) => string) | undefined,
  times: RowTimes,
  firstLine: number | undefined,
): RowReader {
  const symbolReader = createStringReader(duckdb, rename);
  const symbols = fixedSymbol === undefined ? symbolReader.values : [fixedSymbol];
  const textReaders = new Map<string, StringReader>();
  const isText = ({ type }: ColumnMetadata): boolean => type === "text";
  for (const { name } of projection.columns.slice(2).filter(isText)) textReaders.set(name, createStringReader(duckdb));

  const fillTimes: TimeFiller = timeFiller(duckdb, projection, times, firstLine);

  return {
    symbols,
    dictionaries: Object.fromEntries([...textReaders].map(([name, { values }]) => [name, values])),
    read: (chunk, length, builder) => {
      const rows: ChunkRows = { duckdb, chunk, length };
      const at = builder.length();
      if (fixedSymbol !== undefined) builder.symbols.fill(0, at, at + length);
      for (const [position, { name, role }] of projection.projected.entries()) {
        const target = builder.columns[name];
        if (role === "symbol") symbolReader.read(stringsAt(rows, position), length, builder.symbols, at);
        else if (role === "time" || role === "clock") continue;
        else if (role === "number") readNumbers(rows, position, target as Float64Array, at);
        else if (role === "text")
          textReaders.get(name)?.read(stringsAt(rows, position), length, target as Int32Array, at);
        // The time has no array of numbers: its faults are found by `noTime`.
        else if (target !== undefined) markFaults(rows, position, target as Float64Array, at);
      }
      // Last, because only times of rows that stay are counted.
      fillTimes.fill(chunk, length, builder);
      builder.accept(length, (row, column) =>
        column === "timestamp"
          ? (fillTimes.text(row) ?? textAt(rows, projection, row, column))
          : textAt(rows, projection, row, column),
      );
    },
  };
}

function readNumbers(rows: ChunkRows, position: number, target: Float64Array, at: number): void {
  const { duckdb, length } = rows;
  const vector = vectorAt(rows, position);
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
  target.set(new Float64Array(buffer, byteOffset, length), at);
  const validity = vectorValidity(duckdb, vector, length);
  if (validity === null) return;
  // The bytes of a missing value may be anything.
  for (let row = 0; row < length; row++) if (!isValid(validity, row)) target[at + row] = Number.NaN;
}

/** Writes infinity, which no price and no volume may be, if a text is not a number. NaN stands for a missing number. */
function markFaults(rows: ChunkRows, position: number, target: Float64Array, at: number): void {
  const { duckdb, length } = rows;
  const strings = stringsAt(rows, position);
  if (strings.validity?.every((byte) => byte === 0)) return;
  const indices = new Int32Array(length);
  const reader = createStringReader(duckdb);
  reader.read(strings, length, indices, 0);
  for (let row = 0; row < length; row++) {
    const text = reader.values[indices[row]];
    if (text !== undefined && !isMissing(text.trim())) target[at + row] = Number.POSITIVE_INFINITY;
  }
}

/** The text of a value for messages: what could not be converted, else the number. */
function textAt(rows: ChunkRows, projection: Projection, row: number, column: string): string {
  const { duckdb, length } = rows;
  const find = (isFault: boolean): number =>
    projection.projected.findIndex(({ name, role }) => name === column && (role === "fault") === isFault);
  const fault = find(true);
  if (fault >= 0) {
    const strings = stringsAt(rows, fault);
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
  const vector = vectorAt(rows, position);
  if (!isValid(vectorValidity(duckdb, vector, length), row)) return "NULL";
  if (role === "symbol" || role === "time") return "";
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
  return String(new Float64Array(buffer, byteOffset, length)[row]);
}
