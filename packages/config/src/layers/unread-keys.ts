import type { AtcConfig, ConfigName } from "../keys/atc-config.ts";
import { configDefaults } from "../keys/parameters.ts";
import type { Difference } from "./differences.ts";
import type { Chosen } from "./layer.ts";

/** Built-in strategies that decide for each symbol by itself. */
const ofSymbols: readonly string[] = ["atc", "columns", "hold", "cross", "donchian", "rsi"];
const ofAllSymbols: readonly string[] = ["momentum"];

/**
 * A reason that does not hold for a strategy that sees all symbols, whose defaults share an account and trade weights.
 * Whether a strategy of the user's is one is only known when it is loaded.
 */
function ofSymbolsOnly(reason: string, { strategy, signals }: AtcConfig, isGiven: boolean): string | undefined {
  if (isGiven || signals !== undefined || ofSymbols.includes(strategy)) return reason;
  return ofAllSymbols.includes(strategy) ? undefined : `${reason}, unless the strategy sees all symbols`;
}

/** Keys that nothing reads under the values of others. */
interface UnreadKeys {
  readonly keys: readonly ConfigName[];
  /** Why a configuration does not read them, as the end of a sentence; undefined if it does. */
  readonly reason: (config: AtcConfig, chosen: ReadonlyMap<ConfigName, Chosen>) => string | undefined;
}

function hasDistances({ stopLoss, takeProfit, trailingStop }: AtcConfig): boolean {
  return stopLoss > 0 || takeProfit > 0 || trailingStop > 0;
}

const noDistances = "stopLoss, takeProfit and trailingStop are 0";

const unread: readonly UnreadKeys[] = [
  {
    keys: ["parameters"],
    reason: ({ strategy, parameters }) =>
      (strategy === "atc" || strategy === "columns") && Object.keys(parameters).length > 0
        ? `strategy is ${strategy}, which has keys of its own`
        : undefined,
  },
  {
    keys: ["weights", "maxPositions", "delisting"],
    reason: (config, chosen) =>
      config.account === "separate" ? ofSymbolsOnly("account is separate", config, chosen.has("account")) : undefined,
  },
  {
    keys: ["size"],
    reason(config, chosen) {
      const { size, sizing, signal, signals } = config;
      if (size === 1) return undefined;
      if (sizing === "allIn") return "sizing is allIn";
      // A file of weights sets signal when it is read.
      if (sizing !== undefined || signal === "weight" || signals !== undefined) return undefined;
      return ofSymbolsOnly("sizing is allIn", config, chosen.has("signal"));
    },
  },
  {
    keys: ["volatilityLookback"],
    reason: ({ sizing, account, weights, strategy }) =>
      sizing === "volatilityTarget" ||
      (weights === "inverseVolatility" && (account === "shared" || !ofSymbols.includes(strategy)))
        ? undefined
        : "neither sizing nor weights follows the volatility",
  },
  {
    keys: ["rebalanceBand"],
    reason: ({ rebalance }) => (rebalance === "never" ? "rebalance is never" : undefined),
  },
  {
    keys: ["exitUnits", "intrabar"],
    reason: (config) => (hasDistances(config) ? undefined : noDistances),
  },
  {
    keys: ["atrLength"],
    reason: (config) => {
      if (!hasDistances(config)) return noDistances;
      return config.exitUnits === "fraction" ? "exitUnits is fraction" : undefined;
    },
  },
  {
    keys: ["reentry"],
    reason: (config) => {
      const isClosed = hasDistances(config) || config.maxHoldingBars > 0 || config.maintenanceMargin > 0;
      return isClosed ? undefined : "nothing but the signal closes a position";
    },
  },
];

/**
 * The keys that a layer sets to another value than the default, and that have no effect beside the values of other
 * keys.
 */
export function unreadDifferences(config: AtcConfig, chosen: ReadonlyMap<ConfigName, Chosen>): readonly Difference[] {
  return unread.flatMap(({ keys, reason }) => {
    const because = reason(config, chosen);
    if (because === undefined) return [];
    return keys.flatMap((key): readonly Difference[] => {
      const setting = chosen.get(key)?.setting;
      if (setting === undefined || config[key] === configDefaults[key]) return [];
      return [{ shown: key, reason: because, settings: [setting] }];
    });
  });
}
