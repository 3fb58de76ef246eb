import { AtcError, bytesPerElement, type ColumnMetadata, dtypeOf, type PlacedRows } from "@atc/contract";
import { appendCrcs } from "../base/column-checksums.ts";
import type { PlannedPart } from "../segment/segment-plan.ts";
import { unplannedSymbol } from "./series-progress.ts";

/**
 * Consecutive registered rows. Adjacent ranges are merged at once, so that there are few, in whatever order rows
 * arrive.
 */
export interface PlacedRange {
  /** Index of the first row within the series. */
  row: number;
  rows: number;
  firstTime: bigint;
  lastTime: bigint;
  /** One CRC-32 per column of the schema. */
  readonly crc32: number[];
}

/** The rows of a layout that callers have registered as placed. */
export interface PlacedRowsLedger {
  /** Planned and registered rows per symbol. */
  readonly progress: ReadonlyMap<string, { readonly rows: number; readonly written: number }>;
  /** Registers rows. Throws, and changes nothing, if they do not match the plan or the rows registered before. */
  register(rows: PlacedRows): void;
  /** The range of a part; undefined until all of its rows are registered. */
  rangeOf(part: PlannedPart): PlacedRange | undefined;
}

interface PlacedSeries {
  readonly rows: number;
  written: number;
  readonly parts: readonly PlannedPart[];
  /** The ranges of each part, sorted by row. */
  readonly ranges: PlacedRange[][];
}

/** An empty ledger of the dataset `name`. */
export function placedRowsLedger(
  name: string,
  columns: readonly ColumnMetadata[],
  parts: ReadonlyMap<string, readonly PlannedPart[]>,
): PlacedRowsLedger {
  const widths = columns.map(({ type }) => bytesPerElement[dtypeOf(type)]);
  const ranges = new Map<PlannedPart, PlacedRange[]>();
  const progress = new Map<string, PlacedSeries>();
  for (const [symbol, list] of parts) {
    for (const part of list) ranges.set(part, []);
    progress.set(symbol, {
      rows: list.reduce((sum, { rows }) => sum + rows, 0),
      written: 0,
      parts: list,
      ranges: list.map((part) => ranges.get(part) as PlacedRange[]),
    });
  }
  return {
    progress,
    register(rows) {
      const series = progress.get(rows.symbol);
      if (series === undefined) throw unplannedSymbol(name, rows.symbol);
      checkShape(rows, widths.length);
      const at = partOf(series, rows);
      const known = series.ranges[at] as PlacedRange[];
      const next = firstBeyond(known, rows.row);
      checkFree(rows, known[next - 1], known[next]);
      checkTimes(rows, known[next - 1] ?? series.ranges[at - 1]?.at(-1), known[next] ?? series.ranges[at + 1]?.[0]);
      insert(known, next, rows, widths);
      series.written += rows.rows;
    },
    rangeOf(part) {
      const [range] = ranges.get(part) ?? [];
      return range?.rows === part.rows ? range : undefined;
    },
  };
}

function refusal({ symbol, row, rows }: PlacedRows, what: string): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `cannot register ${rows} rows of symbol "${symbol}" from row ${row} on: ${what}`,
    { details: { symbol, row, rows } },
  );
}

function checkShape(placed: PlacedRows, columns: number): void {
  const { row, rows, crc32, firstTime, lastTime } = placed;
  if (!Number.isSafeInteger(row) || row < 0) throw refusal(placed, "the first row must be a whole number of 0 or more");
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw refusal(placed, "the number of rows must be a whole number of 1 or more");
  if (crc32.length !== columns) throw refusal(placed, `it has ${crc32.length} checksums for ${columns} columns`);
  for (const crc of crc32)
    if (crc >>> 0 !== crc) throw refusal(placed, `the checksum ${crc} is not an unsigned 32-bit number`);
  for (const time of [firstTime, lastTime])
    if (typeof time !== "bigint" || BigInt.asIntN(64, time) !== time)
      throw refusal(placed, `the time "${time}" is not a 64-bit integer`);
  if (rows === 1 && firstTime !== lastTime)
    throw refusal(placed, `a single row has two times, "${firstTime}" and "${lastTime}"`);
}

/** The index of the part that holds the rows. */
function partOf({ parts, rows: planned }: PlacedSeries, placed: PlacedRows): number {
  const { row, rows } = placed;
  if (row + rows > planned) throw refusal(placed, `only ${planned} rows are planned`);
  let low = 0;
  for (let high = parts.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if ((parts[middle] as PlannedPart).seriesRow <= row) low = middle;
    else high = middle - 1;
  }
  const part = parts[low] as PlannedPart;
  if (row + rows > part.seriesRow + part.rows)
    throw refusal(
      placed,
      `they cross the end of an extent at row ${part.seriesRow + part.rows}; register each extent by itself`,
    );
  return low;
}

/** The index of the first range that begins after `row`. */
function firstBeyond(ranges: readonly PlacedRange[], row: number): number {
  let low = 0;
  for (let high = ranges.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as PlacedRange).row <= row) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkFree(placed: PlacedRows, before: PlacedRange | undefined, after: PlacedRange | undefined): void {
  const isTaken =
    (before !== undefined && before.row + before.rows > placed.row) ||
    (after !== undefined && placed.row + placed.rows > after.row);
  if (isTaken) throw refusal(placed, "some of them are already registered");
}

function checkTimes(placed: PlacedRows, before: PlacedRange | undefined, after: PlacedRange | undefined): void {
  const { symbol, row, firstTime, lastTime } = placed;
  const refuse = (earlier: bigint, later: bigint, at: number): void => {
    if (earlier <= later) return;
    throw new AtcError(
      "ATC_INVALID_DATA",
      `the times of symbol "${symbol}" decrease before row ${at}: "${later}" follows "${earlier}"; sort the rows by time`,
      { details: { symbol, row: at } },
    );
  };
  refuse(firstTime, lastTime, row + placed.rows);
  if (before !== undefined) refuse(before.lastTime, firstTime, row);
  if (after !== undefined) refuse(lastTime, after.firstTime, after.row);
}

/** Inserts rows before the range at `next`, and merges them with adjacent ranges. */
function insert(ranges: PlacedRange[], next: number, placed: PlacedRows, widths: readonly number[]): void {
  const before = ranges[next - 1];
  const after = ranges[next];
  const extendsBefore = before !== undefined && before.row + before.rows === placed.row;
  const extendsAfter = after !== undefined && placed.row + placed.rows === after.row;
  if (extendsBefore) append(before, placed, widths);
  if (extendsBefore && extendsAfter) {
    append(before, after, widths);
    ranges.splice(next, 1);
  } else if (extendsAfter) prepend(after, placed, widths);
  else if (!extendsBefore) {
    const { row, rows, firstTime, lastTime, crc32 } = placed;
    ranges.splice(next, 0, { row, rows, firstTime, lastTime, crc32: [...crc32] });
  }
}

type Rows = Omit<PlacedRows, "symbol">;

function append(range: PlacedRange, added: Rows, widths: readonly number[]): void {
  appendCrcs(range.crc32, range.crc32, added.crc32, added.rows, widths);
  range.rows += added.rows;
  range.lastTime = added.lastTime;
}

function prepend(range: PlacedRange, added: Rows, widths: readonly number[]): void {
  appendCrcs(range.crc32, added.crc32, range.crc32, range.rows, widths);
  range.row = added.row;
  range.rows += added.rows;
  range.firstTime = added.firstTime;
}
