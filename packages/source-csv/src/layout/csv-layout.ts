import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import {
  aliasForm,
  dateAliases,
  detectTimes,
  fileSymbol,
  likelyClock,
  type MatchedColumns,
  matchColumns,
  type TimeLayout,
} from "@atc/plugin-kit";
import type { NumberStyle } from "../text/styled-number.ts";
import { columnOrigins } from "./column-origins.ts";
import { type CsvOptions, givenNames, mappedNames } from "./csv-options.ts";
import { type FieldLayout, severalRows, singleRows } from "./field-layouts.ts";
import { vendorScale } from "./fixed-point.ts";
import { type FileHead, findHeader, type Header } from "./header.ts";
import { explained } from "./header-advice.ts";
import { indexNames } from "./index-column.ts";
import { layoutNotes } from "./layout-notes.ts";
import { type LentNames, withoutHeader } from "./missing-header.ts";
import { numberStyle } from "./number-style.ts";
import { headerSymbols, namesOfOne, type RowShape } from "./row-shape.ts";
import { isClockColumn, type Sample, sampledRows, sampleRows, usualWidth } from "./sample.ts";
import { type LikelyVolume, likelyVolume } from "./volume-column.ts";

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
  /** Whether chunks have the line of each row. */
  readonly hasLines: boolean;
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
  /** Which fields became which columns; undefined if a row holds several symbols. */
  readonly origins: readonly string[] | undefined;
}

/** The position of a time of day that has no name in the header and follows a date; -1 if there is none. */
function unnamedClock(names: readonly string[], rows: Sample["rows"], path: string, options: CsvOptions): number {
  const { timestamp, clock } = matchedFields(names, path, options);
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
  const { kind, price = "auto", values } = options;
  return matchColumns(names, { source: path, columns: mappedNames(options), kind, price, values });
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

const endings = /(?:\.(?:csv|tsv|txt))?(?:\.(?:gz|zst))?$/i;

function noRows(head: FileHead, path: string): AtcError {
  const message = head.final
    ? `"${path}" has a header line and no rows; give a file with rows`
    : `"${path}" has no row that ends in its first ${head.end} bytes; is it a table of rows, or is a quote not closed?`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { path } });
}

/** The fields of prices and volumes, whose texts decide how numbers are written. */
function valueFields(
  { symbols = [] }: Header,
  { numbers, quotes = [] }: MatchedColumns,
  isWide: boolean,
): readonly number[] {
  if (isWide) return symbols.flatMap((symbol, field) => (symbol === undefined ? [] : [field]));
  return [...numbers.map(({ position }) => position), ...quotes.flatMap(({ bid, ask }) => [bid, ask])];
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
  let volume: LikelyVolume | undefined;
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
    volume = isWide || options.values !== undefined ? undefined : likelyVolume(names, matched, rows, symbol, options);
    if (volume !== undefined) notes.push(volume.note);
    if (volume?.name !== undefined) {
      const columns = { ...mappedNames(options), volume: volume.name };
      matched = matchedFields(names, path, { ...options, columns });
    }
  } catch (error) {
    throw explained(error, header, rows, options);
  }
  const found = isWide
    ? undefined
    : likelyClock({
        source: path,
        names,
        matched,
        texts: (position) => rows.map((row) => row[position] ?? ""),
        options,
      });
  if (found !== undefined) {
    matched = { ...matched, clock: found.position };
    notes.push(found.note);
  }
  const time = timeLayout(header, names, matched, rows, path, options);
  // A column without any time of day is a column like others.
  if (!time.hasClock) matched = { ...matched, clock: undefined };
  const numbers = numberStyle(rows, valueFields(header, matched, isWide), path, options, header.separator);
  const { fields, columns, shape } = isWide
    ? severalRows(header, names, matched, rows, path, numbers, options)
    : singleRows(names, matched, rows, volume?.zero, numbers, options);
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
    hasLines: options.values !== undefined,
    ...time,
    numbers,
    shape,
    priceScale: options.priceScale ?? scale,
    fields,
    symbol,
    columns,
    origins: isWide ? undefined : columnOrigins(names, matched, time),
    notes: layoutNotes({ header, names, matched, time, leftOut, numbers, shape, assumed: notes, options }),
  };
}
