import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AtcError, type BadRow, type ColumnMetadata, isAtcError, type SourceSummary } from "@atc/contract";
import duckdbBinding from "@duckdb/node-bindings";
import { afterAll } from "vitest";
import { type DuckdbOptions, duckdb, type SqlSource } from "../src/index.ts";

/** The tests' own directory. */
export const directory: string = mkdtempSync(join(tmpdir(), "atc-duckdb-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A path in the tests' directory, whose folder is there. */
export function pathOf(name: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** Writes a file and returns its path. */
export function fileOf(content: string | Uint8Array, name: string): string {
  const path = pathOf(name);
  writeFileSync(path, content);
  return path;
}

/** Writes the rows of a query into a file through DuckDB and returns its path. */
export async function copyOf(sql: string, name: string, options = "FORMAT parquet"): Promise<string> {
  const path = pathOf(name);
  const database = await duckdbBinding.open(":memory:");
  const connection = await duckdbBinding.connect(database);
  await duckdbBinding.query(connection, "SET TimeZone = 'UTC'");
  await duckdbBinding.query(connection, `COPY (${sql}) TO '${path}' (${options})`);
  duckdbBinding.disconnect_sync(connection);
  duckdbBinding.close_sync(database);
  return path;
}

/** All that a source holds. */
export interface Read {
  readonly kind: string;
  readonly metadata: readonly ColumnMetadata[];
  readonly symbols: readonly string[];
  readonly times: readonly bigint[];
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly texts: Readonly<Record<string, readonly (string | undefined)[]>>;
  readonly badRows: readonly BadRow[];
  readonly summary: SourceSummary | undefined;
}

/** Reads a source to its end. */
export async function read(from: string | readonly string[] | SqlSource, options: DuckdbOptions = {}): Promise<Read> {
  await using source = await duckdb(from, { threads: 2, ...options });
  const symbols: string[] = [];
  const times: bigint[] = [];
  const numbers: Record<string, number[]> = {};
  const texts: Record<string, (string | undefined)[]> = {};
  const badRows: BadRow[] = [];
  for await (const chunk of source.chunks({ onBadRow: (row) => badRows.push(row) })) {
    for (const index of chunk.symbol.indices) symbols.push(chunk.symbol.values[index] ?? "?");
    for (const { name, type } of source.columns.slice(1)) {
      const column = Array.from<number | bigint>(chunk.columns[name] ?? []);
      if (name === "timestamp") times.push(...column.map(BigInt));
      else if (type === "text") {
        texts[name] ??= [];
        for (const index of column) texts[name]?.push(chunk.dictionaries?.[name]?.[Number(index)]);
      } else {
        numbers[name] ??= [];
        for (const value of column) numbers[name]?.push(Number(value));
      }
    }
  }
  const { kind, columns: metadata } = source;
  return { kind, metadata, symbols, times, numbers, texts, badRows, summary: source.summary() };
}

/** The AtcError that a reading ends with. */
export async function failure(reading: Promise<unknown>): Promise<AtcError> {
  try {
    await reading;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
  throw new Error("the reading did not fail");
}
