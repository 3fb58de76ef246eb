import { AtcError, allocate, type DatasetSchema, dtypeOf, type RowKind, type SeriesColumns } from "@atc/contract";
import { firstDecrease } from "../base/time-order.ts";

/** How far a symbol was written. */
export interface SeriesProgress {
  /** Rows in the end. */
  readonly rows: number;
  /** Rows that a former generation has, and the new one keeps. */
  readonly kept: number;
  /** Rows there so far, kept ones included. */
  written: number;
  /** The time of the last of them. */
  lastTime: bigint;
}

/** Checks a slice against the plan and what was written before; throws before a byte is written. Returns its rows. */
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
  if (row !== progress.written) throw refuse(`row ${row} is not the next one, which is ${progress.written}`);
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
      throw refuse(`column "${name}" has ${array.length} rows, the columns ahead of it have ${rows}`);
    rows = array.length;
  }
  const count = rows ?? 0;
  if (row + count > progress.rows)
    throw refuse(`rows ${row} to ${row + count} were given, ${progress.rows} are planned`);
  checkAppended(symbol, progress, row, kind, columns["timestamp"] as BigInt64Array);
  checkOrder(symbol, progress, row, columns["timestamp"] as BigInt64Array);
  return count;
}

/** Throws ATC_INVALID_ARGUMENT where rows do not belong behind those of the former generation. Ticks of one time may be parted by an append. */
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
    `cannot append to symbol "${symbol}": its ${kept} kept rows end at time "${lastTime}", the new ones begin at "${first}"; ` +
      "leave out the rows up to that time, or replace the stored ones by a lower keepRows",
    { details: { symbol, row, lastTime: String(lastTime) } },
  );
}

/** Throws ATC_INVALID_DATA where a time is less than the one ahead of it. */
function checkOrder(symbol: string, progress: SeriesProgress, row: number, times: BigInt64Array): void {
  const at = firstDecrease(times);
  const bad = row > 0 && times.length > 0 && (times[0] as bigint) < progress.lastTime ? 0 : at;
  if (bad === -1) return;
  const before = bad === 0 ? progress.lastTime : times[bad - 1];
  throw new AtcError(
    "ATC_INVALID_DATA",
    `times of symbol "${symbol}" go back at row ${row + bad}: "${times[bad]}" follows "${before}"; sort the rows by time`,
    { details: { symbol, row: row + bad } },
  );
}

/** ATC_INVALID_ARGUMENT for a symbol that the plan does not name. */
export function unplannedSymbol(dataset: string, symbol: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `dataset "${dataset}" was planned without symbol "${symbol}"`, {
    details: { symbol },
  });
}

/** Throws ATC_INVALID_ARGUMENT where a series has fewer rows than planned. */
export function checkComplete(
  name: string,
  progress: ReadonlyMap<string, { readonly rows: number; readonly written: number }>,
): void {
  for (const [symbol, { rows, written }] of progress)
    if (written < rows)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `cannot publish dataset "${name}": symbol "${symbol}" has ${written} of its ${rows} planned rows; write the rest or abort`,
        { details: { symbol, rows, written } },
      );
}
