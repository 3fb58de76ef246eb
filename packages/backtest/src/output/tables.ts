import type { ColumnMetadata, ColumnType, TextColumn, TypedArray } from "@atc/contract";
import { allocateFills, type Fills, partOfFills } from "../account/fills.ts";
import { fillReasons } from "../account/reasons.ts";
import { allocateTrades, partOfTrades, type Trades } from "../account/trades.ts";
import type { TimeUnit } from "../base/calendar.ts";
import { accountsOf, type PortfolioResult, type SymbolAccount } from "../portfolio/portfolio.ts";
import { allocateColumns } from "../results/array-curves.ts";
import type { BarColumn } from "../results/curves.ts";
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
export const blockRows = 8192;

/** The type of times in a unit. */
export function timestamp(unit: TimeUnit | undefined): ColumnType {
  return unit === "ns" ? "timestamp[ns]" : "timestamp[ms]";
}

/** The arrays of some rows by column. */
export type BlockValues = Readonly<Record<string, TypedArray | TextColumn>>;

/** Reads the rows of one symbol. */
interface SymbolRows {
  /** Number of rows of the symbol. */
  readonly rows: number;
  /** The arrays of rows `from` (inclusive) to `to` (exclusive) by column. Only wanted columns are read. */
  read(from: number, to: number, wanted: (name: string) => boolean): BlockValues;
}

/** The columns of a table after `symbol`, and the texts of those of type `text`. */
interface SymbolColumns {
  readonly columns: readonly ColumnMetadata[];
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

/** A table with the symbol as its first column and the rows sorted by symbol. */
function symbolTable(
  accounts: readonly SymbolAccount[],
  { columns, texts = {} }: SymbolColumns,
  rowsOf: (account: SymbolAccount) => SymbolRows,
): TableBlocks {
  const symbols = accounts.map(({ figures }) => figures.symbol);
  const all = accounts.map(rowsOf);
  return {
    length: all.reduce((sum, { rows }) => sum + rows, 0),
    columns: [{ name: "symbol", type: "text" }, ...columns],
    texts: { symbol: symbols, ...texts },
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

/** Columns of doubles. */
export function floats(...names: readonly string[]): readonly ColumnMetadata[] {
  return names.map((name) => ({ name, type: "float64" }) as const);
}

/** The texts of reasons by row. `indices` is reused. */
function reasonTexts(reasons: Uint8Array, indices: Int32Array): TextColumn {
  indices.set(reasons);
  return { indices: indices.subarray(0, reasons.length), values: fillReasons };
}

/** The columns of trades, in the order of a file. */
export function tradeMetadata(unit: TimeUnit | undefined): readonly ColumnMetadata[] {
  const time = timestamp(unit);
  return [
    { name: "entryTime", type: time },
    { name: "exitTime", type: time },
    { name: "direction", type: "int8" },
    ...floats("quantity", "entryPrice", "exitPrice", "fees", "slippage", "profit", "return"),
    { name: "barsHeld", type: "int32" },
    ...floats("mae", "mfe"),
    { name: "reason", type: "text" },
    { name: "open", type: "uint8" },
  ];
}

/** The columns of fills, in the order of a file. */
export function fillMetadata(unit: TimeUnit | undefined): readonly ColumnMetadata[] {
  return [
    { name: "time", type: timestamp(unit) },
    ...floats("quantity", "price", "fee", "slippage"),
    { name: "reason", type: "text" },
  ];
}

/** Trades or fills as the arrays of a table. `indices` is reused for the texts of the reasons. */
export function rowValues({ length: _rows, ...columns }: Trades | Fills, indices: Int32Array): BlockValues {
  return { ...columns, reason: reasonTexts(columns.reason, indices) };
}

/**
 * The trades of all symbols, block by block: `symbol`, `entryTime`, `exitTime`, `direction`, `quantity`, `entryPrice`,
 * `exitPrice`, `fees`, `slippage`, `profit`, `return`, `barsHeld`, `mae`, `mfe`, `reason` (a text of `fillReasons`),
 * `open`, as in {@link Trades}, for accounts of the whole initial capital each. All accounts must have the same time
 * unit.
 */
export function tradeBlocks(accounts: readonly SymbolAccount[]): TableBlocks {
  const columns = tradeMetadata(accounts[0]?.figures.timeUnit);
  const rows = allocateTrades(blockRows);
  const indices = new Int32Array(blockRows);
  return symbolTable(accounts, { columns, texts: { reason: fillReasons } }, ({ curves }) => ({
    rows: curves.trades,
    read(from, to) {
      const part = partOfTrades(rows, 0, to - from);
      curves.readTrades(from, part);
      return rowValues(part, indices);
    },
  }));
}

/**
 * The fills of all symbols, block by block: `symbol`, `time`, `quantity`, `price`, `fee`, `slippage`, `reason` (a text
 * of `fillReasons`), as in {@link Fills}. There are none if the curves were computed without fills.
 */
export function fillBlocks(accounts: readonly SymbolAccount[]): TableBlocks {
  const columns = fillMetadata(accounts[0]?.figures.timeUnit);
  const rows = allocateFills(blockRows);
  const indices = new Int32Array(blockRows);
  return symbolTable(accounts, { columns, texts: { reason: fillReasons } }, ({ curves }) => ({
    rows: curves.fills,
    read(from, to) {
      const part = partOfFills(rows, 0, to - from);
      curves.readFills(from, part);
      return rowValues(part, indices);
    },
  }));
}

/**
 * The bars of all symbols, block by block: `symbol`, `timestamp`, `equity` (of an account of the whole initial
 * capital), `direction` (decided at the close), and further columns.
 *
 * @param names - the further columns, which the curves must have. Default: all that they have
 */
export function equityBlocks(
  accounts: readonly SymbolAccount[],
  names: readonly BarColumn[] = accounts[0]?.curves.columns ?? [],
): TableBlocks {
  const columns: readonly ColumnMetadata[] = [
    { name: "timestamp", type: timestamp(accounts[0]?.figures.timeUnit) },
    { name: "equity", type: "float64" },
    { name: "direction", type: "int8" },
    ...floats(...names),
  ];
  const rows = {
    timestamp: new BigInt64Array(blockRows),
    equity: new Float64Array(blockRows),
    direction: new Int8Array(blockRows),
    ...(allocateColumns(names, blockRows) as Readonly<Record<BarColumn, Float64Array>>),
  };
  return symbolTable(accounts, { columns }, ({ curves }) => ({
    rows: curves.bars,
    read(from, to, wanted) {
      const timestamps = rows.timestamp.subarray(0, to - from);
      const equity = rows.equity.subarray(0, to - from);
      const direction = rows.direction.subarray(0, to - from);
      const others = names.map((name) => [name, rows[name].subarray(0, to - from)] as const);
      if (wanted("timestamp")) curves.times(from, timestamps);
      if (wanted("equity")) curves.equity(from, equity);
      if (wanted("direction")) curves.directions(from, direction);
      for (const [name, values] of others) if (wanted(name)) curves.column(name, from, values);
      return { timestamp: timestamps, equity, direction, ...Object.fromEntries(others) };
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
    case "int32":
      return new Int32Array(rows);
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

/** {@link fillBlocks} as one table in memory. */
export function fillColumns(results: readonly SymbolResult[]): Table {
  return wholeTable(fillBlocks(accountsOf(results)));
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
