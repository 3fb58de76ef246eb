import { isClockText } from "@atc/plugin-kit";
import { endsLine, fieldBounds, locateField } from "../text/field-scanner.ts";

/** The most bytes of a field that a sample keeps. */
const longestText = 400;

/** The first rows of a file as texts, from which the types of columns are detected. */
export interface Sample {
  /** The fields of whole rows without broken quotes. */
  readonly rows: readonly (readonly string[])[];
  /** Line of the first row, from 1. */
  readonly line: number;
  /** The offset after the first row's line end. */
  readonly next: number;
}

/** Rows from which a layout is detected. */
export const sampledRows = 5000;

/** The most common count of fields of some rows. */
export function usualWidth(rows: Sample["rows"]): number {
  const widths = new Map<number, number>();
  for (const row of rows) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
  return [...widths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/**
 * Splits at most `count` rows of `bytes[start, end)`, without blank lines. `bytes[end]` is a line feed; a row that is
 * cut there is left out unless the text ends there.
 */
export function sampleRows(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number; readonly final: boolean },
  separator: number,
  count: number,
): Sample {
  const rows: string[][] = [];
  // A call of TextDecoder costs more than a field; Buffer.toString is several times cheaper.
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bounds = fieldBounds();
  let line = 1;
  let next = range.start;
  let at = range.start;
  let row: string[] = [];
  while (at < range.end && rows.length < count) {
    const stop = locateField(bytes, at, range, separator, bounds);
    if (stop < 0) break;
    const text = texts.toString("utf8", bounds.start, Math.min(bounds.end, bounds.start + longestText));
    row.push(bounds.escaped ? text.replaceAll('""', '"') : text);
    at = stop + 1;
    if (!endsLine(bytes, stop)) continue;
    if (bytes[stop] === 13) at++;
    if (at > range.end && !range.final) break;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    else if (rows.length === 0) line++;
    if (rows.length === 1 && next === range.start) next = at;
    row = [];
  }
  return { rows, line, next };
}

/** Whether most of a column's fields are times of day with all their digits. */
export function isClockColumn(rows: readonly (readonly string[])[], field: number): boolean {
  return rows.filter((row) => isClockText(row[field] ?? "")).length * 2 > rows.length;
}
