import type { TextColumn, TypedArray } from "@atc/contract";
import { isoTimeExact } from "./calendar.ts";
import type { Table } from "./tables.ts";

const rowsPerPortion = 4096;

/** Quotes a field as RFC 4180 asks, where it needs quotes. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function fieldWriter(type: string, values: TypedArray | TextColumn): (row: number) => string {
  if ("indices" in values) {
    const texts = values.values.map(quoted);
    return (row) => texts[values.indices[row] as number] ?? "";
  }
  if (values instanceof BigInt64Array) {
    if (type === "timestamp[ms]") return (row) => isoTimeExact(values[row] as bigint, "ms");
    if (type === "timestamp[ns]") return (row) => isoTimeExact(values[row] as bigint, "ns");
  }
  return (row) => String(values[row]);
}

/**
 * A table as CSV (RFC 4180 with LF): a header, then portions of some thousand lines. Times are ISO 8601 in UTC with all digits of their unit,
 * numbers the shortest text that reads back as the same number, no value `NaN`.
 */
export function* columnsToCsv(table: Table): Generator<string, void, void> {
  yield `${table.columns.map(({ name }) => quoted(name)).join(",")}\n`;
  const writers = table.columns.map(({ name, type }) =>
    fieldWriter(type, table.values[name] as TypedArray | TextColumn),
  );
  for (let start = 0; start < table.length; start += rowsPerPortion) {
    const end = Math.min(start + rowsPerPortion, table.length);
    let lines = "";
    for (let row = start; row < end; row++) lines += `${writers.map((field) => field(row)).join(",")}\n`;
    yield lines;
  }
}
