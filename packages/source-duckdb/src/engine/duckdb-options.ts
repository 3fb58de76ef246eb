import type { JsonObject } from "@atc/contract";
import {
  type ClockDigits,
  checkLocalTimeOptions,
  checkSourceOptions,
  clockDigitWords,
  identifyingOptions as identifying,
  invalidOption,
  type LocalTimeOptions,
  type SourceOptions,
} from "@atc/plugin-kit";

/** The formats of files that are read without SQL. */
export type FileFormat = "parquet" | "csv" | "json";

/** A query, and the files that it reads. */
export interface SqlSource {
  /**
   * A SELECT, or anything else that can be in parentheses in a FROM clause. Without ORDER BY, the order of rows may
   * vary.
   */
  readonly sql: string;
  /** Files, directories or patterns that the query reads as the view `files`. They become part of the identity. */
  readonly files?: string | readonly string[];
}

/** How to read files. If several files have no symbol column, each row's symbol is the name of its file. */
export interface DuckdbOptions extends SourceOptions, LocalTimeOptions {
  /** The order of day, month and year in texts such as `31/01/2024`. Default: `ymd`; it is never guessed. */
  readonly dateOrder?: "ymd" | "dmy" | "mdy";
  /**
   * How times of day that are numbers are read: 930 as 09:30 (`hhmm`) or as 00:09:30 (`hhmmss`), 9 as
   * 09:00 (`h`), or as seconds or milliseconds after midnight (`s`, `ms`). Default: `hhmm` or `hhmmss`, if their digits
   * allow only one of the two.
   */
  readonly clockDigits?: ClockDigits;
  /** The files' format. Default: detected by their names or first bytes. */
  readonly format?: FileFormat;
  /** Bytes that DuckDB may use, default 512 MiB. A soft limit: the process may exceed it by some hundred MB. */
  readonly memoryBytes?: number;
  /** Threads of DuckDB. Default: one per core. */
  readonly threads?: number;
  /** The directory for data of queries that exceed their memory. Default: the system's temporary directory. */
  readonly tempDirectory?: string;
}

const own: Readonly<Record<string, readonly string[]>> = {
  format: ["parquet", "csv", "json"],
  dateOrder: ["ymd", "dmy", "mdy"],
  clockDigits: clockDigitWords,
  timeZone: [],
  disambiguation: [],
  memoryBytes: [],
  threads: [],
  tempDirectory: [],
};
/** DuckDB does not start with less. */
const leastMemory = 32 * 1024 * 1024;

/** Throws ATC_INVALID_ARGUMENT for the first option that is unknown or out of range. */
export function checkOptions(options: DuckdbOptions): void {
  checkSourceOptions("duckdb", options, own);
  checkLocalTimeOptions("duckdb", options);
  const { memoryBytes, threads, tempDirectory } = options;
  const refuse = (name: string, value: unknown, allowed: string): never => {
    throw invalidOption("duckdb", name, value, allowed);
  };
  if (tempDirectory !== undefined && (typeof tempDirectory !== "string" || tempDirectory === ""))
    refuse("tempDirectory", tempDirectory, "the path of a directory");
  if (memoryBytes !== undefined && !(Number.isSafeInteger(memoryBytes) && memoryBytes >= leastMemory))
    refuse("memoryBytes", memoryBytes, `a number of bytes, at least ${leastMemory}`);
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1 && threads <= 1024))
    refuse("threads", threads, "an integer from 1 to 1024");
}

/** The options that change what is read, as plain data for an identity: not those of DuckDB's resources. */
export function identifyingOptions(options: DuckdbOptions): JsonObject {
  return identifying(options, ["format", "dateOrder", "clockDigits", "timeZone", "disambiguation"]);
}
