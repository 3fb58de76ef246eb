import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import {
  aliasForm,
  columnAliases,
  dateAliases,
  detectTimes,
  fileSymbol,
  type MatchedColumns,
  matchColumns,
  otherColumns,
  type TimeLayout,
} from "@atc/plugin-kit";
import type { NumberStyle } from "../text/styled-number.ts";
import { type CsvOptions, givenNames, mappedNames } from "./csv-options.ts";
import { likelyNames } from "./field-guess.ts";
import { vendorScale } from "./fixed-point.ts";
import { type FileHead, findHeader, type Header, headerOfRows } from "./header.ts";
import { indexNames } from "./index-column.ts";
import { layoutNotes } from "./layout-notes.ts";
import { numberStyle } from "./number-style.ts";
import { recognisedRows } from "./row-forms.ts";
import { headerSymbols, namesOfOne, type RowShape, wideRows } from "./row-shape.ts";
import { isClockColumn, isTextColumn, type Sample, sampleRows } from "./sample.ts";
import { likelyVolume } from "./volume-column.ts";
import { likelyPattern } from "./wide-names.ts";

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
  /** How prices and volumes are written; undefined if they are plain numbers. */
  readonly numbers: NumberStyle | undefined;
  /** How rows become other rows after their fields are read; undefined if they stay as they are. */
  readonly shape: RowShape | undefined;
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
  const { timestamp, clock } = matchColumns(names, { source: path, columns: mappedNames(options), price: "auto" });
  const isDate = rows.every((row) => /^(?:\d{8}|\d{1,4}([-/.])\d{1,2}\1\d{1,4})$/.test(row[timestamp] ?? ""));
  const named = dateAliases.includes(aliasForm(names[timestamp] ?? ""));
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
  const { kind, price = "auto" } = options;
  return matchColumns(names, { source: path, columns: mappedNames(options), kind, price });
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

/** The other columns that are kept, each with whether it holds text. */
function extraColumns(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  options: CsvOptions,
): readonly { readonly name: string; readonly position: number; readonly isText: boolean }[] {
  const isText = (position: number): boolean => isTextColumn(rows, position, options.decimal === ",");
  const isKept = (position: number): boolean =>
    names[position]?.trim() !== "" && (isText(position) ? options.text === "keep" : options.extra !== "drop");
  return otherColumns(names, matched, isKept).map((column) => ({ ...column, isText: isText(column.position) }));
}

/** Fields, their columns, and how rows are reshaped. */
interface LaidOut {
  readonly fields: readonly FieldLayout[];
  readonly columns: readonly ColumnMetadata[];
  readonly shape: RowShape | undefined;
}

/** Fields of a time and its clock; all others are left out. */
function timeFields(names: readonly string[], { timestamp, clock }: MatchedColumns): FieldLayout[] {
  const fields: FieldLayout[] = names.map((name) => ({ name: name.trim(), role: "skip" }));
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
function singleRows(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  zero: RowShape["zero"],
  options: CsvOptions,
): LaidOut {
  const { kind, numbers, quotes = [], symbol } = matched;
  const fields = timeFields(names, matched);
  const extras = extraColumns(names, matched, rows, options);
  for (const { name, position, isText } of extras) fields[position] = { name, role: isText ? "text" : "number" };
  if (symbol !== undefined) fields[symbol] = { name: "symbol", role: "symbol" };
  for (const { name, position } of numbers) fields[position] = { name, role: name === "volume" ? "number" : "price" };
  for (const position of quotes.flatMap(({ bid, ask }) => [bid, ask]))
    fields[position] = { name: fields[position]?.name ?? "", role: "price" };
  if (zero !== undefined) fields[zero.field] = { name: fields[zero.field]?.name ?? "", role: "number" };
  const known = new Set([...numbers, ...quotes].map(({ name }) => name));
  const columns = metadataOf(
    kind,
    canonical.filter((name) => known.has(name)),
  );
  const others = extras.map(({ name, isText }): ColumnMetadata => ({ name, type: isText ? "text" : "float64" }));
  const isReshaped = quotes.length > 0 || zero !== undefined;
  return { fields, columns: [...columns, ...others], shape: isReshaped ? { means: quotes, zero } : undefined };
}

/** The layout of rows that hold several symbols each. */
function severalRows(
  header: Header,
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  path: string,
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
  const extras = extraColumns(namesOfOne(header, names), matched, rows, { ...options, text: "drop" }).filter(
    ({ position }) => header.symbols?.[position] !== undefined,
  );
  const wide = wideRows(header, names, matched, extras, path);
  for (const { symbol, fields: own } of wide.series)
    for (const [column, field] of own.entries())
      if (field >= 0) fields[field] = { name: `${symbol}:${wide.columns[column]}`, role: "number" };
  return { fields, columns: metadataOf(matched.kind, wide.columns), shape: { means: [], wide } };
}

const endings = /(?:\.(?:csv|tsv|txt))?(?:\.gz)?$/i;

function noRows(head: FileHead, path: string): AtcError {
  const message = head.final
    ? `"${path}" has a header line and no rows; give a file with rows`
    : `"${path}" has no row that ends in its first ${head.end} bytes; is it a table of rows, or is a quote not closed?`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { path } });
}

/** What to do about an error in the names of a header, in a form that can be pasted; undefined if nothing is likely. */
function advice({ names }: Header, rows: Sample["rows"], options: CsvOptions): string | undefined {
  const isOther = (name: string): boolean => !columnAliases.timestamp.includes(aliasForm(name));
  const others = names.flatMap((name, field) => (isOther(name) ? [field] : []));
  const areNumbers = others.length > 1 && others.every((field) => !isTextColumn(rows, field, false));
  const areSymbols = rows.length > 0 && others.length < names.length && areNumbers;
  const pattern =
    options.wide === undefined ? (likelyPattern(names) ?? (areSymbols ? "{symbol}" : undefined)) : undefined;
  if (pattern !== undefined) {
    const what = pattern === "{symbol}" ? "each column is the close of a symbol" : "these names hold symbols";
    return `if ${what}, give --source-option 'wide=${pattern}'; else name them with the option columns`;
  }
  const pairs = likelyPairs(names, rows);
  return pairs === undefined ? undefined : `name them with the option columns, such as --columns ${pairs}`;
}

/** The likely columns for a time and a price among names that say neither. */
function likelyPairs(names: readonly string[], rows: Sample["rows"]): string | undefined {
  const likely = likelyNames(rows)?.map((name) => (name === "date" ? "timestamp" : name));
  const wanted = likely?.includes("bid") === true ? ["timestamp", "bid", "ask"] : ["timestamp", "close", "price"];
  const pairs = wanted.flatMap((column) => {
    const name = names[likely?.indexOf(column) ?? -1]?.trim() ?? "";
    const isKnown = columnAliases[column as "timestamp"].includes(aliasForm(name));
    return name === "" || isKnown ? [] : [`${column}=${name}`];
  });
  const list = pairs.join();
  if (pairs.length === 0 || pairs.some((pair) => /['",]|=.*=/.test(pair))) return undefined;
  return /^[\w=,.-]+$/.test(list) ? list : `'${list}'`;
}

/** Adds what is likely to an error in the names of a header. */
function explained(error: unknown, header: Header, rows: Sample["rows"], options: CsvOptions): unknown {
  if (!(error instanceof AtcError) || !/no column for a/.test(error.message)) return error;
  const hint = advice(header, rows, options);
  if (hint === undefined) return error;
  const message = error.message.replace(/name them with the option columns \(--columns .*\)$/, hint);
  return new AtcError(error.code, message, { cause: error, details: error.details });
}

/** The names that another file lends to one without a header. */
export interface LentNames {
  readonly names: readonly string[];
  /** The other file, for a note. */
  readonly path: string;
}

/**
 * The header of a file whose first line is a row: recognised, or lent by another file.
 *
 * @throws ATC_INVALID_DATA with a list of columns that reads the file, if its fields are likely
 */
function withoutHeader(
  head: FileHead,
  found: Header,
  path: string,
  options: CsvOptions,
  lent: LentNames | undefined,
): Header {
  const first = headerOfRows(head, found, [], options);
  const { rows } = sampleRows(head.bytes, { ...head, start: first.start }, found.separator, sampledRows);
  const width = usualWidth(rows);
  const named = (names: readonly string[], note: string): Header => ({
    ...headerOfRows(head, found, names, options),
    notes: [note],
  });
  const recognised = recognisedRows(rows);
  if (recognised !== undefined) return named(recognised.names, `no header line: read as ${recognised.title}`);
  if (lent !== undefined && lent.names.length === width)
    return named(lent.names, `no header line: the names are those of "${lent.path}"`);
  const likely = likelyNames(rows);
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" has no header line: its first line is a row of ${width} fields; name them in order, ${
      likely === undefined
        ? "with a list of columns (--columns timestamp,open,high,low,close,volume)"
        : `such as --columns ${likely.join(",")}`
    }`,
    { details: { path, fields: width, headerless: true } },
  );
}

/**
 * Detects how to read a file from its first bytes.
 *
 * @param path - the file's name in messages
 * @param name - the file's name from which to take the symbol
 * @param lent - names for a file without a header
 * @throws ATC_INVALID_DATA if there is no row or no usable header, ATC_INVALID_ARGUMENT if an option does not fit the
 * file
 */
export function detectLayout(
  head: FileHead,
  path: string,
  name: string,
  options: CsvOptions,
  lent?: LentNames,
): CsvLayout {
  const line = findHeader(head, path, options);
  const header = line.isRow === true ? withoutHeader(head, line, path, options, lent) : line;
  const { rows } = sampleRows(head.bytes, { ...head, start: header.start }, header.separator, sampledRows);
  const symbols = headerSymbols(header);
  const isWide = symbols.length > 1;
  let matched: MatchedColumns;
  let names: readonly string[];
  let symbol: string | undefined;
  let volume: ReturnType<typeof likelyVolume>;
  const notes: string[] = [...header.notes];
  try {
    const index = indexNames(header.names, rows, options);
    notes.push(...index.notes);
    const shown = (all: readonly string[]): readonly string[] => (isWide ? namesOfOne(header, all) : all);
    matched = matchedFields(shown(index.names), path, options);
    if (rows.length === 0) throw noRows(head, path);
    names = fittedNames(index.names, rows, path, options);
    if (names !== index.names) matched = matchedFields(shown(names), path, options);
    if (matched.symbol === undefined && !isWide)
      symbol = options.symbol ?? symbols[0] ?? fileSymbol("csv", name, endings, options);
    volume = isWide ? undefined : likelyVolume(names, matched, rows, symbol, options);
    if (volume !== undefined) notes.push(volume.note);
    if (volume?.name !== undefined) {
      const columns = { ...mappedNames(options), volume: volume.name };
      matched = matchedFields(names, path, { ...options, columns });
    }
  } catch (error) {
    throw explained(error, header, rows, options);
  }
  const time = timeLayout(header, names, matched, rows, path, options);
  // A column without any time of day is a column like others.
  if (!time.hasClock) matched = { ...matched, clock: undefined };
  const { fields, columns, shape } = isWide
    ? severalRows(header, names, matched, rows, path, options)
    : singleRows(names, matched, rows, volume?.zero, options);
  const values = fields.flatMap(({ role }, field) => {
    const isVolume = matched.numbers.some(({ position }) => position === field);
    return role === "price" || isVolume || (isWide && role === "number") ? [field] : [];
  });
  const numbers = numberStyle(rows, values, path, options);
  const prices = fields.flatMap(({ role }, field) => (role === "price" ? [field] : []));
  const scale = options.priceScale === undefined ? vendorScale(names, rows, prices) : 1;
  if (scale !== 1) notes.push(`prices are integers in units of 1e-9 (Databento) and were divided by ${scale}`);
  const leftOut = fields.flatMap(({ name: field, role }) => (role === "skip" && field !== "" ? [field] : []));
  return {
    separator: header.separator,
    loneReturns: head.loneReturns,
    start: header.start,
    line: header.line,
    kind: matched.kind,
    ...time,
    numbers,
    shape,
    priceScale: options.priceScale ?? scale,
    fields,
    symbol,
    columns,
    notes: layoutNotes({ header, names, matched, time, leftOut, numbers, shape, assumed: notes, options }),
  };
}
