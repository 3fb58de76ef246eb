import type { BacktestConfig, UniverseRun } from "@atc/contract";
import {
  arrayCurves,
  type BacktestFigures,
  type BacktestIntoOptions,
  type BoundUniverseStrategy,
  backtestInto,
  type CurveArrays,
  type MemoryColumns,
  memoryDataset,
} from "../src/index.ts";
import { day, start } from "./given.ts";
import { createRandom } from "./random.ts";

/** Bars as plain columns. */
export type PlainColumns = Readonly<Record<"timestamp" | "open" | "high" | "low" | "close" | "volume", number[]>>;

/** Bars by symbol. */
export type PlainMarket = Readonly<Record<string, PlainColumns>>;

/** Daily bars of `count` symbols. Each day, a symbol has a bar with the probability `share`. */
export function marketOf(count: number, times: number, share = 0.9, seed = 1): PlainMarket {
  const random = createRandom(seed);
  const entries = Array.from({ length: count }, (_, symbol) => {
    const columns: PlainColumns = { timestamp: [], open: [], high: [], low: [], close: [], volume: [] };
    let price = 100;
    for (let i = 0; i < times; i++) {
      if (random() >= share) continue;
      const open = price * (1 + (random() - 0.5) / 50);
      // Steps of 1/8, so that equal returns occur.
      price = Math.max(1, Math.round(8 * open * (1 + (random() - 0.49) / 20)) / 8);
      columns.timestamp.push(start + i * day);
      columns.open.push(open);
      columns.high.push(Math.max(open, price) * (1 + random() / 100));
      columns.low.push(Math.min(open, price) * (1 - random() / 100));
      columns.close.push(price);
      columns.volume.push(1000 * symbol + i);
    }
    return [`S${String(symbol).padStart(4, "0")}`, columns] as const;
  });
  return Object.fromEntries(entries);
}

/** A bound strategy from its run. */
export function universeOf(
  run: (symbols: readonly string[]) => UniverseRun,
  members: Partial<BoundUniverseStrategy> = {},
): BoundUniverseStrategy {
  return { name: "example", version: 1, scope: "universe", columns: [], outputs: ["weight"], ...members, start: run };
}

/** A run, with the stored decisions of each symbol. */
export interface DecidedRun {
  readonly figures: BacktestFigures;
  readonly decisions: ReadonlyMap<string, CurveArrays>;
  /** Equities of the account. */
  readonly equity: Float64Array;
  readonly times: BigInt64Array;
}

/** Runs a strategy, and keeps its decisions. */
export async function decide(
  market: PlainMarket,
  strategy: BoundUniverseStrategy,
  config: Partial<BacktestConfig> = {},
  options: Partial<BacktestIntoOptions> = {},
): Promise<DecidedRun> {
  const dataset = memoryDataset(market as unknown as Readonly<Record<string, MemoryColumns>>);
  const curves = arrayCurves({ columns: ["strength"] });
  const accountCurves = arrayCurves();
  const figures = await backtestInto(dataset, { strategy, config, curves, accountCurves, ...options });
  const decisions = new Map((figures.contributions ?? []).map(({ symbol }) => [symbol, curves.arrays(symbol)]));
  if (figures.portfolio === undefined)
    return { figures, decisions, equity: new Float64Array(), times: new BigInt64Array() };
  const { equity, times } = accountCurves.arrays("portfolio");
  return { figures, decisions, equity, times };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** The times of a market, rising, with the row of each symbol that has a bar. */
export function timesOf(market: PlainMarket): readonly (readonly [time: number, rows: ReadonlyMap<string, number>])[] {
  const byTime = new Map<number, Map<string, number>>();
  for (const symbol of Object.keys(market).sort(byCodeUnit))
    for (const [row, time] of (market[symbol] as PlainColumns).timestamp.entries())
      byTime.set(time, (byTime.get(time) ?? new Map<string, number>()).set(symbol, row));
  return [...byTime].sort(([a], [b]) => a - b);
}
