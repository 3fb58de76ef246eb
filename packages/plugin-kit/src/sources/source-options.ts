import type { JsonObject, RowKind } from "@atc/contract";
import { AtcError, nearest, ownMember } from "@atc/contract";
import type { EpochUnit } from "../time/epoch-unit.ts";
import type { SourceColumn } from "./column-names.ts";

/** How a source reads rows that come as columns; what is left out is told from the data. */
export interface SourceOptions {
  /** The symbol of every row where no column holds it; where absent, the file's name without its endings. */
  readonly symbol?: string;
  /** Names of the source's columns for ours, for names that are not known by themselves: `{ close: "Kurs" }`. Case does not matter. */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>>;
  /**
   * What a row without a symbol, a time or a price means, or one that cannot be read: `error` ends the reading with ATC_INVALID_DATA, `skip` leaves
   * the row out, `nan` keeps it with NaN where numbers alone are at fault. `error` where absent.
   */
  readonly badRows?: "error" | "skip" | "nan";
  /** Whether other text columns are left out or kept as columns of type `text`. `drop` where absent. */
  readonly text?: "drop" | "keep";
  /** Whether other columns of numbers are left out or kept as float64. `keep` where absent. */
  readonly extra?: "drop" | "keep";
  /** What a row is; ticks where there is a price and neither open, high, low nor close, bars otherwise. */
  readonly kind?: RowKind;
  /** What times that are numbers count since 1970-01-01T00:00:00Z; told by their magnitude where absent. */
  readonly timeUnit?: EpochUnit;
}

const words: Readonly<Record<string, readonly string[]>> = {
  badRows: ["error", "skip", "nan"],
  text: ["drop", "keep"],
  extra: ["drop", "keep"],
  kind: ["bars", "ticks"],
  timeUnit: ["s", "ms", "us", "ns"],
};
const columnNames: readonly string[] = [
  ...["symbol", "timestamp", "clock", "open", "high", "low", "close", "volume", "price", "size"],
];

/** ATC_INVALID_ARGUMENT for an option of a source that is out of range. */
export function invalidOption(source: string, name: string, value: unknown, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `${source}: option ${name} is "${String(value)}"; give ${allowed}`, {
    details: { option: name },
  });
}

function checkName(source: string, name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `give one of ${known.join(", ")}` : `did you mean "${meant}"?`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${source}: unknown ${what} "${name}"; ${hint}`, {
    details: { option: name },
  });
}

/**
 * Checks {@link SourceOptions}, which come from configurations too, and the names of a source's own options.
 *
 * @param own - the source's own options, with the words that each may be; none where it is no word
 * @throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range
 */
export function checkSourceOptions(
  source: string,
  options: SourceOptions,
  own: Readonly<Record<string, readonly string[]>> = {},
): void {
  const allowed = { ...words, ...own };
  for (const [name, value] of Object.entries(options)) {
    checkName(source, name, [...Object.keys(allowed), "symbol", "columns"], "option");
    const known = ownMember(allowed, name) ?? [];
    if (value !== undefined && known.length > 0 && !known.includes(String(value)))
      throw invalidOption(source, name, value, `one of ${known.join(", ")}`);
  }
  const { symbol, columns } = options;
  if (symbol !== undefined && (typeof symbol !== "string" || symbol.trim() === ""))
    throw invalidOption(source, "symbol", symbol, "a name that is not empty");
  if (columns !== undefined && (typeof columns !== "object" || columns === null))
    throw invalidOption(source, "columns", columns, "an object of our column names to the source's");
  for (const [column, name] of Object.entries(columns ?? {})) {
    checkName(source, column, columnNames, "column");
    if (typeof name !== "string") throw invalidOption(source, `columns.${column}`, name, "a name of a column");
  }
}

/** The options that change what is read, as plain data for an identity: {@link SourceOptions} and `own` ones that are texts. */
export function identifyingOptions(options: SourceOptions, own: readonly string[] = []): JsonObject {
  const { columns, ...rest } = options;
  const names = [...Object.keys(words), "symbol", ...own];
  const given: Record<string, string | JsonObject> = {};
  for (const [name, value] of Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (typeof value === "string" && names.includes(name)) given[name] = value;
  if (columns !== undefined) given["columns"] = Object.fromEntries(Object.entries(columns).sort());
  return given;
}
