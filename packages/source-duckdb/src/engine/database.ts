import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection, Database as NativeDatabase } from "@duckdb/node-bindings";
import { type Binding, binding } from "./binding.ts";
import type { DuckdbOptions } from "./duckdb-options.ts";
import { createStringReader, vectorWords } from "./string-vector.ts";

/** The database of one source, in memory. */
export interface Database extends AsyncDisposable {
  readonly duckdb: Binding;
  /** Opens a connection whose times are UTC; the caller disconnects it. Rejects if the database is closed. */
  connect(): Promise<Connection>;
  /** The rows of a small query as objects; 64-bit integers become numbers. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const defaultMemory = 512 * 1024 * 1024;

async function open(duckdb: Binding, options: DuckdbOptions, tempDirectory: string): Promise<NativeDatabase> {
  const config = duckdb.create_config();
  const settings: Readonly<Record<string, string>> = {
    memory_limit: `${Math.floor((options.memoryBytes ?? defaultMemory) / 1024)}KiB`,
    temp_directory: tempDirectory,
    // Nothing is fetched from the network without the user's knowledge.
    autoinstall_known_extensions: "false",
    allow_community_extensions: "false",
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  };
  for (const [name, value] of Object.entries(settings)) duckdb.set_config(config, name, value);
  return duckdb.open(":memory:", config);
}

/** The rows of a query with one text column. */
export async function textRows(duckdb: Binding, connection: Connection, sql: string): Promise<string[]> {
  const result = await duckdb.query(connection, sql);
  const reader = createStringReader(duckdb);
  const texts: string[] = [];
  for (;;) {
    const chunk = await duckdb.fetch_chunk(result);
    const length = chunk === null ? 0 : duckdb.data_chunk_get_size(chunk);
    if (chunk === null || length === 0) return texts;
    const indices = new Int32Array(length);
    reader.read(vectorWords(duckdb, duckdb.data_chunk_get_vector(chunk, 0), length), length, indices, 0);
    for (const index of indices) texts.push(reader.values[index] ?? "");
  }
}

/**
 * Opens a database. Queries that exceed its memory use a new directory within the temporary one, which disposal
 * removes.
 */
export async function openDatabase(options: DuckdbOptions): Promise<Database> {
  const duckdb = await binding();
  const tempDirectory = join(options.tempDirectory ?? tmpdir(), `atc-duckdb-${process.pid}-${randomUUID()}`);
  const native = await open(duckdb, options, tempDirectory);
  const connecting = new Set<Promise<Connection>>();
  let closing: Promise<void> | undefined;
  const connected = async (): Promise<Connection> => {
    const connection = await duckdb.connect(native);
    await duckdb.query(connection, "SET TimeZone = 'UTC'");
    return connection;
  };
  // The binding connects on a thread of its own. A database that is closed before or meanwhile ends the process.
  const connect = async (): Promise<Connection> => {
    if (closing !== undefined) throw new Error("INTERRUPT: the database is closed");
    const pending = connected();
    connecting.add(pending);
    try {
      return await pending;
    } finally {
      connecting.delete(pending);
    }
  };
  const close = async (): Promise<void> => {
    await Promise.allSettled(connecting);
    duckdb.close_sync(native);
    await rm(tempDirectory, { recursive: true, force: true });
  };
  return {
    duckdb,
    connect,
    rows: async (sql) => {
      const connection = await connect();
      try {
        const texts = await textRows(duckdb, connection, `SELECT to_json(answer)::VARCHAR FROM (${sql}\n) AS answer`);
        return texts.map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>);
      } finally {
        duckdb.disconnect_sync(connection);
      }
    },
    [Symbol.asyncDispose]: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** A text as SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A column's name as SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
