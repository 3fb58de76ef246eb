import type { ColumnMetadata, TypedArray } from "@atc/contract";
import { allocateFills, partOfFills } from "../account/fills.ts";
import { fillReasons } from "../account/reasons.ts";
import { allocateTrades, partOfTrades } from "../account/trades.ts";
import type { TimeUnit } from "../base/calendar.ts";
import { allocateColumns } from "../results/array-curves.ts";
import type { BarColumn, CurveReader } from "../results/curves.ts";
import {
  type BlockValues,
  blockRows,
  fillMetadata,
  floats,
  rowValues,
  type TableBlocks,
  timestamp,
  tradeMetadata,
} from "./tables.ts";

/** The account that many symbols share: its points, trades and fills. */
export interface SharedAccount {
  /** The symbols in order: trades and fills name theirs by index. */
  readonly symbols: readonly string[];
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** Points as bars, trades and fills. */
  readonly curves: CurveReader;
}

/** A table of rows that each name their symbol, in the order in which they happened. */
function sharedTable(
  symbols: readonly string[],
  columns: readonly ColumnMetadata[],
  rows: number,
  read: (from: number, to: number, symbols: Int32Array) => BlockValues,
): TableBlocks {
  const all: readonly ColumnMetadata[] = [{ name: "symbol", type: "text" }, ...columns];
  return {
    length: rows,
    columns: all,
    texts: { symbol: symbols, reason: fillReasons },
    *blocks(names) {
      const chosen = all.filter(({ name }) => names.includes(name));
      const indices = new Int32Array(blockRows);
      for (let from = 0; from < rows; from += blockRows) {
        const length = Math.min(blockRows, rows - from);
        const own = indices.subarray(0, length);
        const values = read(from, from + length, own);
        yield { length, columns: chosen, values: { ...values, symbol: { indices: own, values: symbols } } };
      }
    },
  };
}

/** The trades of a shared account in the order in which they ended, with the columns of {@link tradeBlocks}. */
export function sharedTradeBlocks({ symbols, timeUnit, curves }: SharedAccount): TableBlocks {
  const rows = allocateTrades(blockRows);
  const indices = new Int32Array(blockRows);
  return sharedTable(symbols, tradeMetadata(timeUnit), curves.trades, (from, to, own) => {
    const part = partOfTrades(rows, 0, to - from);
    curves.readTrades(from, part, own);
    return rowValues(part, indices);
  });
}

/** The fills of a shared account as they happened, with the columns of {@link fillBlocks}. */
export function sharedFillBlocks({ symbols, timeUnit, curves }: SharedAccount): TableBlocks {
  const rows = allocateFills(blockRows);
  const indices = new Int32Array(blockRows);
  return sharedTable(symbols, fillMetadata(timeUnit), curves.fills, (from, to, own) => {
    const part = partOfFills(rows, 0, to - from);
    curves.readFills(from, part, own);
    return rowValues(part, indices);
  });
}

/** The points of a shared account: `timestamp`, `equity`, and the columns that its curves have. */
export function sharedPointBlocks({ timeUnit, curves }: SharedAccount): TableBlocks {
  const names = curves.columns;
  const columns: readonly ColumnMetadata[] = [
    { name: "timestamp", type: timestamp(timeUnit) },
    { name: "equity", type: "float64" },
    ...floats(...names),
  ];
  return {
    length: curves.bars,
    columns,
    texts: {},
    *blocks(wanted) {
      const chosen = columns.filter(({ name }) => wanted.includes(name));
      const times = new BigInt64Array(blockRows);
      const equity = new Float64Array(blockRows);
      const others = allocateColumns(names, blockRows) as Readonly<Record<BarColumn, Float64Array>>;
      for (let row = 0; row < curves.bars; row += blockRows) {
        const length = Math.min(blockRows, curves.bars - row);
        const values: Record<string, TypedArray> = {
          timestamp: times.subarray(0, length),
          equity: equity.subarray(0, length),
          ...Object.fromEntries(names.map((name) => [name, others[name].subarray(0, length)])),
        };
        curves.times(row, times.subarray(0, length));
        curves.equity(row, equity.subarray(0, length));
        for (const name of names) curves.column(name, row, others[name].subarray(0, length));
        yield { length, columns: chosen, values };
      }
    },
  };
}
