import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import {
  aliasForm,
  detectTimes,
  fileSymbol,
  type MatchedColumns,
  matchColumns,
  otherColumns,
  type TimeLayout,
} from "@atc/plugin-kit";
import { type CsvOptions, givenNames, mappedNames } from "./csv-options.ts";
import { type FileHead, findHeader, type Header } from "./header.ts";
import { layoutNotes } from "./layout-notes.ts";
import { isClockColumn, isTextColumn, type Sample, sampleRows } from "./sample.ts";

/** How a field of a row is read. */
export type FieldRole = "skip" | "symbol" | "time" | "clock" | "price" | "number" | "text";

/** A field of a row. */
interface FieldLayout {
  /** The name of its column; of a field without a column, its trimmed name in the header. */
  readonly name: string;
  readonly role: FieldRole;
}

/** How to read the rows of a file, as plain data. */
export interface CsvLayout extends TimeLayout {
  /** The byte between fields. */
  readonly separator: number;
  /** Whether lines end with a lone carriage return. */
  readonly loneReturns: boolean;
  /** The offset of the first row. */
  readonly start: number;
  /** Line of the first row, from 1. */
  readonly line: number;
  /** Whether rows are bars or ticks. */
  readonly kind: RowKind;
  /** Whether numbers have decimal commas. */
  readonly commaDecimals: boolean;
  /** The number that divides prices: 10000 if the file has prices in 1/10000 dollar. */
  readonly priceScale: number;
  /** The fields of a row. */
  readonly fields: readonly FieldLayout[];
  /** The symbol of every row, if no field holds it. */
  readonly symbol: string | undefined;
  /** The columns of every chunk. */
  readonly columns: readonly ColumnMetadata[];
  /** What was assumed or left out. */
  readonly notes: readonly string[];
}

const sampledRows = 5000;

/** The most common count of fields. */
function usualWidth(rows: Sample["rows"]): number {
  const widths = new Map<number, number>();
  for (const row of rows) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
  return [...widths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** The position of a time of day that has no name in the header and follows a date; -1 if there is none. */
function unnamedClock(names: readonly string[], rows: Sample["rows"], path: string, options: CsvOptions): number {
  const { timestamp, clock } = matchColumns(names, { source: path, columns: mappedNames(options) });
  const isDate = rows.every((row) => /^(?:\d{8}|\d{1,4}([-/.])\d{1,2}\1\d{1,4})$/.test(row[timestamp] ?? ""));
  const named = ["date", "date_utc"].includes(aliasForm(names[timestamp] ?? ""));
  return clock === undefined && named && isDate && isClockColumn(rows, timestamp + 1) ? timestamp + 1 : -1;
}

/**
 * Names for all fields of the rows: rows may end with a separator, and a time of day may follow its date without a
 * name.
 */
function fittedNames(
  names: readonly string[],
  rows: Sample["rows"],
  path: string,
  options: CsvOptions,
): readonly string[] {
  const width = usualWidth(rows);
  // Rows that lack fields are reported one by one when they are read.
  if (width <= names.length) return names;
  if (width === names.length + 1) {
    const usual = rows.filter((row) => row.length === width);
    if (usual.every((row) => row[width - 1] === "")) return [...names, ""];
    const clock = unnamedClock(names, usual, path, options);
    if (clock > 0) return names.toSpliced(clock, 0, "time");
  }
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" names ${names.length} columns in its header, but most rows have ${width} fields; correct the header line, or skip it with skipLines and name all fields with a list of columns`,
    { details: { path, names: names.length, fields: width } },
  );
}

/** Matches fields to our columns. */
function matchedFields(names: readonly string[], path: string, options: CsvOptions): MatchedColumns {
  return matchColumns(names, { source: path, columns: mappedNames(options), kind: options.kind });
}

/** What to do if the column of times of day is not one, in a form that can be pasted into a command. */
function withoutClock({ line }: Header, names: readonly string[], clock: number, options: CsvOptions): string {
  if (mappedNames(options)?.clock !== undefined) return "give another column as clock in the option columns";
  const list = names.map((name, position) => (position === clock ? "" : name.trim()));
  if (list.some((name) => /[,'"]/.test(name))) return "to read the dates alone, rename that column";
  const columns = list.join();
  const quoted = /^[\w,.]+$/.test(columns) ? columns : `'${columns}'`;
  const skipLines = givenNames(options) === undefined ? `--source-option skipLines=${line - 1} ` : "";
  return `to read the dates alone, give ${skipLines}--columns ${quoted}`;
}

/** Detects how times are written. */
function timeLayout(
  header: Header,
  names: readonly string[],
  { timestamp, clock }: MatchedColumns,
  rows: Sample["rows"],
  path: string,
  options: CsvOptions,
): TimeLayout {
  const texts = (position: number): readonly string[] => rows.map((row) => row[position] ?? "");
  const dates = texts(timestamp);
  if (clock === undefined) return detectTimes({ source: path, dates, options });
  return detectTimes({
    source: path,
    dates,
    clocks: texts(clock),
    clockColumn: names[clock]?.trim(),
    withoutClock: withoutClock(header, names, clock, options),
    options,
  });
}

/** Roles and names of the fields. */
function fieldLayouts(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  options: CsvOptions,
): FieldLayout[] {
  const fields: FieldLayout[] = names.map((name) => ({ name: name.trim(), role: "skip" }));
  const isText = (position: number): boolean => isTextColumn(rows, position, options.decimal === ",");
  const isKept = (position: number): boolean =>
    names[position]?.trim() !== "" && (isText(position) ? options.text === "keep" : options.extra !== "drop");
  for (const { name, position } of otherColumns(names, matched, isKept))
    fields[position] = { name, role: isText(position) ? "text" : "number" };
  if (matched.symbol !== undefined) fields[matched.symbol] = { name: "symbol", role: "symbol" };
  fields[matched.timestamp] = { name: "timestamp", role: "time" };
  if (matched.clock !== undefined) fields[matched.clock] = { name: "time", role: "clock" };
  for (const { name, position } of matched.numbers)
    fields[position] = { name, role: name === "volume" ? "number" : "price" };
  return fields;
}

function columnsOf(fields: readonly FieldLayout[], { kind, numbers }: MatchedColumns): ColumnMetadata[] {
  const known = numbers.map(({ name }) => name);
  return [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
    ...known.map((name): ColumnMetadata => ({ name, type: "float64" })),
    ...fields.flatMap(({ name, role }): ColumnMetadata[] => {
      if (role === "text") return [{ name, type: "text" }];
      return role === "number" && !known.includes(name) ? [{ name, type: "float64" }] : [];
    }),
  ];
}

const endings = /(?:\.(?:csv|tsv|txt))?(?:\.(?:gz|zst))?$/i;

function noRows(head: FileHead, path: string): AtcError {
  const message = head.final
    ? `"${path}" has a header line and no rows; give a file with rows`
    : `"${path}" has no row that ends in its first ${head.end} bytes; is it a table of rows, or is a quote not closed?`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { path } });
}

/** Adds a hint to an error if the first line seems to be a row. */
function explained(error: unknown, header: Header): unknown {
  const isRow = header.names.some((name) => /^[+-]?\d/.test(name.trim()));
  if (!(error instanceof AtcError) || error.code !== "ATC_INVALID_DATA" || !isRow) return error;
  return new AtcError(
    error.code,
    `${error.message}; if there is no header line, name the fields with a list of columns (--columns timestamp,open,high,low,close,volume)`,
    { cause: error, details: error.details },
  );
}

/**
 * Detects how to read a file from its first bytes.
 *
 * @param path - the file's name in messages
 * @param name - the file's name from which to take the symbol
 * @throws ATC_INVALID_DATA if there is no row or no usable header, ATC_INVALID_ARGUMENT if an option does not fit the
 * file
 */
export function detectLayout(head: FileHead, path: string, name: string, options: CsvOptions): CsvLayout {
  const header = findHeader(head, path, options);
  const { rows } = sampleRows(head.bytes, { ...head, start: header.start }, header.separator, sampledRows);
  let matched: MatchedColumns;
  let names: readonly string[];
  try {
    matched = matchedFields(header.names, path, options);
    if (rows.length === 0) throw noRows(head, path);
    names = fittedNames(header.names, rows, path, options);
    if (names !== header.names) matched = matchedFields(names, path, options);
  } catch (error) {
    throw explained(error, header);
  }
  const time = timeLayout(header, names, matched, rows, path, options);
  // A column without any time of day is a column like others.
  if (!time.hasClock) matched = { ...matched, clock: undefined };
  const fields = fieldLayouts(names, matched, rows, options);
  const leftOut = fields.flatMap(({ name: field, role }) => (role === "skip" && field !== "" ? [field] : []));
  return {
    separator: header.separator,
    loneReturns: head.loneReturns,
    start: header.start,
    line: header.line,
    kind: matched.kind,
    ...time,
    commaDecimals: options.decimal === ",",
    priceScale: options.priceScale ?? 1,
    fields,
    symbol: matched.symbol === undefined ? fileSymbol("csv", name, endings, options) : undefined,
    columns: columnsOf(fields, matched),
    notes: layoutNotes({ header, names, matched, time, leftOut, options }),
  };
}
