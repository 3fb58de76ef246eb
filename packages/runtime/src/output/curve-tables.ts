import type { CurveTables, PortfolioCurve, Table, TableBlocks } from "@atc/backtest";
import { createCurveTables, createRolling, defaultRollingWindow, isoTime, yearsBetween } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { ColumnMetadata, TextColumn } from "@atc/contract";

/** Points that are read at once. */
const blockRows = 8192;

/** Points above which the series of every bar is written only to Arrow or Parquet. */
export const mostTextRows = 100_000;

/** The names of the tables. */
export const curveTableNames = ["monthlyReturns", "drawdowns", "rolling"] as const;

/** One of {@link curveTableNames}. */
export type CurveTableName = (typeof curveTableNames)[number];

/** What the tables depend on. */
type TableConfig = Pick<AtcConfig, "riskFreeRate" | "barsPerYear" | "rollingWindow">;

/** The tables of a portfolio's curve. */
export interface PortfolioTables extends CurveTables {
  /** Returns per window of the rolling series. */
  readonly window: number;
  /** Sharpe ratio and volatility of the window that ends at each point: `timestamp`, `sharpe`, `volatility`. */
  readonly rolling: TableBlocks;
}

type PointListener = (times: BigInt64Array, equity: Float64Array) => void;

/** Passes all points of a curve on, block by block; the arrays are reused. */
function eachBlock({ length, read }: PortfolioCurve, visit: PointListener): void {
  const times = new BigInt64Array(blockRows);
  const equity = new Float64Array(blockRows);
  for (let row = 0; row < length; row += blockRows) {
    const rows = Math.min(blockRows, length - row);
    const block = [times.subarray(0, rows), equity.subarray(0, rows)] as const;
    read(row, ...block);
    visit(...block);
  }
}

/** Computes the tables of a curve of one point or more. The rolling series is computed when it is read. */
export function portfolioTables(curve: PortfolioCurve, config: TableConfig): PortfolioTables {
  const { timeUnit, length } = curve;
  const builder = createCurveTables(timeUnit);
  const ends = new BigInt64Array(2);
  let isLost = length < 2;
  let isFirst = true;
  eachBlock(curve, (times, equity) => {
    builder.addBars(times, equity, times.length);
    if (isFirst) ends.set(times.subarray(0, 1), 0);
    isFirst = false;
    ends.set(times.subarray(times.length - 1), 1);
    if (!isLost) isLost = equity.some((value) => !(value > 0));
  });
  const [first = 0n, last = 0n] = ends;
  const years = yearsBetween(first, last, timeUnit);
  const returns = length - 1;
  const barsPerYear = config.barsPerYear ?? (years === 0 ? Number.NaN : returns / years);
  const window = config.rollingWindow ?? defaultRollingWindow(returns, barsPerYear);
  const { riskFreeRate } = config;
  const columns: readonly ColumnMetadata[] = [
    { name: "timestamp", type: timeUnit === "ns" ? "timestamp[ns]" : "timestamp[ms]" },
    { name: "sharpe", type: "float64" },
    { name: "volatility", type: "float64" },
  ];
  const rolling: TableBlocks = {
    length,
    columns,
    texts: {},
    *blocks(names) {
      const series = createRolling({ window, barsPerYear, riskFreeRate, isLost });
      const chosen = columns.filter(({ name }) => names.includes(name));
      const points = { timestamp: new BigInt64Array(blockRows), equity: new Float64Array(blockRows) };
      const figures = { sharpe: new Float64Array(blockRows), volatility: new Float64Array(blockRows) };
      for (let row = 0; row < length; row += blockRows) {
        const rows = Math.min(blockRows, length - row);
        const timestamp = points.timestamp.subarray(0, rows);
        const equity = points.equity.subarray(0, rows);
        curve.read(row, timestamp, equity);
        series.add(equity, rows, figures.sharpe, figures.volatility);
        const values = {
          timestamp,
          sharpe: figures.sharpe.subarray(0, rows),
          volatility: figures.volatility.subarray(0, rows),
        };
        yield { length: rows, columns: chosen, values };
      }
    },
  };
  return { ...builder.finish(), window, rolling };
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] as const;

/** A table in memory as blocks. */
function asBlocks(table: Table): TableBlocks {
  const texts = Object.entries(table.values).flatMap(([name, values]) =>
    "indices" in values ? [[name, values.values] as const] : [],
  );
  return { length: table.length, columns: table.columns, texts: Object.fromEntries(texts), blocks: () => [table] };
}

function monthlyTable({ monthlyReturns }: CurveTables): TableBlocks {
  const floats = [...monthNames, "total"] as const;
  const figures = floats.map((name, month) => {
    const values = monthlyReturns.map(({ months, total }) => (name === "total" ? total : months[month]) ?? Number.NaN);
    return [name, Float64Array.from(values)] as const;
  });
  return asBlocks({
    length: monthlyReturns.length,
    columns: [{ name: "year", type: "int32" }, ...floats.map((name) => ({ name, type: "float64" }) as const)],
    values: { year: Int32Array.from(monthlyReturns, ({ year }) => year), ...Object.fromEntries(figures) },
  });
}

function drawdownTable({ drawdowns }: CurveTables, unit: PortfolioCurve["timeUnit"]): TableBlocks {
  const time = unit === "ns" ? "timestamp[ns]" : "timestamp[ms]";
  const known = drawdowns.flatMap(({ recovery }) => (recovery === undefined ? [] : [isoTime(recovery, unit)]));
  const texts = [...new Set(known)];
  const places = new Map(texts.map((text, place) => [text, place]));
  const indices = drawdowns.map(({ recovery }) =>
    recovery === undefined ? -1 : (places.get(isoTime(recovery, unit)) ?? -1),
  );
  const recovery: TextColumn = { indices: Int32Array.from(indices), values: texts };
  return asBlocks({
    length: drawdowns.length,
    columns: [
      { name: "peak", type: time },
      { name: "trough", type: time },
      { name: "recovery", type: "text" },
      { name: "depth", type: "float64" },
      { name: "bars", type: "int32" },
      { name: "duration", type: "float64" },
    ],
    values: {
      peak: BigInt64Array.from(drawdowns, ({ peak }) => peak),
      trough: BigInt64Array.from(drawdowns, ({ trough }) => trough),
      recovery,
      depth: Float64Array.from(drawdowns, ({ depth }) => depth),
      bars: Int32Array.from(drawdowns, ({ bars }) => bars),
      duration: Float64Array.from(drawdowns, ({ duration }) => duration),
    },
  });
}

/** One of the tables as rows of a file. A figure that is undefined is NaN; a recovery that is missing has no text. */
export function tableRows(tables: PortfolioTables, name: CurveTableName, curve: PortfolioCurve): TableBlocks {
  if (name === "rolling") return tables.rolling;
  return name === "monthlyReturns" ? monthlyTable(tables) : drawdownTable(tables, curve.timeUnit);
}

function* numbersOf(table: TableBlocks, name: string): Generator<string, void, void> {
  let before = "[";
  for (const { values } of table.blocks([name])) {
    const numbers = Array.from(values[name] as Float64Array, (value) => (Number.isFinite(value) ? value : null));
    yield `${before}${JSON.stringify(numbers).slice(1, -1)}`;
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

/** All tables as one JSON object, in portions. The rolling series is null if it has too many points. */
export function* tablesJson(tables: PortfolioTables, { timeUnit }: PortfolioCurve): Generator<string, void, void> {
  const time = (value: bigint | undefined): string | null => (value === undefined ? null : isoTime(value, timeUnit));
  const drawdowns = tables.drawdowns.map(({ peak, trough, recovery, ...others }) => ({
    peak: time(peak),
    trough: time(trough),
    recovery: time(recovery),
    ...others,
  }));
  yield `{"monthlyReturns":${JSON.stringify(tables.monthlyReturns)},"drawdowns":${JSON.stringify(drawdowns)},"rolling":`;
  if (tables.rolling.length > mostTextRows) {
    yield "null}\n";
    return;
  }
  yield `{"window":${tables.window},"sharpe":`;
  yield* numbersOf(tables.rolling, "sharpe");
  yield ',"volatility":';
  yield* numbersOf(tables.rolling, "volatility");
  yield "}}\n";
}
