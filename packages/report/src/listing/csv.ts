import type { ListingColumn } from "./listing-column.ts";

/** A field of CSV. Spreadsheets run texts that begin with these signs as formulas, so that those get a quote. */
function fieldOf(value: number | string): string {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of a listing as CSV. */
export function csvOf(columns: readonly ListingColumn[], rows: readonly number[]): string {
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map((column) => column.saved?.(row) ?? fieldOf(column.value(row)))),
  ];
  return lines.map((line) => `${line.join(",")}\n`).join("");
}
