import { access } from "node:fs/promises";
import {
  type ColumnMetadata,
  fromSystemError,
  type ReadableTable,
  type TableBatch,
  type TableReader,
  type TextColumn,
} from "@atc/contract";
import type { DataChunk } from "@duckdb/node-bindings";
import { type Database, identifier, openDatabase, quoted } from "./engine/database.ts";
import { duckdbError } from "./engine/duckdb-error.ts";
import type { DuckdbOptions } from "./engine/duckdb-options.ts";
import { createStringReader, isValid, vectorValidity, vectorWords } from "./engine/string-vector.ts";
import { startQuery } from "./reading/query.ts";

/** How to read Parquet files. */
export type ParquetReadingOptions = Pick<DuckdbOptions, "memoryBytes" | "threads" | "tempDirectory">;

const numbers = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN)$/;

/** The columns that are numbers or texts. */
async function columnsOf(database: Database, path: string): Promise<readonly ColumnMetadata[]> {
  const described = await database.rows(
    `SELECT column_name AS name, column_type AS type FROM (DESCRIBE FROM read_parquet(${path}))`,
  );
  return described.flatMap(({ name, type }): readonly ColumnMetadata[] => {
    if (type === "VARCHAR") return [{ name: String(name), type: "text" }];
    return numbers.test(String(type)) ? [{ name: String(name), type: "float64" }] : [];
  });
}

async function metadataOf(database: Database, path: string): Promise<Readonly<Record<string, string>>> {
  // A key need not be UTF-8, and decode fails then.
  const pairs = await database.rows(
    `SELECT try(decode(key)) AS key, try(decode(value)) AS value FROM parquet_kv_metadata(${path})`,
  );
  return Object.fromEntries(
    pairs.flatMap(({ key, value }) => (typeof key === "string" && typeof value === "string" ? [[key, value]] : [])),
  );
}

/** Reads the columns of a chunk. The texts of all chunks are numbered together. */
function chunkReader({ duckdb }: Database, columns: readonly ColumnMetadata[]) {
  const texts = columns.map(({ type }) => (type === "text" ? createStringReader(duckdb) : undefined));
  return (chunk: DataChunk, length: number): TableBatch["values"] =>
    Object.fromEntries(
      columns.map(({ name }, place): [string, Float64Array | TextColumn] => {
        const vector = duckdb.data_chunk_get_vector(chunk, place);
        const reader = texts[place];
        if (reader !== undefined) {
          const indices = new Int32Array(length);
          reader.read(vectorWords(duckdb, vector, length), length, indices, 0);
          return [name, { indices, values: reader.values }];
        }
        const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
        const values = new Float64Array(buffer, byteOffset, length).slice();
        const validity = vectorValidity(duckdb, vector, length);
        // The bytes of a missing value may be anything.
        if (validity !== null)
          for (let row = 0; row < length; row++) if (!isValid(validity, row)) values[row] = Number.NaN;
        return [name, values];
      }),
    );
}

/** Reads Parquet files of any columns. DuckDB streams the rows, so memory does not grow with them. */
export function parquetReader(options: ParquetReadingOptions = {}): TableReader {
  return {
    name: "parquet",
    async open(file): Promise<ReadableTable> {
      await access(file).catch((error: unknown) => {
        throw fromSystemError(error, `cannot read "${file}"`, "check the path");
      });
      // Brackets and asterisks in a path would be a pattern.
      const path = quoted(file.replaceAll(/[*?[]/g, "[$&]"));
      const database = await openDatabase(options);
      try {
        const columns = await columnsOf(database, path);
        const metadata = await metadataOf(database, path);
        const chosen = columns.map(({ name, type }) =>
          type === "text" ? identifier(name) : `${identifier(name)}::DOUBLE`,
        );
        return {
          columns,
          metadata,
          async *batches() {
            const query = await startQuery(database, `SELECT ${chosen.join(", ")} FROM read_parquet(${path})`);
            try {
              const read = chunkReader(database, columns);
              for (let rows = await query.next(); rows !== undefined; rows = await query.next())
                yield { length: rows.length, values: read(rows.chunk, rows.length) };
            } catch (error) {
              throw duckdbError(error, file);
            } finally {
              await query.close();
            }
          },
          [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
        };
      } catch (error) {
        await database[Symbol.asyncDispose]();
        throw duckdbError(error, file);
      }
    },
  };
}
