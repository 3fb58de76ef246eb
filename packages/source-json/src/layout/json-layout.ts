import { AtcError, type ColumnMetadata } from "@atc/contract";
import { epochUnitOf, fileSymbol, type MatchedColumns, matchColumns, otherColumns } from "@atc/plugin-kit";
import { afterBlanks, closeList, comma, openList, valueEnd } from "../values/row-extent.ts";
import { fieldFinder } from "../values/row-fields.ts";
import { numberOf, plainText, textOf } from "../values/row-values.ts";
import { isNumeric, namesZone, type TimeStyle } from "../values/time-value.ts";
import { givenNames, type JsonOptions, mappedNames } from "./json-options.ts";
import type { JsonHead, RowsPlace } from "./rows-place.ts";

/** A field of a row that is read. */
export interface FieldLayout {
  /** The column's name. */
  readonly name: string;
  /** Its place among the names. */
  readonly position: number;
  /** What it is read as. */
  readonly role: "symbol" | "time" | "price" | "number" | "text";
}

/** All that must be known to read the rows of a document. */
export interface JsonLayout extends RowsPlace {
  /** The names of members of objects, or of places of lists. */
  readonly names: readonly string[];
  /** The fields that are read. */
  readonly fields: readonly FieldLayout[];
  /** How times are written. */
  readonly time: TimeStyle;
  /** The symbol of every row, where no field holds it. */
  readonly symbol: string | undefined;
  /** The columns of every chunk. */
  readonly columns: readonly ColumnMetadata[];
}

const sampledRows = 2000;
const ccxt: readonly string[] = ["timestamp", "open", "high", "low", "close", "volume"];
const endings = /(?:\.(?:json|jsonl|ndjson))?(?:\.gz)?$/i;

/** Where the first rows begin and end. */
function sampleExtents({ bytes, end, final }: JsonHead, place: RowsPlace): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (let at = place.start; at < end && found.length < sampledRows; ) {
    if (place.isList && bytes[at] === closeList) break;
    let stop = valueEnd(bytes, at, end);
    if (stop < 0 && final && !place.isList) stop = end;
    if (stop <= at) break;
    found.push([at, stop]);
    at = afterBlanks(bytes, stop, end);
    if (place.isList && bytes[at] === comma) at = afterBlanks(bytes, at + 1, end);
  }
  return found;
}

/** The members of the sampled objects, in order of appearance. */
function memberNames(head: JsonHead, extents: readonly (readonly [number, number])[]): readonly string[] {
  const names = new Set<string>();
  for (const [start, end] of extents) {
    try {
      const row: unknown = JSON.parse(Buffer.from(head.bytes.subarray(start, end)).toString("utf8"));
      if (typeof row === "object" && row !== null) for (const name of Object.keys(row)) names.add(name);
    } catch {
      // A row that is no JSON is told with its place when it is read.
    }
  }
  return [...names];
}

/** Texts of a field in the sampled rows that have it. */
type Sample = readonly (readonly string[])[];

/** Whether prices are where ccxt has them: high and low at the top and the bottom of nearly all bars that are not flat. */
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
    `the rows of "${name}" are lists, but not of time, open, high, low, close and volume as ccxt has them; name their places with a list of columns (--columns timestamp,low,high,open,close,volume)`,
    { details: { path: name } },
  );
}

function timeStyle(texts: readonly string[], kind: TimeStyle["kind"], name: string, options: JsonOptions): TimeStyle {
  const filled = texts.filter((text) => text !== "" && text !== "null");
  const numbers = filled.filter(isNumeric);
  const isNumber = numbers.length * 2 > filled.length;
  const zones = filled.map(namesZone);
  const zoned = zones.filter((zone) => zone === true).length;
  const isZoned = zoned * 2 > zones.filter((zone) => zone !== undefined).length;
  if (options.timeZone !== undefined && (isNumber || isZoned))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the times of "${name}" ${isNumber ? "count from 1970 in UTC" : "name their zone"}, such as "${filled[0]}"; leave the option timeZone out`,
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

/** A row of the sample, with the places of its values. */
interface SampledRow {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function sampledRowsOf(
  { bytes }: JsonHead,
  extents: readonly (readonly [number, number])[],
  names: readonly string[],
): readonly SampledRow[] {
  const finder = fieldFinder(names);
  const { starts, ends } = finder.fields;
  return extents.flatMap(([start, end]) =>
    finder.split(bytes, start, end) ? [{ starts: starts.slice(), ends: ends.slice() }] : [],
  );
}

/** The columns that are kept besides those of bars and ticks. */
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

function noRows({ bytes, end }: JsonHead, { start }: RowsPlace, name: string): AtcError {
  const message =
    bytes[start] === closeList
      ? `"${name}" has an empty list of rows; give a file with rows`
      : `"${name}" has no row that ends in its first ${end} bytes; is it cut, or no list of rows?`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { path: name } });
}

/**
 * Tells how to read a document from its first rows.
 *
 * @param fileName - what stands for the file's name where its symbol is told from it
 * @throws ATC_INVALID_DATA where there is no row, or no time or price in rows
 */
export function detectLayout(
  head: JsonHead,
  place: RowsPlace,
  name: string,
  fileName: string,
  options: JsonOptions,
): JsonLayout {
  const { bytes } = head;
  const extents = sampleExtents(head, place);
  if (extents[0] === undefined) throw noRows(head, place, name);
  const isLists = bytes[extents[0][0]] === openList;
  const given = givenNames(options);
  const names = isLists ? (given ?? ccxt) : memberNames(head, extents);
  const sample = sampledRowsOf(head, extents, names);
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
    ...place,
    names,
    fields: [
      ...(symbol === undefined ? [] : [{ name: "symbol", position: symbol, role: "symbol" } as const]),
      { name: "timestamp", position: timestamp, role: "time" },
      ...rest,
    ],
    time: timeStyle(times, kind, name, options),
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
