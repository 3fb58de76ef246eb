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

/** Candles as columns that the caller owns: what a `DatasetWriter` and `memoryDataset` of `@atc/backtest` take. */
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

function refuse(row: number, what: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `row ${row}: ${what}`, { details: { row } });
}

function checkRow(rows: readonly (readonly number[])[], i: number): readonly number[] {
  const row: unknown = rows[i];
  if (!Array.isArray(row) || row.length !== names.length)
    throw refuse(
      i,
      `it has ${Array.isArray(row) ? row.length : "no"} values; give [timestamp, open, high, low, close, volume]`,
    );
  const values: readonly unknown[] = row;
  for (const [column, name] of names.entries()) {
    const value = values[column];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw refuse(i, `${name} is "${String(value)}"; give a finite number`);
  }
  const time = values[0] as number;
  if (!Number.isSafeInteger(time)) throw refuse(i, `timestamp is "${time}"; give whole ms since the epoch`);
  const before = i === 0 ? Number.NEGATIVE_INFINITY : rows[i - 1]?.[0];
  if (time === before) throw refuse(i, `timestamp "${time}" stands twice; keep one of the two rows`);
  if (time < before) throw refuse(i, `timestamp "${time}" is before that of the row above; sort the rows by time`);
  return values as readonly number[];
}

/**
 * The columns of `[timestamp, open, high, low, close, volume]` rows, as ccxt's `fetchOHLCV` returns them.
 *
 * @throws ATC_INVALID_DATA naming the row, counted from 0: not six finite numbers, a time that is no whole number of ms, the same time twice, times that go back
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
 * The `[timestamp, open, high, low, close, volume]` rows of columns; the inverse of {@link candlesFromCcxt}.
 *
 * @throws ATC_INVALID_ARGUMENT where the columns are of different lengths
 */
export function candlesToCcxt(columns: CandleTable): number[][] {
  const { length } = columns.timestamp;
  const odd = names.find((name) => columns[name].length !== length);
  if (odd !== undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the column "${odd}" has ${columns[odd].length} values, "timestamp" ${length}; give columns of one length`,
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
