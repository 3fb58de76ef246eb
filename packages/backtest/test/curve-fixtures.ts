import { readFileSync } from "node:fs";
import { fillReasons } from "../src/account/reasons.ts";
import { addTrades, allocateTrades, noTrades } from "../src/account/trades.ts";
import type { BenchmarkBlock, MetricOptions, MetricTotals, Trades } from "../src/index.ts";
import { addEquities, createEquityStatistics } from "../src/statistics/equity-statistics.ts";

const folder = new URL("../../../fixtures/metrics/", import.meta.url);

/** The curves of the fixtures. */
export const curveNames: readonly string[] = [
  "daily",
  "hourly-gaps",
  "minute",
  "monthly",
  "year-missing",
  "flat",
  "monotone",
  "zero-variance",
  "ruin",
  "ruin-zero",
  "one-bar",
  "two-bars",
];

type Config = Omit<MetricOptions, "timeUnit" | "benchmark"> & {
  readonly rollingWindow?: number;
  readonly benchmark?: string;
  readonly grossReturn: number;
  readonly traded: number;
};

/** The figures that a fixture expects. */
interface ExpectedCurve {
  readonly metrics: Readonly<Record<string, number | string | null>>;
  readonly monthlyReturns: readonly unknown[];
  readonly drawdowns: readonly Readonly<Record<string, number | string | null>>[];
  readonly rolling: {
    readonly window: number;
    readonly sharpe: readonly (number | null)[];
    readonly volatility: readonly (number | null)[];
  };
}

/** One curve: what is put in, and what must come out. */
export interface CurveFixture {
  readonly times: BigInt64Array;
  readonly equity: Float64Array;
  readonly close: Float64Array;
  readonly trades: Trades;
  readonly config: Config;
  /** Closes of a benchmark with times of its own; undefined if the curve is compared with its own closes. */
  readonly benchmark: BenchmarkBlock | undefined;
  readonly totals: MetricTotals;
  readonly expected: ExpectedCurve;
}

function read(name: string, file: string): string {
  return readFileSync(new URL(`${name}/${file}`, folder), "utf8");
}

/** The columns of a CSV of numbers. */
function columnsOf(text: string): Record<string, Float64Array> {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  return Object.fromEntries(
    header.split(",").map((name, i) => [name, Float64Array.from(rows, (row) => row[i] ?? Number.NaN)]),
  );
}

function bigTimes(times: ArrayLike<number>): BigInt64Array {
  return BigInt64Array.from(Array.from(times), BigInt);
}

function tradesOf(text: string): Trades {
  const rows = JSON.parse(text) as Record<string, number | string | boolean>[];
  const trades = allocateTrades(rows.length);
  const numbers = [
    "direction",
    "quantity",
    "entryPrice",
    "exitPrice",
    "fees",
    "profit",
    "return",
    "barsHeld",
    "mae",
    "mfe",
  ] as const;
  rows.forEach((row, i) => {
    trades.entryTime[i] = BigInt(row["entryTime"] as number);
    trades.exitTime[i] = BigInt(row["exitTime"] as number);
    for (const name of numbers) trades[name][i] = row[name] as number;
    trades.reason[i] = fillReasons.indexOf(row["reason"] as (typeof fillReasons)[number]);
    trades.open[i] = Number(row["open"]);
  });
  return trades;
}

/** Reads a curve of the fixtures. */
export function curveFixture(name: string): CurveFixture {
  const columns = columnsOf(read(name, "equity.csv"));
  const { equity, close, position } = columns as { equity: Float64Array; close: Float64Array; position: Float64Array };
  const times = bigTimes(columns["timestamp"] as Float64Array);
  const config = JSON.parse(read(name, "config.json")) as Config;
  const trades = tradesOf(read(name, "trades.json"));
  const statistics = createEquityStatistics();
  addEquities(statistics, equity, times, equity.length);
  const counted = noTrades();
  addTrades(counted, trades);
  const share = (isHeld: (units: number) => boolean): number => position.filter(isHeld).length / equity.length;
  const bench = config.benchmark === undefined ? undefined : columnsOf(read(name, config.benchmark));
  return {
    times,
    equity,
    close,
    trades,
    config,
    benchmark:
      bench === undefined
        ? undefined
        : { times: bigTimes(bench["timestamp"] as Float64Array), close: bench["close"] as Float64Array },
    totals: {
      firstTime: times[0] as bigint,
      lastTime: times.at(-1) as bigint,
      statistics,
      trades: counted,
      grossReturn: config.grossReturn,
      exposure: share((units) => units !== 0),
      longExposure: share((units) => units > 0),
      shortExposure: share((units) => units < 0),
      traded: config.traded,
      fees: trades.fees.reduce((sum, fee) => sum + fee, 0),
      buyAndHold: (close.at(-1) as number) / (close[0] as number) - 1,
      reread: (visit) => visit(equity, equity.length),
    },
    expected: JSON.parse(read(name, "expected.json")) as ExpectedCurve,
  };
}

/** The totals of a curve without trades. */
export function totalsOf(times: BigInt64Array, equity: Float64Array): MetricTotals {
  const statistics = createEquityStatistics();
  addEquities(statistics, equity, times, equity.length);
  return {
    firstTime: times[0] as bigint,
    lastTime: times.at(-1) as bigint,
    statistics,
    trades: noTrades(),
    grossReturn: 0,
    exposure: 0,
    longExposure: 0,
    shortExposure: 0,
    traded: 0,
    fees: 0,
    buyAndHold: 0,
    reread: (visit) => visit(equity, equity.length),
  };
}

/** Calls `visit` with the bounds of blocks of at most `size` rows. */
export function inBlocks(rows: number, size: number, visit: (from: number, to: number) => void): void {
  for (let from = 0; from < rows; from += size) visit(from, Math.min(rows, from + size));
}

/** Whether a figure is within 1e-9 relative or 1e-12 absolute of the expected one; texts and nulls exactly. */
export function agrees(own: unknown, expected: unknown): boolean {
  if (typeof expected !== "number") return own === expected;
  if (typeof own !== "number") return false;
  return Math.abs(own - expected) <= Math.max(1e-9 * Math.abs(expected), 1e-12);
}
