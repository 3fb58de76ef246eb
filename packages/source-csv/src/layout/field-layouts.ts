import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import { type MatchedColumns, otherColumns } from "@atc/plugin-kit";
import type { NumberStyle } from "../text/styled-number.ts";
import type { CsvOptions } from "./csv-options.ts";
import type { Header } from "./header.ts";
import { isTextField } from "./number-style.ts";
import { headerSymbols, namesOfOne, type RowShape, wideRows } from "./row-shape.ts";
import type { Sample } from "./sample.ts";

/** How a field of a row is read. */
export type FieldRole = "skip" | "symbol" | "time" | "clock" | "price" | "number" | "text";

/** A field of a row. */
export interface FieldLayout {
  /** The name of its column; of a field without a column, its trimmed name in the header. */
  readonly name: string;
  readonly role: FieldRole;
  /** What messages call it: its name in the header, if it has one of its own. */
  readonly title: string;
  /** Whether it is a column of numbers beside prices and volume. */
  readonly isExtra?: boolean;
}

/** A field before its title is known. */
type UntitledField = Omit<FieldLayout, "title">;

/** The fields with their titles. */
function titled(fields: readonly UntitledField[], names: readonly string[], isWide: boolean): readonly FieldLayout[] {
  return fields.map((field, i) => ({ ...field, title: (isWide ? "" : names[i]?.trim()) || field.name }));
}

/** The other columns that are kept, each with whether it holds text. */
function extraColumns(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  style: NumberStyle | undefined,
  options: CsvOptions,
): readonly { readonly name: string; readonly position: number; readonly isText: boolean }[] {
  const isText = (position: number): boolean => isTextField(rows, position, style);
  const isKept = (position: number): boolean =>
    names[position]?.trim() !== "" && (isText(position) ? options.text === "keep" : options.extra !== "drop");
  return otherColumns(names, matched, isKept).map((column) => ({ ...column, isText: isText(column.position) }));
}

/** Fields, their columns, and how rows are reshaped. */
export interface LaidOut {
  readonly fields: readonly FieldLayout[];
  readonly columns: readonly ColumnMetadata[];
  readonly shape: RowShape | undefined;
}

/** Fields of a time and its clock; all others are left out. */
function timeFields(names: readonly string[], { timestamp, clock }: MatchedColumns): UntitledField[] {
  const fields: UntitledField[] = names.map((name) => ({ name: name.trim(), role: "skip" }));
  fields[timestamp] = { name: "timestamp", role: "time" };
  if (clock !== undefined) fields[clock] = { name: "time", role: "clock" };
  return fields;
}

function metadataOf(kind: RowKind, numbers: readonly string[]): readonly ColumnMetadata[] {
  return [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
    ...numbers.map((name): ColumnMetadata => ({ name, type: "float64" })),
  ];
}

const canonical = ["open", "high", "low", "close", "volume"] as const;

/** The layout of rows of one symbol each. */
export function singleRows(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  zero: RowShape["zero"],
  style: NumberStyle | undefined,
  options: CsvOptions,
): LaidOut {
  const { kind, numbers, quotes = [], symbol } = matched;
  const fields = timeFields(names, matched);
  const extras = extraColumns(names, matched, rows, style, options);
  for (const { name, position, isText } of extras)
    fields[position] = isText ? { name, role: "text" } : { name, role: "number", isExtra: true };
  if (symbol !== undefined) fields[symbol] = { name: "symbol", role: "symbol" };
  const isTable = options.values !== undefined;
  for (const { name, position } of numbers)
    fields[position] = { name, role: isTable || name === "volume" ? "number" : "price" };
  for (const position of quotes.flatMap(({ bid, ask }) => [bid, ask]))
    fields[position] = { name: fields[position]?.name ?? "", role: "price" };
  if (zero !== undefined) fields[zero.field] = { name: fields[zero.field]?.name ?? "", role: "number" };
  const known = new Set([...numbers, ...quotes].map(({ name }) => name));
  const columns = metadataOf(kind, isTable ? [...known] : canonical.filter((name) => known.has(name)));
  const others = extras.map(({ name, isText }): ColumnMetadata => ({ name, type: isText ? "text" : "float64" }));
  const isReshaped = quotes.length > 0 || zero !== undefined;
  return {
    fields: titled(fields, names, false),
    columns: [...columns, ...others],
    shape: isReshaped ? { means: quotes, zero } : undefined,
  };
}

/** The layout of rows that hold several symbols each. */
export function severalRows(
  header: Header,
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  path: string,
  style: NumberStyle | undefined,
  options: CsvOptions,
): LaidOut {
  if (options.symbol !== undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${path}" holds ${headerSymbols(header).length} symbols in the names of its columns; remove the option symbol`,
      { details: { path, option: "symbol" } },
    );
  if (matched.symbol !== undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${path}" has a column of symbols, and symbols in the names of other columns; leave one of them out`,
      { details: { path } },
    );
  const fields = timeFields(names, matched);
  const extras = extraColumns(namesOfOne(header, names), matched, rows, style, { ...options, text: "drop" }).filter(
    ({ position }) => header.symbols?.[position] !== undefined,
  );
  const wide = wideRows(header, names, matched, extras, path);
  for (const { symbol, fields: own } of wide.series)
    for (const [column, field] of own.entries())
      if (field >= 0) fields[field] = { name: `${symbol}:${wide.columns[column]}`, role: "number" };
  return {
    fields: titled(fields, names, true),
    columns: metadataOf(matched.kind, wide.columns),
    shape: { means: [], wide },
  };
}
