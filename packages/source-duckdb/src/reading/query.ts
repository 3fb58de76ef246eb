import type { Connection, DataChunk, PreparedStatement, Result } from "@duckdb/node-bindings";
import type { Database } from "../engine/database.ts";

/** A query that runs on a connection of its own, as far as others may end it. */
export interface Reading {
  /** Ends the call that is waiting, and all later ones. */
  interrupt(): void;
  /** Waits for the call and gives the connection back. May be called twice. */
  close(): Promise<void>;
}

/** A query whose result is streamed. */
export interface Query extends Reading {
  /** The connection; what the query leaves there can be asked for after its end. */
  readonly connection: Connection;
  /** The next rows; undefined at the end. Valid until the step after. */
  next(): Promise<{ readonly chunk: DataChunk; readonly length: number } | undefined>;
}

/** An interruption ahead of a query's start has no effect on it, so it is repeated, in ms. */
const interruptInterval = 20;

/** Connects; the query itself starts with the first step. */
export async function startQuery({ duckdb, connect }: Database, sql: string): Promise<Query> {
  const connection = await connect();
  let waiting: Promise<unknown> = Promise.resolve();
  let isOpen = true;
  let isInterrupted = false;
  let prepared: PreparedStatement | undefined;
  let result: Result | undefined;
  // The chunk in use: DuckDB frees its memory, and with it the arrays over it, when the chunk object is collected.
  let held: DataChunk | null = null;
  const wait = <T>(call: () => Promise<T>): Promise<T> => {
    if (isInterrupted || !isOpen) return Promise.reject(new Error("INTERRUPT: the query was ended"));
    const running = call();
    waiting = running.catch(() => undefined);
    return running;
  };
  return {
    connection,
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
      // A result is destroyed when its object is collected, and holds the files until then. Another query of the connection ends it now.
      if (result !== undefined) await duckdb.query(connection, "SELECT 1").catch(() => undefined);
      result = undefined;
      if (prepared !== undefined) duckdb.destroy_prepare_sync(prepared);
      duckdb.disconnect_sync(connection);
    },
  };
}
