import { type AnyBoundStrategy, periodStart, planTimeUnion, type TimeUnion } from "@atc/backtest";
import type { Dataset } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationUnit } from "../evaluation.ts";
import { isLaneAccount } from "./lane-accounts.ts";
import { type AbsentSymbol, type LaneColumns, readLaneColumns } from "./lane-columns.ts";
import { type LaneStrategies, laneStrategies } from "./lane-strategies.ts";

/** What lanes read of a dataset, and what they compute. */
export interface LaneInputs {
  /** The places in the unit of the configurations whose accounts run in lanes. */
  readonly places: readonly number[];
  /** Their strategies; undefined for ATC. */
  readonly strategies: LaneStrategies | undefined;
  /** The symbols with rows in the period. */
  readonly present: readonly LaneColumns[];
  /** The other ones. */
  readonly absent: readonly AbsentSymbol[];
  /** The times of the accounts. */
  readonly union: TimeUnion;
}

/** What {@link openLanes} needs besides a unit. */
export interface LaneInputOptions {
  readonly dataset: Dataset;
  /** Creates the strategy of a configuration, which depends on its parameters only. Default: ATC. */
  readonly strategyOf?: ((configuration: SweepConfiguration) => AnyBoundStrategy) | undefined;
}

/** The columns that the configurations read. */
function columnsOf(
  dataset: Dataset,
  chosen: readonly SweepConfiguration[],
  strategies: LaneStrategies | undefined,
): { readonly prices: readonly string[]; readonly others: readonly string[] } {
  const available = new Set(dataset.manifest.schema.columns.map(({ name }) => name));
  const prices = new Set(["close"]);
  // Without an open, orders are filled at the close.
  if (available.has("open") && chosen.some(({ backtest }) => backtest.fill === "nextOpen")) prices.add("open");
  if (strategies === undefined) for (const { signals } of chosen) prices.add(signals.calculationSource);
  const others = new Set<string>();
  for (const { columns, optionalColumns = [] } of strategies?.values() ?? []) {
    const names = [...columns, ...optionalColumns.filter((name) => available.has(name))];
    for (const name of names) (["open", "high", "low"].includes(name) ? prices : others).add(name);
  }
  return { prices: [...prices], others: [...others].filter((name) => !prices.has(name)) };
}

/** Reads what lanes need; undefined if they cover no configuration of the unit, or not the data. */
export function openLanes(
  { dataset, strategyOf }: LaneInputOptions,
  unit: Pick<EvaluationUnit, "configurations" | "symbols" | "limit" | "period">,
): LaneInputs | undefined {
  const { configurations } = unit;
  const candidates = [...configurations.keys()].filter((place) =>
    isLaneAccount(configurations[place] as SweepConfiguration),
  );
  if (candidates.length === 0) return undefined;
  const chosen = candidates.map((place) => configurations[place] as SweepConfiguration);
  const strategies = strategyOf === undefined ? undefined : laneStrategies(chosen, strategyOf);
  if (strategyOf !== undefined && strategies === undefined) return undefined;
  const { symbols, limit, period } = unit;
  const read = readLaneColumns(dataset, { symbols, limit, period, ...columnsOf(dataset, chosen, strategies) });
  if (read === undefined) return undefined;
  const { present, absent } = read;
  const shortest = Math.min(...present.map(({ times }) => times.length));
  const places = candidates.filter(
    (place) => strategies !== undefined || (configurations[place] as SweepConfiguration).signals.cutout < shortest,
  );
  if (places.length === 0) return undefined;
  const union = planTimeUnion(
    present.map(({ times, first }) => ({
      bars: times.length - first,
      times: (row, into) => into.set(times.subarray(first + row, first + row + into.length)),
    })),
    { from: periodStart(period, "ms") },
  );
  return { places, strategies, present, absent, union };
}
