import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MetricName, Table } from "@atc/backtest";
import { backtestParameters, isAtcError, signalDefaults, statisticsParameters } from "@atc/contract";
import type { SweepDefinition } from "@atc/sweep";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AtcConfig, backtestFile } from "../src/index.ts";
import { sweepFile } from "../src/sweeps.ts";

/** Values of every key of the simulation and of some keys of signals, statistics and strategies. */
const simulation: Readonly<Record<string, readonly (string | number)[]>> = {
  fill: ["nextOpen", "nextClose", "worst"],
  side: ["both", "long", "short"],
  initialCapital: [10_000, 777, 1e6],
  feeBps: [0, 10, 50],
  feePerUnit: [0, 0.01],
  feePerTrade: [0, 1],
  minFee: [0, 2],
  slippageBps: [0, 5],
  spreadBps: [0, 4],
  slippageRange: [0, 0.1],
  borrowRate: [0, 0.03],
  marginRate: [0, 0.05],
  cashRate: [0, 0.02],
  signal: ["strategy", "weight"],
  sizing: ["allIn", "fixedFraction", "fixedNotional", "fixedQuantity", "volatilityTarget", "signalProportional"],
  size: [0.5, 1, 3],
  volatilityLookback: [5, 20],
  maxLeverage: [0.5, 1, 2],
  lotSize: [0, 1],
  minNotional: [0, 500],
  rebalance: ["never", "everyBar", "bars:5", "daily", "weekly", "monthly"],
  rebalanceBand: [0, 0.1],
  stopLoss: [0, 0.05],
  takeProfit: [0, 0.1],
  trailingStop: [0, 0.07],
  exitUnits: ["fraction", "atr"],
  atrLength: [5, 14],
  intrabar: ["pessimistic", "optimistic", "openProximity"],
  maxHoldingBars: [0, 7],
  reentry: ["nextSignal", "immediately"],
  maintenanceMargin: [0, 0.3],
  account: ["separate", "shared"],
  weights: ["equal", "inverseVolatility", "full"],
  maxPositions: [0, 1],
  delisting: ["hold", "exit"],
};
const others: Readonly<Record<string, readonly (string | number)[]>> = {
  riskFreeRate: [0, 0.03],
  barsPerYear: [252, 365],
  emaLength: [9, 12, 20],
  kamaLength: [9, 14],
  lambda: [0.01, 0.05],
  robustness: ["Narrow", "Wide"],
  longThreshold: [0.1, 0.3],
  cutout: [0, 5],
};
const all = { ...simulation, ...others };
const signalKeys = new Set(Object.keys(signalDefaults));

const names = ["whole.csv", "gaps.csv", "close.csv", "short.csv"] as const;
type Name = (typeof names)[number];
let cwd: string;

const day = (i: number): string => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);

function rowsOf(symbol: string, seed: number, name: Name): readonly string[] {
  let state = 97 + 1009 * seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let price = 60;
  const bars = name === "short.csv" && seed === 1 ? 1 : 110 + 15 * seed;
  return Array.from({ length: bars }, (_, i) => {
    const open = price * (1 + (next() - 0.5) * 0.01);
    price = Math.max(1, price * (1 + (next() - 0.49) * 0.06));
    const [high, low] = [Math.max(open, price) * 1.01, Math.min(open, price) * 0.99];
    const isGap = name === "gaps.csv" && next() < 0.2;
    const values = name === "close.csv" ? [price] : [open, high, low, price];
    const shift = name === "whole.csv" ? 0 : 7 * seed;
    return isGap ? "" : [symbol, day(i + shift), ...values.map((one) => one.toFixed(4))].join(",");
  }).filter((row) => row !== "");
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-sweep-properties-"));
  for (const name of names) {
    const rows = ["AAA", "BBB", "CCC"].flatMap((symbol, i) => rowsOf(symbol, i, name));
    const prices = name === "close.csv" ? "close" : "open,high,low,close";
    await writeFile(join(cwd, name), `symbol,timestamp,${prices}\n${rows.join("\n")}\n`);
  }
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const common = { env: {}, onWarning: () => undefined };

/** The figures of a configuration: of the portfolio, then of each symbol; or why there are none. */
type Figures = { readonly error: string } | { readonly rows: Readonly<Record<string, readonly number[]>> };

/** The values of keys as configurations have them. */
interface Given {
  readonly data: Name;
  readonly definition: SweepDefinition;
  readonly config: Partial<AtcConfig>;
  readonly metrics: readonly MetricName[];
  readonly period: { readonly from?: number; readonly to?: number } | undefined;
  readonly symbols: readonly string[] | undefined;
}

const symbolsOf = ({ symbols = ["AAA", "BBB", "CCC"] }: Given): readonly string[] => symbols;

async function backtestOf(given: Given, keys: Readonly<Record<string, unknown>>): Promise<Figures> {
  const { data, metrics, config, period, symbols } = given;
  const figuresOf = (figures: object): readonly number[] =>
    metrics.map((name) => (figures as Record<string, number | null>)[name] ?? Number.NaN);
  try {
    const { report } = await backtestFile(data, {
      ...common,
      cwd,
      curves: false,
      cache: false,
      metrics,
      ...(period === undefined ? {} : { period }),
      ...(symbols === undefined ? {} : { symbols }),
      config: { ...config, ...keys },
    });
    const { portfolio, skipped } = report;
    if (portfolio === null) return { error: skipped[0]?.reason ?? "" };
    const absent = metrics.map(() => Number.NaN);
    const own = report.symbols.map((one) => [one.symbol, figuresOf(one)] as const);
    const left = Object.fromEntries(symbolsOf(given).map((symbol) => [symbol, absent]));
    return { rows: { ...left, "": figuresOf(portfolio), ...Object.fromEntries(own) } };
  } catch (error) {
    if (!isAtcError(error)) throw error;
    return { error: error.code === "ATC_INVALID_CONFIG" ? invalid : error.message };
  }
}

/** The error of an invalid configuration, whose words depend on how the keys were given. */
const invalid = "invalid";

/** The rows of a table by configuration. */
function figuresOfTable(batches: readonly Table[], metrics: readonly MetricName[]): readonly Figures[] {
  const found: { error: string; rows: Record<string, readonly number[]> }[] = [];
  for (const { length, values } of batches) {
    const textAt = (name: string, row: number): string => {
      const column = values[name] as { readonly indices: Int32Array; readonly values: readonly string[] };
      return column.values[column.indices[row] ?? -1] ?? "";
    };
    for (let row = 0; row < length; row++) {
      const number = Number((values["configuration"] as Int32Array)[row]);
      found[number] ??= { error: "", rows: {} };
      found[number].error ||= textAt("error", row);
      found[number].rows[textAt("symbol", row)] = metrics.map(
        (name) => (values[name] as Float64Array)[row] ?? Number.NaN,
      );
    }
  }
  return found.map(({ error, rows }) => {
    if (error === "") return { rows };
    return { error: error.startsWith("the backtest configuration has ") ? invalid : error };
  });
}

/** The configurations of a small grid in the order of the grid: the last axis varies fastest. */
function gridOf(axes: readonly (readonly [string, readonly unknown[]])[]): readonly Record<string, unknown>[] {
  return axes.reduce<readonly Record<string, unknown>[]>(
    (list, [key, values]) => list.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

const anyAxes = fc
  .uniqueArray(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Object.keys(simulation)) },
      fc.constantFrom(...Object.keys(others)),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((keys) => keys.map((key) => [key, all[key] ?? []] as const));

const anyConfig = fc
  .uniqueArray(fc.constantFrom(...Object.keys(all)), { maxLength: 6 })
  .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, fc.constantFrom(...(all[key] ?? []))]))));

const usual = ["totalReturn", "sharpe", "sortino", "maxDrawdown", "trades", "fees"] as const;
const anyGiven = fc.record({
  data: fc.constantFrom(...names),
  axes: anyAxes,
  config: anyConfig,
  isSimple: fc.boolean(),
  metrics: fc.constantFrom<readonly MetricName[]>(usual, usual, ["sharpe", "winRate", "ulcerIndex"]),
  strategy: fc.constantFrom("atc", "atc", "cross"),
  period: fc.constantFrom(undefined, undefined, { from: Date.UTC(2020, 1, 1), to: Date.UTC(2020, 3, 1) }),
  limit: fc.constantFrom(undefined, undefined, 40),
  symbols: fc.constantFrom(undefined, undefined, ["BBB"]),
});

it("knows all keys of the simulation", () => {
  const statistics = Object.keys(statisticsParameters);
  const known = Object.keys(backtestParameters).filter((key) => !statistics.includes(key) && key !== "invalidPrices");
  expect(new Set(Object.keys(simulation))).toEqual(new Set(known));
});

it("a sweep over any keys of the simulation has the figures and errors of separate backtests", async () => {
  await fc.assert(
    fc.asyncProperty(anyGiven, async ({ axes: drawn, isSimple, limit, strategy, ...rest }) => {
      // Only ATC reads keys of signals, and others cannot be swept over them.
      const axes = strategy === "atc" ? drawn : drawn.filter(([key]) => !signalKeys.has(key));
      fc.pre(axes.length > 0);
      // Keys that lanes do not cover are so many that few random configurations run in lanes.
      const config = { ...(isSimple ? {} : rest.config), strategy, ...(limit === undefined ? {} : { limit }) };
      const [objective = "sharpe"] = rest.metrics;
      const definition = { grid: Object.fromEntries(axes), metrics: rest.metrics, objective };
      const given: Given = { ...rest, definition, config };
      const batches: Table[] = [];
      const { period, symbols } = given;
      const sweep = sweepFile(given.data, {
        ...common,
        cwd,
        definition,
        config: { ...config, executor: "inline" },
        cache: false,
        bySymbol: true,
        ...(period === undefined ? {} : { period }),
        ...(symbols === undefined ? {} : { symbols }),
        onTable: (batch) => batches.push(batch),
      });
      const refusal = await sweep.then(
        () => undefined,
        (error: unknown) => error,
      );
      const expected = await Promise.all(gridOf(axes).map((keys) => backtestOf(given, keys)));
      if (refusal === undefined) expect(figuresOfTable(batches, given.metrics)).toEqual(expected);
      else {
        expect(isAtcError(refusal) ? refusal.code : refusal).toMatch(/^ATC_INVALID_(CONFIG|ARGUMENT|DATA)$/);
        // Only what no backtest accepts is refused as a whole.
        expect(expected.filter((one) => !("error" in one))).toEqual([]);
      }
    }),
    {
      numRuns: 40,
      // The value that the axis replaces cannot be used with the strategy.
      examples: [
        [
          {
            data: "whole.csv",
            axes: [["signal", ["strategy", "weight"]]],
            config: { signal: "weight" },
            isSimple: false,
            metrics: usual,
            strategy: "atc",
            period: undefined,
            limit: undefined,
            symbols: undefined,
          },
        ],
      ],
    },
  );
}, 300_000);
