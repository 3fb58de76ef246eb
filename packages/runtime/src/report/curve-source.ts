import { type BarColumn, type CurveReader, type PortfolioCurve, scalesWithCapital } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import {
  type CurveBlock,
  type CurveColumn,
  createHeldCounter,
  createValueCursor,
  positionChanges,
  type ReportCurve,
  type ReportTrades,
  type ValueCursor,
  type ValueReader,
} from "@atc/report";
import type { BacktestCurves } from "../backtest/backtest-curves.ts";
import type { PortfolioTables } from "../output/curve-tables.ts";
import { costReader } from "./cost-reader.ts";

const blockRows = 8192;

/** Bars or fills that the cursors of all symbols hold together. */
const heldBars = 2 ** 20;

/** What the columns of the curve are made of. */
interface CurveOptions {
  readonly curves: BacktestCurves;
  readonly portfolio: PortfolioCurve;
  readonly config: AtcConfig;
  readonly trades: ReportTrades;
  readonly rolling: PortfolioTables["rolling"];
}

/** The accounts of the symbols if each has its own and the portfolio is their mean. */
function ownCurves({ curves: { accounts, shared }, config }: CurveOptions): readonly CurveReader[] {
  const isMean = shared === undefined && (accounts.length === 1 || scalesWithCapital(config));
  return isMean ? accounts.map(({ curves }) => curves) : [];
}

/** The accounts whose fills make the costs of the portfolio; none if the run did not keep fills. */
function filledCurves(options: CurveOptions): readonly CurveReader[] {
  const { shared } = options.curves;
  const all = shared === undefined ? ownCurves(options) : [shared.curves];
  return all.some(({ fills }) => fills > 0) ? all : [];
}

function columnsOf(options: CurveOptions): readonly CurveColumn[] {
  const own = ownCurves(options);
  const has = (name: "grossEquity" | "close"): boolean =>
    own.length > 0 && own.every(({ columns }) => columns.includes(name));
  const hasGross = has("grossEquity") || options.curves.shared?.curves.columns.includes("grossEquity") === true;
  return [
    ...(hasGross ? (["gross"] as const) : []),
    ...(has("close") ? (["benchmark"] as const) : []),
    "long",
    "short",
    "sharpe",
    ...(filledCurves(options).length > 0 ? (["costs"] as const) : []),
  ];
}

/** Fills `into` with a column of the next rows. */
type ColumnFill = (into: Float64Array, times: BigInt64Array, row: number) => void;

function columnReader(curves: CurveReader, column: BarColumn): ValueReader {
  return {
    bars: curves.bars,
    read(row, times, values) {
      curves.times(row, times);
      curves.column(column, row, values);
    },
  };
}

/** The mean of the symbols' values, times `factor`. */
function meanOf(cursors: readonly ValueCursor[], factor: number): ColumnFill {
  const scale = factor / cursors.length;
  return (into, times) => {
    into.fill(0);
    for (const cursor of cursors) cursor.addTo(into, times);
    for (const [i, sum] of into.entries()) into[i] = sum * scale;
  };
}

function* sharpeValues(rolling: PortfolioTables["rolling"]): Generator<Float64Array, void, void> {
  for (const { values } of rolling.blocks(["sharpe"])) yield values["sharpe"] as Float64Array;
}

/** Copies values that come in blocks of other sizes. */
function fromBlocks(blocks: Iterator<Float64Array>): ColumnFill {
  let block: Float64Array = new Float64Array(0);
  return (into) => {
    for (let row = 0; row < into.length; ) {
      if (block.length === 0) block = blocks.next().value ?? new Float64Array(into.length).fill(Number.NaN);
      const part = block.subarray(0, into.length - row);
      into.set(part, row);
      row += part.length;
      block = block.subarray(part.length);
    }
  };
}

/** Starts what fills each column, from row 0 on. */
function fillsOf(options: CurveOptions): Readonly<Record<CurveColumn, () => ColumnFill>> {
  const { config, trades, rolling, curves } = options;
  const own = ownCurves(options);
  const capital = config.initialCapital;
  const rows = Math.max(64, Math.min(blockRows, Math.floor(heldBars / Math.max(1, own.length))));
  const cursors = (column: "grossEquity" | "close", before: number, isRelative: boolean): readonly ValueCursor[] =>
    own.map((one) => createValueCursor({ values: columnReader(one, column), before, isRelative, rows }));
  const count = Math.max(1, trades.symbols.length);
  const shared = curves.shared?.curves;
  let changes: ReturnType<typeof positionChanges> | undefined;
  const heldOf = (side: "long" | "short") => (): ColumnFill => {
    changes ??= positionChanges(trades);
    const held = createHeldCounter(changes[side]);
    return (into) => held.next(into, count);
  };
  return {
    gross: () =>
      shared === undefined
        ? meanOf(cursors("grossEquity", capital, false), 1)
        : (into, _times, row) => shared.column("grossEquity", row, into),
    benchmark: () => meanOf(cursors("close", 1, true), capital),
    long: heldOf("long"),
    short: heldOf("short"),
    sharpe: () => fromBlocks(sharpeValues(rolling)),
    costs: () =>
      meanOf(
        filledCurves(options).map((one) =>
          createValueCursor({ values: costReader(one), before: 0, isRelative: false, rows }),
        ),
        1,
      ),
  };
}

/** The portfolio's curve with the columns of a report, block by block. */
export function curveSource(options: CurveOptions): ReportCurve {
  const { portfolio } = options;
  const columns = columnsOf(options);
  return {
    timeUnit: portfolio.timeUnit,
    length: portfolio.length,
    columns,
    *blocks(wanted = columns) {
      const starts = fillsOf(options);
      const memory = {
        times: new BigInt64Array(blockRows),
        equity: new Float64Array(blockRows),
        columns: columns
          .filter((name) => wanted.includes(name))
          .map((name) => ({ name, fill: starts[name](), all: new Float64Array(blockRows) })),
      };
      for (let row = 0; row < portfolio.length; row += blockRows) {
        const length = Math.min(blockRows, portfolio.length - row);
        const times = memory.times.subarray(0, length);
        const equity = memory.equity.subarray(0, length);
        portfolio.read(row, times, equity);
        const values: Partial<Record<CurveColumn, Float64Array>> = {};
        for (const { name, fill, all } of memory.columns) {
          const part = all.subarray(0, length);
          fill(part, times, row);
          values[name] = part;
        }
        const block: CurveBlock = { length, times, equity, columns: values };
        yield block;
      }
    },
  };
}
