import type { TextColumn, TypedArray } from "@atc/contract";
import { isoTimeExact } from "./calendar.ts";
import type { Table, TableBlocks } from "./tables.ts";

const rowsPerPortion = 4096;

/** Quotes a field as RFC 4180 asks, where it needs quotes. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type FieldText = (values: TypedArray | TextColumn, row: number) => string;

/** Makes the text of a column's fields; its texts are quoted once. */
function fieldText(type: string, texts: readonly string[] | undefined): FieldText {
  if (type === "text") {
    const all = (texts ?? []).map(quoted);
    return (values, row) => all[(values as TextColumn).indices[row] as number] ?? "";
  }
  if (type === "timestamp[ms]") return (values, row) => isoTimeExact((values as BigInt64Array)[row] as bigint, "ms");
  if (type === "timestamp[ns]") return (values, row) => isoTimeExact((values as BigInt64Array)[row] as bigint, "ns");
  return (values, row) => String((values as TypedArray)[row]);
}

/**
 * A table as CSV (RFC 4180 with LF): a header, then portions of some thousand lines. Times are ISO 8601 in UTC with all digits of their unit,
 * numbers the shortest text that reads back as the same number, no value `NaN`.
 */
export function* blocksToCsv({ columns, texts, blocks }: TableBlocks): Generator<string, void, void> {
  const names = columns.map(({ name }) => name);
  yield `${names.map(quoted).join(",")}\n`;
  const fields = columns.map(({ name, type }) => fieldText(type, texts[name]));
  for (const { length, values } of blocks(names)) {
    const arrays = names.map((name) => values[name] as TypedArray | TextColumn);
    for (let start = 0; start < length; start += rowsPerPortion) {
      const end = Math.min(start + rowsPerPortion, length);
      let lines = "";
      for (let row = start; row < end; row++)
        lines += `${fields.map((field, i) => field(arrays[i] as TypedArray | TextColumn, row)).join(",")}\n`;
      yield lines;
    }
  }
}

/** {@link blocksToCsv} of a table in memory. */
export function columnsToCsv(table: Table): Generator<string, void, void> {
  const texts = Object.fromEntries(
    Object.entries(table.values).flatMap(([name, values]) => ("indices" in values ? [[name, values.values]] : [])),
  );
  return blocksToCsv({ ...table, texts, blocks: () => [table] });
}
