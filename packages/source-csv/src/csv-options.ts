import { AtcError, type JsonObject, nearest } from "@atc/contract";
import type { EpochUnit } from "./epoch-time.ts";

/** Our columns that a header can be mapped to; `price` and `size` are what ticks call `close` and `volume`. */
export type CsvColumn = "symbol" | "timestamp" | "open" | "high" | "low" | "close" | "volume" | "price" | "size";

/** How to read a CSV file; what is left out is told from the file. */
export interface CsvOptions {
  /** The byte between fields, an ASCII character; found among comma, semicolon, tab and `|` where absent. */
  readonly separator?: string;
  /** The symbol of every row of a file that has no symbol column; the file's name without `.gz` and `.csv`, `.tsv` or `.txt` where absent. */
  readonly symbol?: string;
  /** Names of the file's header for our columns, for headers that are not known by themselves: `{ close: "Kurs" }`. Case does not matter. */
  readonly columns?: Readonly<Partial<Record<CsvColumn, string>>>;
  /**
   * What a row with a field that cannot be read means: `error` ends the reading with ATC_INVALID_DATA; `skip` leaves the row out; `nan` keeps it
   * with NaN for numbers that cannot be read, and leaves out rows whose time, symbol, quotes or number of fields are at fault. `error` where absent.
   */
  readonly badRows?: "error" | "skip" | "nan";
  /** Whether other text columns are left out or kept as columns of type `text`. `drop` where absent. */
  readonly text?: "drop" | "keep";
  /** Whether other columns of numbers are left out or kept as float64. `keep` where absent. */
  readonly extra?: "drop" | "keep";
  /** What a row is; ticks where the file has a price and neither open, high, low nor close, bars otherwise. */
  readonly kind?: "bars" | "ticks";
  /** What times that are numbers count since 1970-01-01T00:00:00Z; told by their magnitude where absent. */
  readonly timeUnit?: EpochUnit;
}

/** The members of {@link CsvOptions} that are one of some words. */
const words: Readonly<Record<"badRows" | "text" | "extra" | "kind" | "timeUnit", readonly string[]>> = {
  badRows: ["error", "skip", "nan"],
  text: ["drop", "keep"],
  extra: ["drop", "keep"],
  kind: ["bars", "ticks"],
  timeUnit: ["s", "ms", "us", "ns"],
};
const names: readonly string[] = [...Object.keys(words), "separator", "symbol", "columns"];
const columnNames: readonly string[] = [
  "symbol",
  "timestamp",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "price",
  "size",
];

function invalid(name: string, value: unknown, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `csv: option ${name} is "${String(value)}"; give ${allowed}`, {
    details: { option: name },
  });
}

function checkName(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `give one of ${known.join(", ")}` : `did you mean "${meant}"?`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `csv: unknown ${what} "${name}"; ${hint}`, { details: { option: name } });
}

/** Throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range: options come from configurations too. */
export function checkOptions(options: CsvOptions): void {
  for (const [name, value] of Object.entries(options)) {
    checkName(name, names, "option");
    if (value === undefined) continue;
    for (const [member, allowed] of Object.entries(words))
      if (member === name && !allowed.includes(String(value)))
        throw invalid(name, value, `one of ${allowed.join(", ")}`);
  }
  const { separator, symbol, columns } = options;
  if (separator !== undefined && !/^[\t!#$%&*,;@^_|~]$/.test(separator))
    throw invalid("separator", separator, "one character such as a comma, a semicolon, a tab or |");
  if (symbol !== undefined && (typeof symbol !== "string" || symbol.trim() === ""))
    throw invalid("symbol", symbol, "a name that is not empty");
  if (columns !== undefined && (typeof columns !== "object" || columns === null))
    throw invalid("columns", columns, "an object of our column names to the file's");
  for (const [column, header] of Object.entries(columns ?? {})) {
    checkName(column, columnNames, "column");
    if (typeof header !== "string") throw invalid(`columns.${column}`, header, "a name of the file's header");
  }
}

/** The options as plain data for an identity: those given, as they change what is read. */
export function identifyingOptions(options: CsvOptions): JsonObject {
  const { columns, ...rest } = options;
  const given: Record<string, string | JsonObject> = {};
  for (const [name, value] of Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (typeof value === "string") given[name] = value;
  if (columns !== undefined) given["columns"] = Object.fromEntries(Object.entries(columns).sort());
  return given;
}
