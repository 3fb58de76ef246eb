import { AtcError, type EpochUnit, type JsonObject, nearest, type SourceColumn } from "@atc/contract";

/** The kinds of file that are read without SQL. */
export type FileFormat = "parquet" | "csv" | "json";

/** A query, and the files that it reads. */
export interface SqlSource {
  /** One SELECT, or anything else that can stand in a FROM clause in brackets. Give it an ORDER BY, or rows may come in another order each time. */
  readonly sql: string;
  /** Files, directories or patterns that the query reads as the view `files`; they become part of the identity. */
  readonly files?: string | readonly string[];
}

/** How to read; what is left out is told from the files. */
export interface DuckdbOptions {
  /** The files' format; told by their names or first bytes where absent. */
  readonly format?: FileFormat;
  /** The symbol of every row where no column holds it; where absent, the file's name without its endings, for many files that of each row's file. */
  readonly symbol?: string;
  /** Names of the source's columns for ours, for names that are not known by themselves: `{ close: "Kurs" }`. Case does not matter. */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>>;
  /**
   * What a row without a symbol, a time or a price means, or one that cannot be split into columns: `error` ends the reading with ATC_INVALID_DATA, `skip`
   * leaves the row out, `nan` keeps it with NaN where numbers alone are at fault. `error` where absent.
   */
  readonly badRows?: "error" | "skip" | "nan";
  /** Whether other text columns are left out or kept as columns of type `text`. `drop` where absent. */
  readonly text?: "drop" | "keep";
  /** Whether other columns of numbers are left out or kept as float64. `keep` where absent. */
  readonly extra?: "drop" | "keep";
  /** What a row is; ticks where there is a price and neither open, high, low nor close, bars otherwise. */
  readonly kind?: "bars" | "ticks";
  /** What times that are numbers count since 1970-01-01T00:00:00Z; told by their magnitude where absent. */
  readonly timeUnit?: EpochUnit;
  /** Bytes that DuckDB may use, a soft limit: the process may exceed it by some hundred MB. 512 MiB where absent. */
  readonly memoryBytes?: number;
  /** Threads of DuckDB; as many as there are cores where absent. */
  readonly threads?: number;
  /** Where a query that exceeds its memory puts the rest; the system's temporary directory where absent. */
  readonly tempDirectory?: string;
}

const words: Readonly<Record<"format" | "badRows" | "text" | "extra" | "kind" | "timeUnit", readonly string[]>> = {
  format: ["parquet", "csv", "json"],
  badRows: ["error", "skip", "nan"],
  text: ["drop", "keep"],
  extra: ["drop", "keep"],
  kind: ["bars", "ticks"],
  timeUnit: ["s", "ms", "us", "ns"],
};
/** Options that say how DuckDB runs and not what is read. */
const resources: readonly string[] = ["memoryBytes", "threads", "tempDirectory"];
const names: readonly string[] = [...Object.keys(words), "symbol", "columns", ...resources];
const columnNames: readonly string[] = [
  ...["symbol", "timestamp", "open", "high", "low", "close", "volume", "price", "size"],
];
/** DuckDB does not start with less. */
const leastMemory = 32 * 1024 * 1024;

function invalid(name: string, value: unknown, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `duckdb: option ${name} is "${String(value)}"; give ${allowed}`, {
    details: { option: name },
  });
}

function checkName(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `give one of ${known.join(", ")}` : `did you mean "${meant}"?`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `duckdb: unknown ${what} "${name}"; ${hint}`, {
    details: { option: name },
  });
}

/** Throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range: options come from configurations too. */
export function checkOptions(options: DuckdbOptions): void {
  for (const [name, value] of Object.entries(options)) {
    checkName(name, names, "option");
    const allowed = words[name as keyof typeof words];
    if (value !== undefined && allowed !== undefined && !allowed.includes(String(value)))
      throw invalid(name, value, `one of ${allowed.join(", ")}`);
  }
  const { symbol, columns, memoryBytes, threads, tempDirectory } = options;
  if (symbol !== undefined && (typeof symbol !== "string" || symbol.trim() === ""))
    throw invalid("symbol", symbol, "a name that is not empty");
  if (tempDirectory !== undefined && (typeof tempDirectory !== "string" || tempDirectory === ""))
    throw invalid("tempDirectory", tempDirectory, "the path of a directory");
  if (memoryBytes !== undefined && !(Number.isSafeInteger(memoryBytes) && memoryBytes >= leastMemory))
    throw invalid("memoryBytes", memoryBytes, `a number of bytes from ${leastMemory} on`);
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1 && threads <= 1024))
    throw invalid("threads", threads, "an integer from 1 to 1024");
  checkColumns(columns);
}

function checkColumns(columns: DuckdbOptions["columns"]): void {
  if (columns === undefined) return;
  if (typeof columns !== "object" || columns === null)
    throw invalid("columns", columns, "an object of our column names to the source's");
  for (const [column, name] of Object.entries(columns)) {
    checkName(column, columnNames, "column");
    if (typeof name !== "string") throw invalid(`columns.${column}`, name, "a name of the source's columns");
  }
}

/** The options that change what is read, as plain data for an identity. */
export function identifyingOptions(options: DuckdbOptions): JsonObject {
  const { columns, ...rest } = options;
  const given: Record<string, string | JsonObject> = {};
  for (const [name, value] of Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (typeof value === "string" && !resources.includes(name)) given[name] = value;
  if (columns !== undefined) given["columns"] = Object.fromEntries(Object.entries(columns).sort());
  return given;
}
