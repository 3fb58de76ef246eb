import type { JsonObject } from "@atc/contract";
import {
  checkSourceOptions,
  identifyingOptions as identifying,
  invalidOption,
  type SourceOptions,
} from "@atc/plugin-kit";

/** The kinds of file that are read without SQL. */
export type FileFormat = "parquet" | "csv" | "json";

/** A query, and the files that it reads. */
export interface SqlSource {
  /** One SELECT, or anything else that can stand in a FROM clause in brackets. Give it an ORDER BY, or rows may come in another order each time. */
  readonly sql: string;
  /** Files, directories or patterns that the query reads as the view `files`; they become part of the identity. */
  readonly files?: string | readonly string[];
}

/** How to read. Of many files without a symbol column each row has the name of its file. */
export interface DuckdbOptions extends SourceOptions {
  /** The files' format; told by their names or first bytes where absent. */
  readonly format?: FileFormat;
  /** Bytes that DuckDB may use, a soft limit: the process may exceed it by some hundred MB. 512 MiB where absent. */
  readonly memoryBytes?: number;
  /** Threads of DuckDB; as many as there are cores where absent. */
  readonly threads?: number;
  /** Where a query that exceeds its memory puts the rest; the system's temporary directory where absent. */
  readonly tempDirectory?: string;
}

const own: Readonly<Record<string, readonly string[]>> = {
  format: ["parquet", "csv", "json"],
  memoryBytes: [],
  threads: [],
  tempDirectory: [],
};
/** DuckDB does not start with less. */
const leastMemory = 32 * 1024 * 1024;

/** Throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range. */
export function checkOptions(options: DuckdbOptions): void {
  checkSourceOptions("duckdb", options, own);
  const { memoryBytes, threads, tempDirectory } = options;
  const refuse = (name: string, value: unknown, allowed: string): never => {
    throw invalidOption("duckdb", name, value, allowed);
  };
  if (tempDirectory !== undefined && (typeof tempDirectory !== "string" || tempDirectory === ""))
    refuse("tempDirectory", tempDirectory, "the path of a directory");
  if (memoryBytes !== undefined && !(Number.isSafeInteger(memoryBytes) && memoryBytes >= leastMemory))
    refuse("memoryBytes", memoryBytes, `a number of bytes from ${leastMemory} on`);
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1 && threads <= 1024))
    refuse("threads", threads, "an integer from 1 to 1024");
}

/** The options that change what is read, as plain data for an identity: not those that say how DuckDB runs. */
export function identifyingOptions(options: DuckdbOptions): JsonObject {
  return identifying(options, ["format"]);
}
