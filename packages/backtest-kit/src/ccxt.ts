import { AtcError, type ReadonlyTypedArray } from "@atc/contract";

/** Candles as columns of equal length, oldest first. */
export interface CandleTable {
  /** Opening times in ms since the epoch. */
  readonly timestamp: ReadonlyTypedArray<bigint>;
  /** Opening prices. */
  readonly open: ReadonlyTypedArray<number>;
  /** Highest prices. */
  readonly high: ReadonlyTypedArray<number>;
  /** Lowest prices. */
  readonly low: ReadonlyTypedArray<number>;
  /** Closing prices. */
  readonly close: ReadonlyTypedArray<number>;
  /** Volumes. */
  readonly volume: ReadonlyTypedArray<number>;
}

/**
 * Candles as columns that belong to the caller, as required by `DatasetWriter` and by `memoryDataset` of
 * `@atc/backtest`.
 */
export interface OwnedCandleTable extends Record<string, BigInt64Array | Float64Array> {
  /** Opening times in ms since the epoch. */
  readonly timestamp: BigInt64Array;
  /** Opening prices. */
  readonly open: Float64Array;
  /** Highest prices. */
  readonly high: Float64Array;
  /** Lowest prices. */
  readonly low: Float64Array;
  /** Closing prices. */
  readonly close: Float64Array;
  /** Volumes. */
  readonly volume: Float64Array;
}

const names = ["timestamp", "open", "high", "low", "close", "volume"] as const;

function rowError(row: number, what: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `row ${row}: ${what}`, { details: { row } });
}

function checkRow(rows: readonly (readonly number[])[], i: number): readonly number[] {
  const row: unknown = rows[i];
  if (!Array.isArray(row) || row.length !== names.length)
    throw rowError(
      i,
      `it has ${Array.isArray(row) ? row.length : "no"} values; pass [timestamp, open, high, low, close, volume]`,
    );
  const values: readonly unknown[] = row;
  for (const [column, name] of names.entries()) {
    const value = values[column];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw rowError(i, `${name} is "${String(value)}"; pass a finite number`);
  }
  const time = rows[i][0];
  if (!Number.isSafeInteger(time))
    throw rowError(i, `timestamp is "${time}"; pass an integer number of ms since the epoch`);
  const before = i === 0 ? Number.NEGATIVE_INFINITY : rows[i - 1]?.[0];
  if (time === before) throw rowError(i, `timestamp "${time}" appears twice; keep one of the two rows`);
  if (time < before)
    throw rowError(i, `timestamp "${time}" is earlier than that of the row before; sort the rows by time`);
  return values as readonly number[];
}

/**
 * Converts `[timestamp, open, high, low, close, volume]` rows, as ccxt's `fetchOHLCV` returns them, to columns.
 *
 * @throws ATC_INVALID_DATA with the row's index from 0 if it is not six finite numbers, if its time is not an integer
 * number of ms, or if its time is not after that of the row before
 */
export function candlesFromCcxt(rows: readonly (readonly number[])[]): OwnedCandleTable {
  const { length } = rows;
  const column = (): Float64Array => new Float64Array(length);
  const table = { open: column(), high: column(), low: column(), close: column(), volume: column() };
  const timestamp = new BigInt64Array(length);
  for (let i = 0; i < length; i++) {
    const row = checkRow(rows, i);
    timestamp[i] = BigInt(row[0]);
    table.open[i] = row[1];
    table.high[i] = row[2];
    table.low[i] = row[3];
    table.close[i] = row[4];
    table.volume[i] = row[5];
  }
  return { timestamp, ...table };
}

/**
 * Converts columns to `[timestamp, open, high, low, close, volume]` rows; the inverse of {@link candlesFromCcxt}.
 *
 * @throws ATC_INVALID_ARGUMENT if the columns differ in length
 */
export function candlesToCcxt(columns: CandleTable): number[][] {
  const { length } = columns.timestamp;
  const odd = names.find((name) => columns[name].length !== length);
  if (odd !== undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the column "${odd}" has ${columns[odd].length} values, "timestamp" has ${length}; pass columns of equal length`,
    );
  return Array.from({ length }, (_, i) => [
    Number(columns.timestamp[i]),
    columns.open[i],
    columns.high[i],
    columns.low[i],
    columns.close[i],
    columns.volume[i],
  ]);
}
