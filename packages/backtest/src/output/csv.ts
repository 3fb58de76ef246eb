import type { TextColumn, TypedArray } from "@atc/contract";
import type { TimeUnit } from "../base/calendar.ts";
import type { Table, TableBlocks } from "./tables.ts";
import { timeTexts } from "./time-texts.ts";

/** Lines of a portion: few, so that no garbage outlives it, since texts that live longer make the heap grow. */
const rowsPerPortion = 256;
const rowsInMemory = 4096;

/** Quotes a field as RFC 4180 asks, where it needs quotes. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The texts of rows `start` (inclusive) to `end` (exclusive) of a column. */
type FieldTexts = (values: TypedArray | TextColumn, start: number, end: number) => readonly string[];

/** Writes fields one by one. */
function eachField(text: (values: TypedArray | TextColumn, row: number) => string): FieldTexts {
  return (values, start, end) => Array.from({ length: end - start }, (_, i) => text(values, start + i));
}

/**
 * The shortest texts that read back as the same numbers. They are those of `String`, by way of JSON: V8 keeps what `String` makes of a number in a
 * cache, so every text lives for a while, and the heap grows by 50 MB.
 */
function numberTexts(values: TypedArray | TextColumn, start: number, end: number): readonly string[] {
  const numbers = Array.from((values as Float64Array).subarray(start, end));
  if (!numbers.every(Number.isFinite)) return numbers.map(String);
  return JSON.stringify(numbers).slice(1, -1).split(",");
}

/** Makes the texts of times. */
function timeFields(unit: TimeUnit): FieldTexts {
  const text = timeTexts(unit);
  return eachField((values, row) => text((values as BigInt64Array)[row]));
}

/** Makes the texts of a column's fields; its texts are quoted once. */
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
 * A table as CSV (RFC 4180 with LF): a header, then portions of some hundred lines. Times are ISO 8601 in UTC with all digits of their unit,
 * numbers the shortest text that reads back as the same number, no value `NaN`.
 */
export function blocksToCsv(table: TableBlocks): Generator<string, void, void> {
  return portions(table, rowsPerPortion);
}

/** {@link blocksToCsv} of a table in memory, in portions of some thousand lines. */
export function columnsToCsv(table: Table): Generator<string, void, void> {
  const texts = Object.fromEntries(
    Object.entries(table.values).flatMap(([name, values]) => ("indices" in values ? [[name, values.values]] : [])),
  );
  return portions({ ...table, texts, blocks: () => [table] }, rowsInMemory);
}

function* portions({ columns, texts, blocks }: TableBlocks, rows: number): Generator<string, void, void> {
  const names = columns.map(({ name }) => name);
  yield `${names.map(quoted).join(",")}\n`;
  const fields = columns.map(({ name, type }) => fieldTexts(type, texts[name]));
  for (const { length, values } of blocks(names)) {
    const arrays = names.map((name) => values[name] as TypedArray | TextColumn);
    for (let start = 0; start < length; start += rows)
      yield linesOf(fields, arrays, start, Math.min(start + rows, length));
  }
}
