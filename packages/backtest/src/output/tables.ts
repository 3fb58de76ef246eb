import type { ColumnMetadata, ColumnType, TextColumn, TypedArray } from "@atc/contract";
import { allocateTrades, partOfTrades, type Trades } from "../account/trades.ts";
import type { TimeUnit } from "../base/calendar.ts";
import { accountsOf, type PortfolioResult, type SymbolAccount } from "../portfolio/portfolio.ts";
import type { SymbolResult } from "../results/symbol-result.ts";

/** Columns of equal length for a writer of CSV or Arrow. */
export interface Table {
  /** Number of rows. */
  readonly length: number;
  /** Names and types in order. */
  readonly columns: readonly ColumnMetadata[];
  /**
   * The values by name: a `TextColumn` for type `text`, a BigInt64Array for times, else the typed array of the dtype.
   */
  readonly values: Readonly<Record<string, TypedArray | TextColumn>>;
}

/** A table that can be read block by block, any number of times, so that it need not fit in memory. */
export interface TableBlocks {
  /** Number of rows of all blocks. */
  readonly length: number;
  /** Names and types in order. */
  readonly columns: readonly ColumnMetadata[];
  /** The texts of each `text` column, which all blocks share. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** The blocks, with only the named columns in `values`. Each is valid until the next one. */
  blocks(names: readonly string[]): Iterable<Table>;
}

/** Maximum number of rows per block. */
const blockRows = 8192;

function timestamp(unit: TimeUnit | undefined): ColumnType {
  return unit === "ns" ? "timestamp[ns]" : "timestamp[ms]";
}

/** Reads the rows of one symbol. */
interface SymbolRows {
  /** Number of rows of the symbol. */
  readonly rows: number;
  /** The arrays of rows `from` (inclusive) to `to` (exclusive) by column. Only wanted columns are read. */
  read(from: number, to: number, wanted: (name: string) => boolean): Readonly<Record<string, TypedArray>>;
}

/** A table with the symbol as its first column and the rows sorted by symbol. */
function symbolTable(
  accounts: readonly SymbolAccount[],
  columns: readonly ColumnMetadata[],
  rowsOf: (account: SymbolAccount) => SymbolRows,
): TableBlocks {
  const symbols = accounts.map(({ figures }) => figures.symbol);
  const all = accounts.map(rowsOf);
  return {
    length: all.reduce((sum, { rows }) => sum + rows, 0),
    columns: [{ name: "symbol", type: "text" }, ...columns],
    texts: { symbol: symbols },
    *blocks(names) {
      const wanted = new Set(names);
      const chosen = [{ name: "symbol", type: "text" } as const, ...columns].filter(({ name }) => wanted.has(name));
      const indices = new Int32Array(blockRows);
      for (const [index, { rows, read }] of all.entries())
        for (let from = 0; from < rows; from += blockRows) {
          const length = Math.min(blockRows, rows - from);
          const symbol = { indices: indices.fill(index, 0, length).subarray(0, length), values: symbols };
          const values = read(from, from + length, (name) => wanted.has(name));
          yield { length, columns: chosen, values: { ...values, symbol } };
        }
    },
  };
}

/**
 * The trades of all symbols, block by block: `symbol`, `entryTime`, `exitTime`, `direction`, `quantity`, `entryPrice`,
 * `exitPrice`, `fees`, `profit`, `return`, `open`, as in {@link Trades}, for accounts of the whole initial capital
 * each. All accounts must have the same time unit.
 */
export function tradeBlocks(accounts: readonly SymbolAccount[]): TableBlocks {
  const time = timestamp(accounts[0]?.figures.timeUnit);
  const columns: readonly ColumnMetadata[] = [
    { name: "entryTime", type: time },
    { name: "exitTime", type: time },
    { name: "direction", type: "int8" },
    ...(["quantity", "entryPrice", "exitPrice", "fees", "profit", "return"] as const).map(
      (name) => ({ name, type: "float64" }) as const,
    ),
    { name: "open", type: "uint8" },
  ];
  const rows = allocateTrades(blockRows);
  return symbolTable(accounts, columns, ({ curves }) => ({
    rows: curves.trades,
    read(from, to) {
      const part = partOfTrades(rows, 0, to - from);
      curves.readTrades(from, part);
      return arraysOf(part);
    },
  }));
}

function arraysOf({ length: _rows, ...columns }: Trades): Readonly<Record<string, TypedArray>> {
  return columns;
}

/**
 * The bars of all symbols, block by block: `symbol`, `timestamp`, `equity` (of an account of the whole initial
 * capital), `direction` (decided at the close).
 */
export function equityBlocks(accounts: readonly SymbolAccount[]): TableBlocks {
  const columns: readonly ColumnMetadata[] = [
    { name: "timestamp", type: timestamp(accounts[0]?.figures.timeUnit) },
    { name: "equity", type: "float64" },
    { name: "direction", type: "int8" },
  ];
  const rows = {
    timestamp: new BigInt64Array(blockRows),
    equity: new Float64Array(blockRows),
    direction: new Int8Array(blockRows),
  };
  return symbolTable(accounts, columns, ({ curves }) => ({
    rows: curves.bars,
    read(from, to, wanted) {
      const timestamps = rows.timestamp.subarray(0, to - from);
      const equity = rows.equity.subarray(0, to - from);
      const direction = rows.direction.subarray(0, to - from);
      if (wanted("timestamp")) curves.times(from, timestamps);
      if (wanted("equity")) curves.equity(from, equity);
      if (wanted("direction")) curves.directions(from, direction);
      return { timestamp: timestamps, equity, direction };
    },
  }));
}

/** A portfolio's curve that can be read in blocks. */
export interface PortfolioCurve {
  /** Unit of the times. */
  readonly timeUnit: TimeUnit;
  /** Number of points. */
  readonly length: number;
  /** Fills both arrays, of equal length, with the points from `row`. */
  read(row: number, times: BigInt64Array, equity: Float64Array): void;
}

/** The portfolio's curve, block by block: `timestamp`, `equity`. */
export function portfolioBlocks({ timeUnit, length, read }: PortfolioCurve): TableBlocks {
  const columns: readonly ColumnMetadata[] = [
    { name: "timestamp", type: timestamp(timeUnit) },
    { name: "equity", type: "float64" },
  ];
  return {
    length,
    columns,
    texts: {},
    *blocks() {
      const times = new BigInt64Array(blockRows);
      const equity = new Float64Array(blockRows);
      for (let row = 0; row < length; row += blockRows) {
        const rows = Math.min(blockRows, length - row);
        const values = { timestamp: times.subarray(0, rows), equity: equity.subarray(0, rows) };
        read(row, values.timestamp, values.equity);
        yield { length: rows, columns, values };
      }
    },
  };
}

function emptyArray(type: ColumnType, rows: number): TypedArray {
  switch (type) {
    case "float64":
      return new Float64Array(rows);
    case "int8":
      return new Int8Array(rows);
    case "uint8":
      return new Uint8Array(rows);
    default:
      return new BigInt64Array(rows);
  }
}

/** Reads all blocks of a table into one. */
function wholeTable({ length, columns, texts, blocks }: TableBlocks): Table {
  const values: Record<string, TypedArray | TextColumn> = Object.fromEntries(
    columns.map(({ name, type }) => [
      name,
      type === "text" ? { indices: new Int32Array(length), values: texts[name] ?? [] } : emptyArray(type, length),
    ]),
  );
  let row = 0;
  for (const block of blocks(columns.map(({ name }) => name))) {
    for (const { name } of columns) arrayOf(values[name]).set(arrayOf(block.values[name]) as never, row);
    row += block.length;
  }
  return { length, columns, values };
}

function arrayOf(values: TypedArray | TextColumn | undefined): TypedArray {
  return values !== undefined && "indices" in values ? values.indices : (values as TypedArray);
}

/** {@link tradeBlocks} as one table in memory. */
export function tradeColumns(results: readonly SymbolResult[]): Table {
  return wholeTable(tradeBlocks(accountsOf(results)));
}

/** {@link equityBlocks} as one table in memory. */
export function equityColumns(results: readonly SymbolResult[]): Table {
  return wholeTable(equityBlocks(accountsOf(results)));
}

/** The portfolio's curve as a table: `timestamp`, `equity`. The arrays are not copied. */
export function portfolioColumns({ timeUnit, times, equity }: PortfolioResult): Table {
  const { columns } = portfolioBlocks({ timeUnit, length: times.length, read: () => undefined });
  return { length: times.length, columns, values: { timestamp: times, equity } };
}
