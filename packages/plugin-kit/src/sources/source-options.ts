import type { JsonObject, RowKind } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { invalidOption } from "../parameters/invalid-option.ts";
import { ownMember } from "../parameters/own-member.ts";
import { type TimeUnit, timeUnits } from "../time/time-unit.ts";
import type { SourceColumn } from "./column-aliases.ts";

/** How a source reads rows that come as columns. Defaults are detected from the data. */
export interface SourceOptions {
  /** The symbol of every row if no column holds it. Defaults to the file's name without its extensions. */
  readonly symbol?: string;
  /**
   * The source's names of our columns, for names that are not recognised: `{ close: "Kurs" }`. Case does not matter.
   */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>>;
  /**
   * What to do with a row that has no symbol, time or price, or that cannot be read. `error` (the default) ends the
   * reading with ATC_INVALID_DATA, `skip` leaves the row out, `nan` keeps it with NaN if only numbers are at fault.
   */
  readonly badRows?: "error" | "skip" | "nan";
  /** Whether other text columns are left out or kept as columns of type `text`. Defaults to `drop`. */
  readonly text?: "drop" | "keep";
  /** Whether other columns of numbers are left out or kept as float64. Defaults to `keep`. */
  readonly extra?: "drop" | "keep";
  /** What a row is. Default: ticks if there is a price and neither open, high, low nor close; else bars. */
  readonly kind?: RowKind;
  /**
   * What times that are numbers count. Default: decided row by row, as the one of s, ms, us, ns or digits of a date
   * that puts the time between 1980 and 2100; other numbers are refused.
   */
  readonly timeUnit?: TimeUnit;
  /**
   * What times are: `instant` reads a date without a time of day as its midnight in the zone of the times; `date`
   * refuses times of day other than midnight and reads calendar dates. Default: `date` if all sampled times are dates,
   * or midnights of an offset that they name.
   */
  readonly timeIs?: "date" | "instant";
  /**
   * Reads a table of numbers beside symbol and time that need not have a price: these columns, as far as the source has
   * them, instead of prices and volume. Their names are compared without case and underscores. A missing number is NaN.
   * Default: prices.
   */
  readonly values?: readonly string[];
}

const words: Readonly<Record<string, readonly string[]>> = {
  badRows: ["error", "skip", "nan"],
  text: ["drop", "keep"],
  extra: ["drop", "keep"],
  kind: ["bars", "ticks"],
  timeUnit: timeUnits,
  timeIs: ["date", "instant"],
};
const columnNames: readonly string[] = [
  ...["symbol", "timestamp", "clock", "open", "high", "low", "close", "volume", "price", "size", "bid", "ask"],
];

function checkName(source: string, name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `give one of ${known.join(", ")}` : `did you mean "${meant}"?`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${source}: unknown ${what} "${name}"; ${hint}`, {
    details: { option: name },
  });
}

/**
 * Checks {@link SourceOptions} that may come from a configuration, and the names of a source's own options.
 *
 * @param own - the source's own options, each with the words that it accepts; empty if it accepts other values
 * @throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range
 */
export function checkSourceOptions(
  source: string,
  options: SourceOptions,
  own: Readonly<Record<string, readonly string[]>> = {},
): void {
  const allowed = { ...words, ...own };
  for (const [name, value] of Object.entries(options)) {
    checkName(source, name, [...Object.keys(allowed), "symbol", "columns", "values"], "option");
    const known = ownMember(allowed, name) ?? [];
    if (value !== undefined && known.length > 0 && !known.includes(String(value)))
      throw invalidOption(source, name, value, `one of ${known.join(", ")}`);
  }
  const { symbol, columns, values } = options;
  if (
    values !== undefined &&
    !(Array.isArray(values) && values.every((name) => typeof name === "string" && name !== ""))
  )
    throw invalidOption(source, "values", values, "a list of names of columns");
  if (symbol !== undefined && (typeof symbol !== "string" || symbol.trim() === ""))
    throw invalidOption(source, "symbol", symbol, "a name that is not empty");
  if (columns !== undefined && (typeof columns !== "object" || columns === null))
    throw invalidOption(source, "columns", columns, "an object that maps our column names to the source's");
  for (const [column, name] of Object.entries(columns ?? {})) {
    checkName(source, column, columnNames, "column");
    if (typeof name !== "string") throw invalidOption(source, `columns.${column}`, name, "the name of a column");
  }
}

/**
 * The options that change the rows, as plain data for a source's identity: {@link SourceOptions} and those of `own`
 * that are texts.
 */
export function identifyingOptions(options: SourceOptions, own: readonly string[] = []): JsonObject {
  const { columns, values, ...rest } = options;
  const names = [...Object.keys(words), "symbol", ...own];
  const given: Record<string, string | JsonObject | readonly string[]> = {};
  for (const [name, value] of Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (typeof value === "string" && names.includes(name)) given[name] = value;
  if (columns !== undefined) given["columns"] = Object.fromEntries(Object.entries(columns).sort());
  if (values !== undefined) given["values"] = values;
  return given;
}
