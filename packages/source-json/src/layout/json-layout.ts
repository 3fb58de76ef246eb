import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import {
  detectTimes,
  fileSymbol,
  likelyClock,
  type MatchedColumns,
  matchColumns,
  misspeltNotes,
  otherColumns,
  type TimeLayout,
} from "@atc/plugin-kit";
import { afterBlanks, closeList, comma, openList, valueEnd } from "../values/json-scanner.ts";
import { fieldFinder } from "../values/row-fields.ts";
import { numberOf, plainText, textOf } from "../values/row-values.ts";
import { writtenTime } from "../values/time-value.ts";
import { givenNames, type JsonOptions, mappedNames } from "./json-options.ts";
import { type RowShape, shapeOf, spelledNames } from "./row-shapes.ts";
import { type JsonHead, members, type RowsLocation } from "./rows-location.ts";

/** A field of a row that is read. */
export interface FieldLayout {
  /** The column's name. */
  readonly name: string;
  /** Its index among the names. */
  readonly position: number;
  /** How it is read. */
  readonly role: "symbol" | "time" | "clock" | "price" | "number" | "text";
}

/** How to read the rows of a document. */
export interface JsonLayout extends RowsLocation {
  /** The names of the members of objects, or of the elements of arrays. */
  readonly names: readonly string[];
  /** The fields that are read. */
  readonly fields: readonly FieldLayout[];
  /** What a row is. */
  readonly kind: RowKind;
  /** How times are written. */
  readonly time: TimeLayout;
  /** The symbol of every row, if no field holds it. */
  readonly symbol: string | undefined;
  /** The columns of every chunk. */
  readonly columns: readonly ColumnMetadata[];
  /** What was assumed or left out. */
  readonly notes: readonly string[];
}

const sampledRows = 2000;
/** The most elements of a row that are looked at. */
const mostElements = 64;
/** The largest part of values that may be errors in a column of numbers. */
const mostErrors = 0.2;
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

/**
 * The names of members of the sampled objects, in order of appearance.
 *
 * @throws ATC_INVALID_DATA if the first object names a member twice
 */
function memberNames(
  head: JsonHead,
  ranges: readonly (readonly [number, number])[],
  source: string,
): readonly string[] {
  const [[start, end] = [0, 0]] = ranges;
  const first = members({ bytes: head.bytes, end }, start).map(([name]) => name);
  const twice = first.find((name, position) => first.indexOf(name) < position);
  if (twice !== undefined)
    throw new AtcError("ATC_INVALID_DATA", `"${source}" has two columns "${twice}"; rename one of them`, {
      details: { source, column: twice },
    });
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
  // A few values that are not numbers are errors in a column of numbers.
  const isNumber = (field: number): boolean => {
    const values = sample.map(({ starts, ends }) => numberOf(bytes, starts[field] ?? 0, ends[field] ?? 0));
    const texts = values.filter((value) => value === undefined).length;
    return texts === 0 || texts < values.filter((value) => !Number.isNaN(value)).length * mostErrors;
  };
  const isText = (field: number): boolean =>
    sample.every(({ starts, ends }) => textOf(bytes, starts[field] ?? 0, ends[field] ?? 0) !== null);
  const isKept = (field: number): boolean => {
    if (names[field]?.trim() === "") return false;
    return isNumber(field) ? options.extra !== "drop" : options.text === "keep" && isText(field);
  };
  return otherColumns(names, matched, isKept).map(({ name, position }) => ({
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

/** The names of the elements of rows that are arrays. */
function listShape(
  { bytes }: JsonHead,
  ranges: readonly (readonly [number, number])[],
  name: string,
  options: JsonOptions,
): RowShape {
  const given = givenNames(options);
  const widest = Array.from({ length: mostElements }, (_, element) => String(element));
  const finder = fieldFinder(widest);
  const { starts, ends } = finder.fields;
  const rows = ranges.flatMap(([start, end]) => {
    if (bytes[start] !== openList || !finder.split(bytes, start, end)) return [];
    const length = ends.lastIndexOf(0) < 0 ? mostElements : ends.indexOf(0);
    return [Array.from({ length }, (_, element) => plainText(bytes, starts[element] ?? 0, ends[element] ?? 0))];
  });
  const shape = given === undefined ? shapeOf(rows, name) : { names: given };
  const { length } = shape.names;
  const isLonger = rows.some((row) => row.length > length);
  return { ...shape, ...(isLonger ? { leftOut: `the elements after the first ${length}` } : {}) };
}

/** What was assumed or left out to read a document. */
function layoutNotes(
  { foundAt }: RowsLocation,
  { names, note, leftOut }: RowShape,
  fields: readonly FieldLayout[],
  { timeNotes }: TimeLayout,
  matched: MatchedColumns,
): readonly string[] {
  const read = new Set(fields.map(({ position }) => position));
  const unread = [
    ...names.filter((name, position) => !read.has(position) && name.trim() !== "").map((name) => name.trim()),
    ...(leftOut === undefined ? [] : [leftOut]),
  ];
  return [
    ...(foundAt === undefined ? [] : [`the rows are those at "${foundAt}" (rowsAt)`]),
    ...(note === undefined ? [] : [note]),
    ...timeNotes,
    ...misspeltNotes(names, matched),
    ...(unread.length === 0 ? [] : [`columns left out: ${unread.join(", ")}`]),
  ];
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
  const shape: RowShape = isLists ? listShape(head, ranges, name, options) : { names: memberNames(head, ranges, name) };
  const { names } = shape;
  const sample = sampledRowsOf(head, ranges, names);
  const mapped = mappedNames(options);
  const spelled = isLists ? names : spelledNames(names, Object.values(mapped ?? {}));
  const aliased = matchColumns(spelled, { source: name, columns: mapped, kind: options.kind, values: options.values });
  const texts = (field: number): readonly string[] =>
    sample.map(({ starts, ends }) => writtenTime(bytes, starts[field] ?? 0, ends[field] ?? 0));
  const likely = likelyClock({ source: name, names: spelled, matched: aliased, texts, options });
  const found = likely === undefined ? aliased : { ...aliased, clock: likely.position };
  const { clock } = found;
  const dates = texts(found.timestamp);
  const time =
    clock === undefined
      ? detectTimes({ source: name, dates, options })
      : detectTimes({ source: name, dates, clocks: texts(clock), clockColumn: names[clock], options });
  // A member without any time of day is a member like others.
  const matched = time.hasClock ? found : { ...found, clock: undefined };
  const numbers = matched.numbers.map(
    ({ name: column, position }): FieldLayout => ({
      name: column,
      position,
      role: options.values !== undefined || column === "volume" ? "number" : "price",
    }),
  );
  const others = otherFields(head, sample, spelled, matched, options);
  const rest = [...numbers, ...others];
  const { symbol, timestamp, kind } = matched;
  const fields: readonly FieldLayout[] = [
    ...(symbol === undefined ? [] : [{ name: "symbol", position: symbol, role: "symbol" } as const]),
    { name: "timestamp", position: timestamp, role: "time" },
    ...(matched.clock === undefined ? [] : [{ name: "time", position: matched.clock, role: "clock" } as const]),
    ...rest,
  ];
  return {
    ...location,
    names,
    kind,
    fields,
    time,
    symbol: symbol === undefined ? fileSymbol("json", fileName, endings, options) : undefined,
    notes: [...layoutNotes(location, shape, fields, time, matched), ...(likely === undefined ? [] : [likely.note])],
    columns: [
      { name: "symbol", type: "text" },
      { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
      ...rest.map(
        ({ name: column, role }): ColumnMetadata => ({ name: column, type: role === "text" ? "text" : "float64" }),
      ),
    ],
  };
}
