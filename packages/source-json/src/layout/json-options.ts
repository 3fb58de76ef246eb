import type { JsonObject } from "@atc/contract";
import {
  type ClockDigits,
  checkFileSymbolOptions,
  checkLocalTimeOptions,
  checkSourceOptions,
  clockDigitWords,
  type FileSymbolOptions,
  identifyingOptions as identifying,
  invalidOption,
  type LocalTimeOptions,
  type SourceColumn,
  type SourceOptions,
} from "@atc/plugin-kit";

/** How to read JSON. What the options leave open is detected. */
export interface JsonOptions extends Omit<SourceOptions, "columns">, LocalTimeOptions, FileSymbolOptions {
  /**
   * The names of members of objects for our columns: `{ close: "last" }`.
   *
   * For rows that are arrays: the names of their elements, in order; an empty name leaves an element out. Default:
   * `["timestamp", "open", "high", "low", "close", "volume"]`, as in ccxt, or those of Kraken's candles or trades. If
   * the first rows contradict these, the source throws ATC_INVALID_DATA.
   */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>> | readonly string[];
  /** The order of day, month and year in dates such as `31/01/2024`. Default: `ymd`; it is never guessed. */
  readonly dateOrder?: "ymd" | "dmy" | "mdy";
  /**
   * How times of day that are numbers are read: 930 as 09:30 (`hhmm`) or as 00:09:30 (`hhmmss`), 9 as
   * 09:00 (`h`), or as seconds or milliseconds after midnight (`s`, `ms`). Default: `hhmm` or `hhmmss`, if their digits
   * allow only one of the two.
   */
  readonly clockDigits?: ClockDigits;
  /**
   * The path of the array of rows in a document that is an object: `data.candles`. The array must begin within the
   * first MiB. Default: the only array of arrays or objects.
   */
  readonly rowsAt?: string;
}

const own: Readonly<Record<string, readonly string[]>> = {
  rowsAt: [],
  dateOrder: ["ymd", "dmy", "mdy"],
  clockDigits: clockDigitWords,
  timeZone: [],
  disambiguation: [],
  symbolPattern: [],
};

function isList(columns: JsonOptions["columns"]): columns is readonly string[] {
  return Array.isArray(columns);
}

/** The option `columns` if it is a list: the names of the elements of rows that are arrays. */
export function givenNames({ columns }: JsonOptions): readonly string[] | undefined {
  return isList(columns) ? columns : undefined;
}

/** The option `columns` if it maps our columns to members. */
export function mappedNames({ columns }: JsonOptions): SourceOptions["columns"] {
  return isList(columns) ? undefined : columns;
}

/** Throws ATC_INVALID_ARGUMENT for the first option that is unknown or out of range. */
export function checkOptions(options: JsonOptions): void {
  const { columns: _, ...rest } = options;
  const mapped = mappedNames(options);
  checkSourceOptions("json", { ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, own);
  checkLocalTimeOptions("json", options);
  checkFileSymbolOptions("json", options);
  const { rowsAt } = options;
  if (rowsAt !== undefined && (typeof rowsAt !== "string" || rowsAt === ""))
    throw invalidOption("json", "rowsAt", rowsAt, "a path of members with dots between, such as data.candles");
  const names = givenNames(options);
  if (names?.some((name) => typeof name !== "string") === true || names?.length === 0)
    throw invalidOption("json", "columns", names, "the name of each element, in order");
}

/** The options that change what is read, as plain data for an identity. */
export function identifyingOptions(options: JsonOptions): JsonObject {
  const { columns: _, ...rest } = options;
  const names = givenNames(options);
  const mapped = mappedNames(options);
  return {
    ...identifying({ ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, Object.keys(own)),
    ...(names === undefined ? {} : { columns: [...names] }),
  };
}
