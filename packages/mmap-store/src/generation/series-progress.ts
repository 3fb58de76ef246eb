import { AtcError, type DatasetSchema, dtypeOf, type RowKind, type SeriesColumns } from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import { firstDecrease } from "../base/time-order.ts";

/** How many rows of a symbol are written. */
export interface SeriesProgress {
  /** Planned rows, including kept ones. */
  readonly rows: number;
  /** Rows that stay from the previous generation. */
  readonly kept: number;
  /** Rows written so far, including kept ones. */
  written: number;
  /** The time of the last written row. */
  lastTime: bigint;
}

/** Checks a slice against the plan and the rows written before. Returns its number of rows. */
export function checkSlice(
  symbol: string,
  progress: SeriesProgress,
  row: number,
  columns: SeriesColumns,
  { kind, columns: schema }: DatasetSchema,
): number {
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `cannot write rows of symbol "${symbol}": ${what}`, {
      details: { symbol, row },
    });
  if (row !== progress.written) throw refuse(`row ${row} is not the next row, which is ${progress.written}`);
  for (const name of Object.keys(columns))
    if (!schema.some((column) => column.name === name)) throw refuse(`the dataset has no column "${name}"`);
  let rows: number | undefined;
  for (const { name, type } of schema) {
    const array = Object.hasOwn(columns, name) ? columns[name] : undefined;
    const expected = allocate(dtypeOf(type), 0).constructor.name;
    if (array?.constructor.name !== expected)
      throw refuse(
        `column "${name}" must be a ${expected}, not ${array === undefined ? "missing" : array.constructor.name}`,
      );
    if (rows !== undefined && array.length !== rows)
      throw refuse(`column "${name}" has ${array.length} rows, the columns before it have ${rows}`);
    rows = array.length;
  }
  const count = rows ?? 0;
  if (row + count > progress.rows)
    throw refuse(`the rows end at ${row + count}, but only ${progress.rows} are planned`);
  checkAppended(symbol, progress, row, kind, columns["timestamp"] as BigInt64Array);
  checkOrder(symbol, progress, row, columns["timestamp"] as BigInt64Array);
  return count;
}

/**
 * Throws ATC_INVALID_ARGUMENT if new rows do not follow the kept ones. Ticks with the same time may be on both sides.
 */
function checkAppended(
  symbol: string,
  { kept, lastTime }: SeriesProgress,
  row: number,
  kind: RowKind,
  [first]: BigInt64Array,
): void {
  if (row !== kept || kept === 0 || first === undefined) return;
  if (kind === "bars" ? first > lastTime : first >= lastTime) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `cannot append to symbol "${symbol}": its ${kept} kept rows end at time "${lastTime}", the new rows begin at "${first}"; ` +
      "leave out the rows up to that time, or lower keepRows to replace the stored ones",
    { details: { symbol, row, lastTime: String(lastTime) } },
  );
}

/** Throws ATC_INVALID_DATA if a time is less than the previous one. */
function checkOrder(symbol: string, progress: SeriesProgress, row: number, times: BigInt64Array): void {
  const [first] = times;
  const bad = row > 0 && first !== undefined && first < progress.lastTime ? 0 : firstDecrease(times);
  if (bad === -1) return;
  const before = bad === 0 ? progress.lastTime : times[bad - 1];
  throw new AtcError(
    "ATC_INVALID_DATA",
    `the times of symbol "${symbol}" decrease at row ${row + bad}: "${times[bad]}" follows "${before}"; sort the rows by time`,
    { details: { symbol, row: row + bad } },
  );
}

/** ATC_INVALID_ARGUMENT for a symbol that is not in the plan. */
export function unplannedSymbol(dataset: string, symbol: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `the plan of dataset "${dataset}" has no symbol "${symbol}"`, {
    details: { symbol },
  });
}

/** Throws ATC_INVALID_ARGUMENT if a series has fewer rows than planned. */
export function checkComplete(
  name: string,
  progress: ReadonlyMap<string, { readonly rows: number; readonly written: number }>,
): void {
  for (const [symbol, { rows, written }] of progress)
    if (written < rows)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `cannot publish dataset "${name}": symbol "${symbol}" has ${written} of its ${rows} planned rows; write the missing rows, or abort`,
        { details: { symbol, rows, written } },
      );
}
