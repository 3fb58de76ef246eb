import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import type { CsvOptions } from "./csv-options.ts";
import { type HeaderMap, knownNames, mapHeader, plainName } from "./header.ts";
import { isClockColumn, isTextColumn, type Sample, sampleRows, type TimeFormat, timeFormat } from "./sample.ts";

/** What a field of a row is read as. */
export type FieldRole = "skip" | "symbol" | "time" | "clock" | "price" | "number" | "text";

/** A field of a row. */
interface FieldLayout {
  /** The name in the header, trimmed; of a field that becomes a column, the column's. */
  readonly name: string;
  /** What it is read as. */
  readonly role: FieldRole;
}

/** All that must be known about a file to read its rows. */
export interface FileLayout {
  /** The byte between fields. */
  readonly separator: number;
  /** Whether lines end with a lone carriage return. */
  readonly loneReturns: boolean;
  /** Offset of the first row. */
  readonly start: number;
  /** Line of the first row, from 1. */
  readonly line: number;
  /** What a row is. */
  readonly kind: RowKind;
  /** How times are written. */
  readonly time: TimeFormat;
  /** The fields of a row. */
  readonly fields: readonly FieldLayout[];
  /** The symbol of every row, where no field holds it. */
  readonly symbol: string | undefined;
  /** The columns of every chunk. */
  readonly columns: readonly ColumnMetadata[];
}

const canonical = ["open", "high", "low", "close", "volume"] as const;
const sampledRows = 5000;

/** The start of a file's text and what is known about it; a line feed stands at `end`. */
export interface FileHead {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Whether the text ends here. */
  readonly final: boolean;
  /** Whether lines end with a lone carriage return; the bytes hold line feeds in their place already. */
  readonly loneReturns: boolean;
}

/** The separator under which the first line names most of our columns, or has most fields. */
function findSeparator(head: FileHead, columns: CsvOptions["columns"]): number {
  let best = { separator: 44, known: -1, fields: 0 };
  for (const separator of [44, 59, 9, 124]) {
    const header = sampleRows(head.bytes, head, separator, 1).rows[0] ?? [];
    const known = knownNames(header, columns);
    if (known > best.known || (known === best.known && header.length > best.fields))
      best = { separator, known, fields: header.length };
  }
  return best.separator;
}

/** Names in the header that fit the rows: a row may end with a separator of its own. */
function fittedHeader(header: readonly string[], rows: Sample["rows"], path: string): readonly string[] {
  const widths = new Map<number, number>();
  for (const row of rows) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
  const [width] = [...widths].sort((a, b) => b[1] - a[1])[0] ?? [header.length];
  // Rows that lack fields are told one by one, with their lines.
  if (width <= header.length) return header;
  if (width === header.length + 1 && rows.every((row) => row.length !== width || row[width - 1] === ""))
    return [...header, ""];
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" names ${header.length} columns in its header, but most rows have ${width} fields; correct the header line`,
    { details: { path, names: header.length, fields: width } },
  );
}

function rowKind(map: HeaderMap, options: CsvOptions): RowKind {
  if (options.kind !== undefined) return options.kind;
  const bars = (["open", "high", "low", "close"] as const).some((column) => map.fields.has(column));
  return bars ? "bars" : "ticks";
}

/** Roles and names of the fields of a header. */
function fieldLayouts(
  header: readonly string[],
  map: HeaderMap,
  rows: Sample["rows"],
  options: CsvOptions,
): FieldLayout[] {
  const own = new Map<number, FieldLayout>();
  for (const column of ["symbol", "timestamp", "open", "high", "low"] as const) {
    const field = map.fields.get(column);
    const role = column === "symbol" ? "symbol" : column === "timestamp" ? "time" : "price";
    if (field !== undefined) own.set(field, { name: column, role });
  }
  const close = map.fields.get("close") ?? map.fields.get("price");
  if (close !== undefined) own.set(close, { name: "close", role: "price" });
  const volume = map.fields.get("volume") ?? map.fields.get("size");
  if (volume !== undefined) own.set(volume, { name: "volume", role: "number" });
  if (map.clock !== undefined && isClockColumn(rows, map.clock)) own.set(map.clock, { name: "time", role: "clock" });
  const taken = new Set<string>(["symbol", "timestamp", ...canonical]);
  return header.map((heading, field) => {
    const known = own.get(field);
    if (known !== undefined) return known;
    const text = isTextColumn(rows, field);
    const kept = heading.trim() !== "" && (text ? options.text === "keep" : options.extra !== "drop");
    if (!kept) return { name: heading.trim(), role: "skip" };
    const base = plainName(heading);
    let name = base;
    for (let copy = 1; taken.has(name); copy++) name = `${base}.${copy}`;
    taken.add(name);
    return { name, role: text ? "text" : "number" };
  });
}

function columnsOf(fields: readonly FieldLayout[], kind: RowKind): ColumnMetadata[] {
  const float = (name: string): ColumnMetadata => ({ name, type: "float64" });
  const numbers = fields.filter(({ role }) => role === "price" || role === "number").map(({ name }) => name);
  const known: readonly string[] = canonical;
  return [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
    ...known.filter((name) => numbers.includes(name)).map(float),
    ...fields.flatMap(({ name, role }): ColumnMetadata[] => {
      if (role === "text") return [{ name, type: "text" }];
      return role === "number" && !known.includes(name) ? [float(name)] : [];
    }),
  ];
}

/** The name of the file without its folder and the endings `.gz` and `.csv`, `.tsv` or `.txt`. */
function fileStem(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return name.replace(/\.gz$/i, "").replace(/\.(?:csv|tsv|txt)$/i, "") || name;
}

function noRows(head: FileHead, path: string): AtcError {
  const message = head.final
    ? `"${path}" has a header line and no rows; give a file with rows`
    : `"${path}" has no row that ends in its first ${head.end} bytes; is it a table of rows, or a quote left open?`;
  return new AtcError("ATC_INVALID_DATA", message, { details: { path } });
}

/**
 * Tells how to read a file from its first bytes.
 *
 * @throws ATC_INVALID_DATA where there is no row or no usable header, ATC_INVALID_ARGUMENT where `columns` names what is not there
 */
export function detectLayout(head: FileHead, path: string, options: CsvOptions): FileLayout {
  const separator = options.separator?.charCodeAt(0) ?? findSeparator(head, options.columns);
  const first = sampleRows(head.bytes, head, separator, 1);
  const names = first.rows[0];
  if (names === undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      head.final
        ? `"${path}" holds no text; give a CSV file with a header line and rows`
        : `"${path}" has no line end in its first ${head.end} bytes, so it is no table of rows; give a CSV file`,
      { details: { path } },
    );
  const map = mapHeader(names, path, options.columns);
  const { rows } = sampleRows(head.bytes, { ...head, start: first.next }, separator, sampledRows);
  if (rows.length === 0) throw noRows(head, path);
  const header = fittedHeader(names, rows, path);
  const kind = rowKind(map, options);
  const fields = fieldLayouts(header, map, rows, options);
  const timeField = map.fields.get("timestamp") ?? 0;
  return {
    separator,
    loneReturns: head.loneReturns,
    start: first.next,
    line: first.line + 1,
    kind,
    time: timeFormat(rows, timeField, options.timeUnit),
    fields,
    symbol: map.fields.has("symbol") ? undefined : (options.symbol ?? fileStem(path)),
    columns: columnsOf(fields, kind),
  };
}
