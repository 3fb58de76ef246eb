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
  type PriceSide,
  type SourceColumn,
  type SourceOptions,
} from "@atc/plugin-kit";
import { isWidePattern } from "./wide-names.ts";

/**
 * The columns that the option `columns` can map. Of ticks, `price` and `size` become `close` and `volume`; `clock` is a
 * time of day.
 */
export type CsvColumn = SourceColumn;

/** How to read a CSV file. What the options leave open is detected. */
export interface CsvOptions extends Omit<SourceOptions, "columns">, LocalTimeOptions, FileSymbolOptions {
  /**
   * How times of day that are numbers are read: 930 as 09:30 (`hhmm`) or as 00:09:30 (`hhmmss`), 9 as
   * 09:00 (`h`), or as seconds or milliseconds after midnight (`s`, `ms`). Default: `hhmm` or `hhmmss`, if their digits
   * allow only one of the two.
   */
  readonly clockDigits?: ClockDigits;
  /** The ASCII character between fields. Default: detected among comma, semicolon, tab and `|`. */
  readonly separator?: string;
  /**
   * The header's names for our columns, if they are not detected: `{ close: "Kurs" }`; case does not matter. For a file
   * without a header line: the list of its fields, in order; an empty name leaves a field out.
   */
  readonly columns?: Readonly<Partial<Record<CsvColumn, string>>> | readonly string[];
  /** Lines to leave out before the header line, default 0. Comments before a header with known names are detected. */
  readonly skipLines?: number;
  /** The order of day, month and year in dates such as `31/01/2024`. Default: `ymd`; it is never guessed. */
  readonly dateOrder?: "ymd" | "dmy" | "mdy";
  /** The decimal point. Default: detected. With a comma, every row takes the slower path of rows with quotes. */
  readonly decimal?: "." | ",";
  /**
   * The separator of thousands in numbers such as `1,234.50`. Default: detected together with the decimal point, if the
   * first numbers allow one reading only.
   */
  readonly thousands?: "," | "." | " " | "'";
  /**
   * What the price is if the file has a bid and an ask: their mean (`mid`) or one of them. Default: `mid` if there is
   * no other price.
   */
  readonly price?: PriceSide;
  /**
   * How names of columns hold symbols in a file whose rows hold several of them: `{symbol}_{field}` for `BTC_open`,
   * `{symbol}` if each column is the close of a symbol. Default: `{symbol}:{field}` and the forms of pandas and
   * yfinance.
   */
  readonly wide?: string;
  /**
   * A file of the same form, whose header names the fields if this file has no header. Both must have the same number
   * of fields.
   */
  readonly headerOf?: string;
  /** The divisor of open, high, low and close, default 1: with 10000, 973100 becomes 97.31. */
  readonly priceScale?: number;
}

const own: Readonly<Record<string, readonly string[]>> = {
  separator: [],
  skipLines: [],
  dateOrder: ["ymd", "dmy", "mdy"],
  clockDigits: clockDigitWords,
  decimal: [".", ","],
  thousands: [",", ".", " ", "'"],
  price: ["mid", "bid", "ask"],
  wide: [],
  headerOf: [],
  priceScale: [],
  timeZone: [],
  disambiguation: [],
  symbolPattern: [],
};

/** The option `columns` if it is a list: the fields of a file without a header line. */
export function givenNames(options: CsvOptions): readonly string[] | undefined {
  return isList(options.columns) ? options.columns : undefined;
}

/** The option `columns` if it maps our columns to a header's names. */
export function mappedNames(options: CsvOptions): SourceOptions["columns"] {
  return isList(options.columns) ? undefined : options.columns;
}

function isList(columns: CsvOptions["columns"]): columns is readonly string[] {
  return Array.isArray(columns);
}

/**
 * Throws ATC_INVALID_ARGUMENT for the first option that is unknown or out of range: options may come from a
 * configuration file.
 */
export function checkOptions(options: CsvOptions): void {
  const { columns: _, ...rest } = options;
  const mapped = mappedNames(options);
  checkSourceOptions("csv", { ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, own);
  checkLocalTimeOptions("csv", options);
  checkFileSymbolOptions("csv", options);
  const { separator, decimal, thousands, wide, headerOf, skipLines, priceScale } = options;
  const refuse = (name: string, value: unknown, allowed: string): never => {
    throw invalidOption("csv", name, value, allowed);
  };
  if (separator !== undefined && !/^[\t!#$%&*,;@^_|~]$/.test(separator))
    refuse("separator", separator, "one character such as a comma, a semicolon, a tab or |");
  if (thousands !== undefined && thousands === (decimal ?? (thousands === "." ? "," : ".")))
    refuse("thousands", thousands, "another character than decimal");
  if (wide !== undefined && !isWidePattern(wide))
    refuse("wide", wide, "a form of names with {symbol} and {field}, such as {symbol}_{field}, or with {symbol} alone");
  if (headerOf !== undefined && (typeof headerOf !== "string" || headerOf === ""))
    refuse("headerOf", headerOf, "the path of a file");
  if (separator === "," && decimal === ",")
    refuse("decimal", decimal, "another character, or another separator, since both are commas");
  if (skipLines !== undefined && !(Number.isInteger(skipLines) && skipLines >= 0 && skipLines <= 1000))
    refuse("skipLines", skipLines, "an integer from 0 to 1000");
  if (priceScale !== undefined && !(Number.isFinite(priceScale) && priceScale > 0))
    refuse("priceScale", priceScale, "a number above 0, such as 10000");
  const names = givenNames(options);
  if (names?.some((name) => typeof name !== "string") === true || names?.length === 0)
    refuse("columns", names, "the name of each field, in order");
}

/** The given options that change what is read, as plain data for an identity. */
export function identifyingOptions(options: CsvOptions): JsonObject {
  // The names that another file lends are part of the identity, not its path.
  const { columns: _, skipLines, priceScale, headerOf: _path, ...rest } = options;
  const names = givenNames(options);
  const mapped = mappedNames(options);
  return {
    ...identifying({ ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, Object.keys(own)),
    ...(names === undefined ? {} : { columns: [...names] }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(priceScale === undefined ? {} : { priceScale }),
  };
}
