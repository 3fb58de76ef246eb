import type { JsonObject } from "@atc/contract";
import {
  checkFileSymbolOptions,
  checkLocalTimeOptions,
  checkSourceOptions,
  type FileSymbolOptions,
  identifyingOptions as identifying,
  invalidOption,
  type LocalTimeOptions,
  type SourceColumn,
  type SourceOptions,
} from "@atc/plugin-kit";

/** Our columns that a header can be mapped to; `price` and `size` are what ticks call `close` and `volume`, `clock` is a time of day. */
export type CsvColumn = SourceColumn;

/** How to read a CSV file; what is left out is told from the file. */
export interface CsvOptions extends Omit<SourceOptions, "columns">, LocalTimeOptions, FileSymbolOptions {
  /** The byte between fields, an ASCII character; found among comma, semicolon, tab and `|` where absent. */
  readonly separator?: string;
  /**
   * Names of the file's header for our columns, for headers that are not known by themselves: `{ close: "Kurs" }`; case does not matter. A list names
   * the fields of a file that has no header line, in order, as a header would; an empty name leaves a field out.
   */
  readonly columns?: Readonly<Partial<Record<CsvColumn, string>>> | readonly string[];
  /** Lines at the start that are left out, ahead of the header line. Lines of comments ahead of a known header are found by themselves. 0 where absent. */
  readonly skipLines?: number;
  /** The order of day, month and year in dates such as `31/01/2024`; `ymd` where absent: it is never guessed. */
  readonly dateOrder?: "ymd" | "dmy" | "mdy";
  /** The character ahead of decimals; `.` where absent. With a comma, each row takes the slower path of rows with quotes. */
  readonly decimal?: "." | ",";
  /** What open, high, low and close are divided by, for prices in parts of a unit: 10000 where 973100 is 97.31. 1 where absent. */
  readonly priceScale?: number;
}

const own: Readonly<Record<string, readonly string[]>> = {
  separator: [],
  skipLines: [],
  dateOrder: ["ymd", "dmy", "mdy"],
  decimal: [".", ","],
  priceScale: [],
  timeZone: [],
  disambiguation: [],
  symbolPattern: [],
};

/** The names of a file without a header, where the options give them. */
export function givenNames(options: CsvOptions): readonly string[] | undefined {
  return isList(options.columns) ? options.columns : undefined;
}

/** The names of a header for our columns, where the options give them. */
export function mappedNames(options: CsvOptions): SourceOptions["columns"] {
  return isList(options.columns) ? undefined : options.columns;
}

function isList(columns: CsvOptions["columns"]): columns is readonly string[] {
  return Array.isArray(columns);
}

/** Throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range: options come from configurations too. */
export function checkOptions(options: CsvOptions): void {
  const { columns: _, ...rest } = options;
  const mapped = mappedNames(options);
  checkSourceOptions("csv", { ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, own);
  checkLocalTimeOptions("csv", options);
  checkFileSymbolOptions("csv", options);
  const { separator, decimal, skipLines, priceScale } = options;
  const refuse = (name: string, value: unknown, allowed: string): never => {
    throw invalidOption("csv", name, value, allowed);
  };
  if (separator !== undefined && !/^[\t!#$%&*,;@^_|~]$/.test(separator))
    refuse("separator", separator, "one character such as a comma, a semicolon, a tab or |");
  if (separator === "," && decimal === ",") refuse("decimal", decimal, "a separator other than the comma with it");
  if (skipLines !== undefined && !(Number.isInteger(skipLines) && skipLines >= 0 && skipLines <= 1000))
    refuse("skipLines", skipLines, "an integer from 0 to 1000");
  if (priceScale !== undefined && !(Number.isFinite(priceScale) && priceScale > 0))
    refuse("priceScale", priceScale, "a number above 0, such as 10000");
  const names = givenNames(options);
  if (names?.some((name) => typeof name !== "string") === true || names?.length === 0)
    refuse("columns", names, "the name of each field, in order");
}

/** The options as plain data for an identity: those given, as they change what is read. */
export function identifyingOptions(options: CsvOptions): JsonObject {
  const { columns: _, skipLines, priceScale, ...rest } = options;
  const names = givenNames(options);
  const mapped = mappedNames(options);
  return {
    ...identifying({ ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, Object.keys(own)),
    ...(names === undefined ? {} : { columns: [...names] }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(priceScale === undefined ? {} : { priceScale }),
  };
}
