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

/** How to read JSON; what is left out is told from the first rows. */
export interface JsonOptions extends Omit<SourceOptions, "columns">, LocalTimeOptions, FileSymbolOptions {
  /**
   * Names of the members of objects for our columns: `{ close: "last" }`. A list names the places of rows that are lists, in order; an empty name
   * leaves a place out. `["timestamp", "open", "high", "low", "close", "volume"]` for lists where absent, as ccxt has them, which the first rows must bear out.
   */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>> | readonly string[];
  /** The members that lead to the list of rows in a document that is an object, with dots between: `data.candles`. It must begin within the first MiB. */
  readonly rowsAt?: string;
}

const own: Readonly<Record<string, readonly string[]>> = {
  rowsAt: [],
  timeZone: [],
  disambiguation: [],
  symbolPattern: [],
};

function isList(columns: JsonOptions["columns"]): columns is readonly string[] {
  return Array.isArray(columns);
}

/** The names of places of rows that are lists, where the options give them. */
export function givenNames({ columns }: JsonOptions): readonly string[] | undefined {
  return isList(columns) ? columns : undefined;
}

/** The names of members for our columns, where the options give them. */
export function mappedNames({ columns }: JsonOptions): SourceOptions["columns"] {
  return isList(columns) ? undefined : columns;
}

/** Throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range. */
export function checkOptions(options: JsonOptions): void {
  const { columns: _, ...rest } = options;
  const mapped = mappedNames(options);
  checkSourceOptions("json", { ...rest, ...(mapped === undefined ? {} : { columns: mapped }) }, own);
  checkLocalTimeOptions("json", options);
  checkFileSymbolOptions("json", options);
  const { rowsAt } = options;
  if (rowsAt !== undefined && (typeof rowsAt !== "string" || rowsAt === ""))
    throw invalidOption("json", "rowsAt", rowsAt, "names of members with dots between, such as data.candles");
  const names = givenNames(options);
  if (names?.some((name) => typeof name !== "string") === true || names?.length === 0)
    throw invalidOption("json", "columns", names, "the name of each place, in order");
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
