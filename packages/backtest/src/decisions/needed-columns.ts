import { AtcError, type BacktestConfig, type Series } from "@atc/contract";
import { invalidParameters, type ParameterFault } from "@atc/plugin-kit";
import type { StrategyDescription } from "../strategy/strategy-description.ts";
import { wantedDecisions } from "./wanted-decisions.ts";

type PriceName = "close" | "open" | "high" | "low";
type Key = keyof BacktestConfig;

const prices: readonly PriceName[] = ["close", "open", "high", "low"];
const range: readonly PriceName[] = ["high", "low"];
const exitPrices: readonly PriceName[] = ["open", "high", "low"];

/** The columns of a series that a run reads, besides `timestamp`, which every run reads. */
export interface NeededColumns {
  /** Prices, of which every bar must have a valid one; `close` is first. */
  readonly prices: readonly PriceName[];
  /** Other columns, which the strategy reads. */
  readonly others: readonly string[];
  /** Whether the strategy reads the times. Absent: no. */
  readonly times?: true;
  /** The column whose prices fill orders. Ticks, and bars without an open, fill at the close of the next row. */
  readonly fill: "open" | "close";
}

/** Options of {@link neededColumns}. */
export interface NeededColumnsOptions {
  /**
   * Whether all prices of a bar are read for the excursions of trades, even if nothing else needs them. If not,
   * excursions follow the prices that are read. Default: false.
   */
  readonly excursions?: boolean | undefined;
}

/** A series as far as its columns are concerned. */
type ColumnsOfSeries = Pick<Series, "symbol" | "columns">;

/** The keys that need prices besides the close, with these prices. */
function priceNeeds(config: BacktestConfig): readonly (readonly [Key, readonly PriceName[]])[] {
  const exits = (["stopLoss", "takeProfit", "trailingStop"] as const).filter((key) => config[key] > 0);
  return [
    ...(config.fill === "worst" ? [["fill", range] as const] : []),
    ...(config.slippageRange > 0 ? [["slippageRange", range] as const] : []),
    ...exits.map((key) => [key, exitPrices] as const),
  ];
}

/** What is missing of the columns that something needs, as the end of a sentence; undefined if nothing is. */
function lackOf(needed: readonly string[], available: ReadonlySet<string>): string | undefined {
  const missing = needed.filter((name) => !available.has(name)).map((name) => `"${name}"`);
  if (missing.length === 0) return undefined;
  const columns = missing.length === 1 ? "a column" : "columns";
  return `needs ${columns} ${missing.join(", ")}, which the data lacks; its columns are ${[...available].join(", ")}`;
}

function missingPrices(config: BacktestConfig, available: ReadonlySet<string>): readonly ParameterFault[] {
  return priceNeeds(config).flatMap(([key, names]) => {
    const lack = lackOf(names, available);
    return lack === undefined ? [] : [{ path: key, value: String(config[key]), allowed: `it ${lack}` }];
  });
}

function missingOutputs(
  config: BacktestConfig,
  { name, outputs = [] }: StrategyDescription,
): readonly ParameterFault[] {
  // A strategy that gives no strength has the strength 1 in its direction.
  const missing = wantedDecisions(config).filter((wanted) => wanted !== "strength" && !outputs.includes(wanted));
  if (missing.length === 0) return [];
  const allowed = `the strategy "${name}" decides no ${missing.join(", ")}; choose one that does, such as columns, or set signal to strategy`;
  return [{ path: "signal", value: config.signal, allowed }];
}

/** The fault of a strategy's columns under a signal that needs columns of its own. */
function missingSignalColumns(
  config: BacktestConfig,
  { name, columns }: StrategyDescription,
  available: ReadonlySet<string>,
): readonly ParameterFault[] {
  const lack = config.signal === "strategy" ? undefined : lackOf(columns, available);
  if (lack === undefined) return [];
  return [{ path: "signal", value: config.signal, allowed: `the strategy "${name}" ${lack}` }];
}

const subject = "the backtest configuration";

/**
 * Checks that a strategy decides what a configuration needs.
 *
 * @throws ATC_INVALID_CONFIG
 */
export function checkOutputs(config: BacktestConfig, strategy: StrategyDescription): void {
  const faults = missingOutputs(config, strategy);
  if (faults.length > 0) throw invalidParameters(subject, faults);
}

/** The faults of a configuration for data with these columns. */
export function columnFaults(
  config: BacktestConfig,
  strategy: StrategyDescription,
  available: ReadonlySet<string>,
): readonly ParameterFault[] {
  const outputs = missingOutputs(config, strategy);
  const columns = outputs.length > 0 ? [] : missingSignalColumns(config, strategy, available);
  return [...outputs, ...columns, ...missingPrices(config, available)];
}

/**
 * The columns that a run reads of those that the series has.
 *
 * @param config - a valid configuration
 * @throws ATC_INVALID_CONFIG with a fault for each key whose columns are missing, and for `signal` if the strategy
 * does not decide what it needs; ATC_INVALID_DATA if the series has no close, or lacks another column that the
 * strategy needs
 */
export function neededColumns(
  config: BacktestConfig,
  strategy: StrategyDescription,
  series: ColumnsOfSeries,
  { excursions = false }: NeededColumnsOptions = {},
): NeededColumns {
  const types = new Map(series.columns.map(({ name, type }) => [name, type]));
  const available = new Set(types.keys());
  const faults = columnFaults(config, strategy, available);
  if (faults.length > 0) throw invalidParameters(subject, faults);
  const isTicks = types.get("timestamp") === "timestamp[ns]";
  const fill = config.fill !== "nextClose" && available.has("open") && !isTicks ? "open" : "close";
  const wanted = new Set<string>(["close", fill, ...strategy.columns]);
  const missing = [...wanted].find((name) => !available.has(name));
  if (missing !== undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `symbol "${series.symbol}" has no column "${missing}", which the strategy "${strategy.name}" needs; its columns are ${[...available].join(", ")}`,
      { details: { symbol: series.symbol, column: missing } },
    );
  for (const name of strategy.optionalColumns ?? []) if (available.has(name)) wanted.add(name);
  // The highest and lowest price of a bar are those of all its prices, so either all are read or none.
  if (excursions || priceNeeds(config).length > 0) for (const name of prices) if (available.has(name)) wanted.add(name);
  return {
    prices: prices.filter((name) => wanted.has(name)),
    others: [...wanted].filter((name) => name !== "timestamp" && !prices.some((price) => price === name)),
    ...(wanted.has("timestamp") ? { times: true } : {}),
    fill,
  };
}
