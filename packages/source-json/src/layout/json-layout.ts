import { AtcError, type ColumnMetadata } from "@atc/contract";
import { epochUnitOf, fileSymbol, type MatchedColumns, matchColumns, otherColumns } from "@atc/plugin-kit";
import { afterBlanks, closeList, comma, openList, valueEnd } from "../values/json-scanner.ts";
import { fieldFinder } from "../values/row-fields.ts";
import { numberOf, plainText, textOf } from "../values/row-values.ts";
import { isNumeric, namesZone, type TimeLayout } from "../values/time-value.ts";
import { givenNames, type JsonOptions, mappedNames } from "./json-options.ts";
import type { JsonHead, RowsLocation } from "./rows-location.ts";

/** A field of a row that is read. */
export interface FieldLayout {
  /** The column's name. */
  readonly name: string;
  /** Its index among the names. */
  readonly position: number;
  /** How it is read. */
  readonly role: "symbol" | "time" | "price" | "number" | "text";
}

/** How to read the rows of a document. */
export interface JsonLayout extends RowsLocation {
  /** The names of the members of objects, or of the elements of arrays. */
  readonly names: readonly string[];
  /** The fields that are read. */
  readonly fields: readonly FieldLayout[];
  /** How times are written. */
  readonly time: TimeLayout;
  /** The symbol of every row, if no field holds it. */
  readonly symbol: string | undefined;
  /** The columns of every chunk. */
  readonly columns: readonly ColumnMetadata[];
}

const sampledRows = 2000;
const ccxt: readonly string[] = ["timestamp", "open", "high", "low", "close", "volume"];
const endings = /(?:\.(?:json|jsonl|ndjson))?(?:\.gz)?$/i;

/** The ranges of bytes of the first rows. */
function sampleRanges({ bytes, end, final }: JsonHead, location: RowsLocation): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (let at = location.start; at < end && found.length < sampledRows; ) {
    if (location.isList && bytes[at] === closeList) break;
    let stop = valueEnd(bytes, at, end);
    if (stop < 0 && final && !location.isList) stop = end;
    if (stop <= at) break;
    found.push([at, stop]);
    at = afterBlanks(bytes, stop, end);
    if (location.isList && bytes[at] === comma) at = afterBlanks(bytes, at + 1, end);
  }
  return found;
}

/** The names of members of the sampled objects, in order of appearance. */
function memberNames(head: JsonHead, ranges: readonly (readonly [number, number])[]): readonly string[] {
  const names = new Set<string>();
  for (const [start, end] of ranges) {
    try {
      const row: unknown = JSON.parse(Buffer.from(head.bytes.subarray(start, end)).toString("utf8"));
      if (typeof row === "object" && row !== null) for (const name of Object.keys(row)) names.add(name);
    } catch {
      // A row that is not JSON is reported, with its line, when it is read.
    }
  }
  return [...names];
}

/** The fields of sampled rows as texts. */
type Sample = readonly (readonly string[])[];

/** Whether the elements are in ccxt's order: high and low are the extremes of nearly all bars that are not flat. */
function looksLikeCcxt(rows: Sample): boolean {
  let good = 0;
  let bad = 0;
  for (const row of rows) {
    const [open = Number.NaN, high = Number.NaN, low = Number.NaN, close = Number.NaN] = row.slice(1, 5).map(Number);
    if (high < Math.max(open, low, close) || low > Math.min(open, close)) bad++;
    else if (high !== low) good++;
  }
  return bad === 0 || good > 9 * bad;
}

function checkNames(rows: Sample, name: string): void {
  const whole = rows.filter((row) => row.length >= 5);
  if (whole.length > 0 && looksLikeCcxt(whole)) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `the rows of "${name}" are arrays, but not of time, open, high, low, close and volume as in ccxt; name their elements with a list of columns (--columns timestamp,low,high,open,close,volume)`,
    { details: { path: name } },
  );
}

function timeLayout(
  texts: readonly string[],
  kind: TimeLayout["kind"],
  name: string,
  options: JsonOptions,
): TimeLayout {
  const filled = texts.filter((text) => text !== "" && text !== "null");
  const numbers = filled.filter(isNumeric);
  const isNumber = numbers.length * 2 > filled.length;
  const zones = filled.map(namesZone);
  const zoned = zones.filter((zone) => zone === true).length;
  const isZoned = zoned * 2 > zones.filter((zone) => zone !== undefined).length;
  if (options.timeZone !== undefined && (isNumber || isZoned))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of "${name}" ${isNumber ? "count from 1970 in UTC" : "name their zone"}, such as "${filled[0]}"; remove the option timeZone`,
      { details: { path: name, option: "timeZone" } },
    );
  const largest = numbers.reduce((most, text) => Math.max(most, Math.abs(Number(text))), 0);
  return {
    kind,
    unit: isNumber ? (options.timeUnit ?? epochUnitOf(largest)) : undefined,
    isZoned,
    localTime: options.timeZone === undefined ? undefined : options,
  };
}

/** A sampled row: the ranges of bytes of its values. */
interface SampledRow {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function sampledRowsOf(
  { bytes }: JsonHead,
  ranges: readonly (readonly [number, number])[],
  names: readonly string[],
): readonly SampledRow[] {
  const finder = fieldFinder(names);
  const { starts, ends } = finder.fields;
  return ranges.flatMap(([start, end]) =>
    finder.split(bytes, start, end) ? [{ starts: starts.slice(), ends: ends.slice() }] : [],
  );
}

/** The columns that are kept in addition to those of bars and ticks. */
function otherFields(
  { bytes }: JsonHead,
  sample: readonly SampledRow[],
  names: readonly string[],
  matched: MatchedColumns,
  options: JsonOptions,
): readonly FieldLayout[] {
  const isNumber = (field: number): boolean =>
    sample.every(({ starts, ends }) => numberOf(bytes, starts[field] ?? 0, ends[field] ?? 0) !== undefined);
  const isText = (field: number): boolean =>
    sample.every(({ starts, ends }) => textOf(bytes, starts[field] ?? 0, ends[field] ?? 0) !== null);
  const isKept = (field: number): boolean => {
    if (names[field]?.trim() === "") return false;
    return isNumber(field) ? options.extra !== "drop" : options.text === "keep" && isText(field);
  };
  return otherColumns(names, { ...matched, clock: undefined }, isKept).map(({ name, position }) => ({
    name,
    position,
    role: isNumber(position) ? "number" : "text",
  }));
}

function noRows({ bytes, end }: JsonHead, { start }: RowsLocation, name: string): AtcError {
  const message =
    bytes[start] === closeList
      ? `"${name}" has an empty array of rows; give a file with rows`
      : `"${name}" has no row that ends in its first ${end} bytes; is it cut, or not an array of rows?`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { path: name } });
}

/**
 * Detects how to read a document from its first rows.
 *
 * @param name - the document's name in messages
 * @param fileName - the file's name from which to take the symbol
 * @throws ATC_INVALID_DATA if there is no row, or rows have no time or no price
 */
export function detectLayout(
  head: JsonHead,
  location: RowsLocation,
  name: string,
  fileName: string,
  options: JsonOptions,
): JsonLayout {
  const { bytes } = head;
  const ranges = sampleRanges(head, location);
  if (ranges[0] === undefined) throw noRows(head, location, name);
  const isLists = bytes[ranges[0][0]] === openList;
  const given = givenNames(options);
  const names = isLists ? (given ?? ccxt) : memberNames(head, ranges);
  const sample = sampledRowsOf(head, ranges, names);
  const textAt = ({ starts, ends }: SampledRow, field: number): string =>
    ends[field] === 0 ? "" : plainText(bytes, starts[field] ?? 0, ends[field] ?? 0);
  if (isLists && given === undefined)
    checkNames(
      sample.map((row) => names.map((_, field) => textAt(row, field)).filter((text) => text !== "")),
      name,
    );
  const matched = matchColumns(names, { source: name, columns: mappedNames(options), kind: options.kind });
  const numbers = matched.numbers.map(
    ({ name: column, position }): FieldLayout => ({
      name: column,
      position,
      role: column === "volume" ? "number" : "price",
    }),
  );
  const rest = [...numbers, ...otherFields(head, sample, names, matched, options)];
  const times = sample.map((row) => textAt(row, matched.timestamp));
  const { symbol, timestamp, kind } = matched;
  return {
    ...location,
    names,
    fields: [
      ...(symbol === undefined ? [] : [{ name: "symbol", position: symbol, role: "symbol" } as const]),
      { name: "timestamp", position: timestamp, role: "time" },
      ...rest,
    ],
    time: timeLayout(times, kind, name, options),
    symbol: symbol === undefined ? fileSymbol("json", fileName, endings, options) : undefined,
    columns: [
      { name: "symbol", type: "text" },
      { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
      ...rest.map(
        ({ name: column, role }): ColumnMetadata => ({ name: column, type: role === "text" ? "text" : "float64" }),
      ),
    ],
  };
}
