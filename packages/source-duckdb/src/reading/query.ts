import type { Connection, DataChunk, PreparedStatement, Result } from "@duckdb/node-bindings";
import type { Database } from "../engine/database.ts";

/** A query in progress, on a connection of its own. */
export interface Reading {
  /** Ends the pending call, and all later ones, with an error. */
  interrupt(): void;
  /** Waits for the pending call and closes the connection. May be called twice. */
  close(): Promise<void>;
}

/** A query whose result is streamed. */
export interface Query extends Reading {
  /** Calls DuckDB with the connection, such as for the query's side results after its end. `close` waits for it. */
  during<T>(call: (connection: Connection) => Promise<T>): Promise<T>;
  /** The next rows, valid until the next call; undefined at the end. */
  next(): Promise<{ readonly chunk: DataChunk; readonly length: number } | undefined>;
}

/** Milliseconds between interruptions: one before the query's start has no effect on it. */
const interruptInterval = 20;

/** Connects. The first call of `next` starts the query. */
export async function startQuery({ duckdb, connect }: Database, sql: string): Promise<Query> {
  const connection = await connect();
  let waiting: Promise<unknown> = Promise.resolve();
  let isOpen = true;
  let isInterrupted = false;
  let prepared: PreparedStatement | undefined;
  let result: Result | undefined;
  // Keeps the chunk in use: when its object is collected, DuckDB frees the memory under its arrays.
  let held: DataChunk | null = null;
  const wait = <T>(call: () => Promise<T>): Promise<T> => {
    if (isInterrupted || !isOpen) return Promise.reject(new Error("INTERRUPT: the query was ended"));
    const running = call();
    waiting = running.catch(() => undefined);
    return running;
  };
  return {
    during: (call) => wait(() => call(connection)),
    next: async () => {
      if (result === undefined) {
        const statement = await wait(() => duckdb.prepare(connection, sql));
        prepared = statement;
        result = await wait(() => duckdb.execute_prepared_streaming(statement));
      }
      const streaming = result;
      held = await wait(() => duckdb.fetch_chunk(streaming));
      const length = held === null ? 0 : duckdb.data_chunk_get_size(held);
      return held === null || length === 0 ? undefined : { chunk: held, length };
    },
    interrupt: () => {
      if (!isOpen || isInterrupted) return;
      isInterrupted = true;
      duckdb.interrupt(connection);
      const again = setInterval(() => duckdb.interrupt(connection), interruptInterval);
      void waiting.finally(() => clearInterval(again));
    },
    close: async () => {
      await waiting;
      if (!isOpen) return;
      isOpen = false;
      held = null;
      // A result keeps its files open until its object is collected. Another query on the connection closes it now.
      if (result !== undefined) await duckdb.query(connection, "SELECT 1").catch(() => undefined);
      result = undefined;
      if (prepared !== undefined) duckdb.destroy_prepare_sync(prepared);
      duckdb.disconnect_sync(connection);
    },
  };
}
