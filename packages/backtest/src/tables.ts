import type { ColumnMetadata, ColumnType, TextColumn, TypedArray } from "@atc/contract";
import type { TimeUnit } from "./calendar.ts";
import type { PortfolioResult } from "./portfolio.ts";
import type { SymbolResult } from "./symbol-result.ts";
import { allocateTrades, copyTrades } from "./trades.ts";

/** Columns of equal length for a writer of CSV or Arrow. */
export interface Table {
  /** Rows. */
  readonly length: number;
  /** Names and types in order. */
  readonly columns: readonly ColumnMetadata[];
  /** The values by name: a `TextColumn` for type `text`, BigInt64Array for times, else the array of the dtype. */
  readonly values: Readonly<Record<string, TypedArray | TextColumn>>;
}

type Column = readonly [name: string, type: ColumnType, values: TypedArray | TextColumn];

function table(length: number, columns: readonly Column[]): Table {
  return {
    length,
    columns: columns.map(([name, type]) => ({ name, type })),
    values: Object.fromEntries(columns.map(([name, , values]) => [name, values])),
  };
}

function timestamp(unit: TimeUnit | undefined): ColumnType {
  return unit === "ns" ? "timestamp[ns]" : "timestamp[ms]";
}

/** Each symbol as often as it has rows. */
function symbolColumn(
  results: readonly SymbolResult[],
  rowsOf: (result: SymbolResult) => number,
  rows: number,
): TextColumn {
  const indices = new Int32Array(rows);
  let row = 0;
  results.forEach((result, index) => {
    indices.fill(index, row, row + rowsOf(result));
    row += rowsOf(result);
  });
  return { indices, values: results.map((result) => result.symbol) };
}

/**
 * All trades of all symbols: `symbol`, `entryTime`, `exitTime`, `direction`, `quantity`, `entryPrice`, `exitPrice`, `fees`, `profit`, `return`,
 * `open`, as {@link Trades} defines them for an account of the whole initial capital. All results must be of one time unit.
 */
export function tradeColumns(results: readonly SymbolResult[]): Table {
  const rows = results.reduce((sum, { trades }) => sum + trades.length, 0);
  const all = allocateTrades(rows);
  let row = 0;
  for (const { trades } of results) {
    copyTrades(trades, all, row);
    row += trades.length;
  }
  const time = timestamp(results[0]?.timeUnit);
  return table(rows, [
    ["symbol", "text", symbolColumn(results, ({ trades }) => trades.length, rows)],
    ["entryTime", time, all.entryTime],
    ["exitTime", time, all.exitTime],
    ["direction", "int8", all.direction],
    ["quantity", "float64", all.quantity],
    ["entryPrice", "float64", all.entryPrice],
    ["exitPrice", "float64", all.exitPrice],
    ["fees", "float64", all.fees],
    ["profit", "float64", all.profit],
    ["return", "float64", all.return],
    ["open", "uint8", all.open],
  ]);
}

/** Every bar of all symbols: `symbol`, `timestamp`, `equity` (of an account of the whole initial capital), `direction` (what is decided at the close). */
export function equityColumns(results: readonly SymbolResult[]): Table {
  const rows = results.reduce((sum, { times }) => sum + times.length, 0);
  const times = new BigInt64Array(rows);
  const equity = new Float64Array(rows);
  const direction = new Int8Array(rows);
  let row = 0;
  for (const result of results) {
    times.set(result.times, row);
    equity.set(result.equity, row);
    direction.set(result.directions, row);
    row += result.times.length;
  }
  return table(rows, [
    ["symbol", "text", symbolColumn(results, (result) => result.times.length, rows)],
    ["timestamp", timestamp(results[0]?.timeUnit), times],
    ["equity", "float64", equity],
    ["direction", "int8", direction],
  ]);
}

/** The portfolio's curve: `timestamp`, `equity`. The arrays are those of the result. */
export function portfolioColumns(result: PortfolioResult): Table {
  const { timeUnit, times, equity } = result;
  return table(times.length, [
    ["timestamp", timestamp(timeUnit), times],
    ["equity", "float64", equity],
  ]);
}
