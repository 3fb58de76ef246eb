import type { TextColumn, TypedArray } from "@atc/contract";
import type { TimeUnit } from "../base/calendar.ts";
import type { Table, TableBlocks } from "./tables.ts";
import { timeTexts } from "./time-texts.ts";

/** Rows per chunk of text: few, because texts that survive a garbage collection make the heap grow. */
const rowsPerChunk = 256;
const rowsInMemory = 4096;

/** Quotes a field by RFC 4180 if necessary. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The texts of rows `start` (inclusive) to `end` (exclusive) of a column. */
type FieldTexts = (values: TypedArray | TextColumn, start: number, end: number) => readonly string[];

/** Converts fields one by one. */
function eachField(text: (values: TypedArray | TextColumn, row: number) => string): FieldTexts {
  return (values, start, end) => Array.from({ length: end - start }, (_, i) => text(values, start + i));
}

/**
 * The shortest texts that parse to the same numbers, as by `String`. They are made with JSON, because V8 caches the
 * results of `String`, so that every text survives for a while and the heap grows by 50 MB.
 */
function numberTexts(values: TypedArray | TextColumn, start: number, end: number): readonly string[] {
  const numbers = Array.from((values as Float64Array).subarray(start, end));
  if (!numbers.every(Number.isFinite)) return numbers.map(String);
  return JSON.stringify(numbers).slice(1, -1).split(",");
}

/** Converts times. */
function timeFields(unit: TimeUnit): FieldTexts {
  const text = timeTexts(unit);
  return eachField((values, row) => text((values as BigInt64Array)[row]));
}

/** The conversion of a column's fields. The texts of a dictionary are quoted once. */
function fieldTexts(type: string, texts: readonly string[] | undefined): FieldTexts {
  if (type === "text") {
    const all = (texts ?? []).map(quoted);
    return eachField((values, row) => all[(values as TextColumn).indices[row]] ?? "");
  }
  if (type === "timestamp[ms]") return timeFields("ms");
  if (type === "timestamp[ns]") return timeFields("ns");
  if (type === "float64") return numberTexts;
  return eachField((values, row) => String((values as TypedArray)[row]));
}

/** The lines of rows `start` (inclusive) to `end` (exclusive). */
function linesOf(
  fields: readonly FieldTexts[],
  arrays: readonly (TypedArray | TextColumn)[],
  start: number,
  end: number,
): string {
  const columns = fields.map((field, i) => field(arrays[i] as TypedArray, start, end));
  const last = columns.length - 1;
  let lines = "";
  for (let row = 0; row < end - start; row++)
    for (let i = 0; i <= last; i++) lines += (columns[i]?.[row] ?? "") + (i === last ? "\n" : ",");
  return lines;
}

/**
 * Writes a table as CSV (RFC 4180 with LF): a header, then chunks of a few hundred lines. Times are ISO 8601 in UTC
 * with all digits of their unit. A number is the shortest text that parses to the same number; a missing value is
 * `NaN`.
 */
export function blocksToCsv(table: TableBlocks): Generator<string, void, void> {
  return chunksOf(table, rowsPerChunk);
}

/** Like {@link blocksToCsv}, for a table in memory, in chunks of a few thousand lines. */
export function columnsToCsv(table: Table): Generator<string, void, void> {
  const texts = Object.fromEntries(
    Object.entries(table.values).flatMap(([name, values]) => ("indices" in values ? [[name, values.values]] : [])),
  );
  return chunksOf({ ...table, texts, blocks: () => [table] }, rowsInMemory);
}

function* chunksOf({ columns, texts, blocks }: TableBlocks, rows: number): Generator<string, void, void> {
  const names = columns.map(({ name }) => name);
  yield `${names.map(quoted).join(",")}\n`;
  const fields = columns.map(({ name, type }) => fieldTexts(type, texts[name]));
  for (const { length, values } of blocks(names)) {
    const arrays = names.map((name) => values[name] as TypedArray | TextColumn);
    for (let start = 0; start < length; start += rows)
      yield linesOf(fields, arrays, start, Math.min(start + rows, length));
  }
}
