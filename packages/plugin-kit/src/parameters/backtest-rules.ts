import type { BacktestConfig } from "@atc/contract";

type Key = keyof BacktestConfig;

/** A key that a rule between keys may blame. */
export interface BlamedKey {
  /** Its name. */
  readonly key: Key;
  /** What is required of it. */
  readonly allowed: string;
}

/** A rule between keys that a configuration breaks. */
export interface BrokenRule {
  /** The keys that the rule reads. It means nothing if one of them has a fault of its own. */
  readonly reads: readonly Key[];
  /** The key to blame is the first of these that is set, else the first. */
  readonly blames: readonly BlamedKey[];
}

/** What `size` is under each `sizing` that has no default for it. */
const amounts: ReadonlyMap<BacktestConfig["sizing"], string> = new Map([
  ["fixedNotional", "an amount of money per position"],
  ["fixedQuantity", "a number of units per position"],
  ["volatilityTarget", "a yearly volatility, such as 0.2"],
]);

function missingSize({ sizing, size }: BacktestConfig): BrokenRule | undefined {
  const amount = amounts.get(sizing);
  if (amount === undefined || size !== undefined) return undefined;
  return { reads: ["sizing", "size"], blames: [{ key: "sizing", allowed: `it needs ${amount}; set size` }] };
}

function fractionOverLeverage({ sizing, size = 1, maxLeverage }: BacktestConfig): BrokenRule | undefined {
  if (sizing !== "fixedFraction" || size <= maxLeverage) return undefined;
  const because = "because sizing is fixedFraction";
  return {
    reads: ["sizing", "size", "maxLeverage"],
    blames: [
      { key: "size", allowed: `a number up to maxLeverage, which is ${maxLeverage}, is required, ${because}` },
      { key: "maxLeverage", allowed: `a number from size, which is ${size}, on is required, ${because}` },
    ],
  };
}

function calledAtOnce({ maintenanceMargin, maxLeverage }: BacktestConfig): BrokenRule | undefined {
  if (maintenanceMargin * maxLeverage < 1) return undefined;
  const because = "because an account at maxLeverage would otherwise get a margin call at once";
  return {
    reads: ["maintenanceMargin", "maxLeverage"],
    blames: [
      {
        key: "maintenanceMargin",
        allowed: `a number below 1 / maxLeverage, which is ${1 / maxLeverage}, is required, ${because}`,
      },
      {
        key: "maxLeverage",
        allowed: `a number below 1 / maintenanceMargin, which is ${1 / maintenanceMargin}, is required, ${because}`,
      },
    ],
  };
}

function stopBeyondPrice(key: "stopLoss" | "trailingStop", config: BacktestConfig): BrokenRule | undefined {
  if (config.exitUnits !== "fraction" || config[key] < 1) return undefined;
  const allowed = "a number below 1 is required, because exitUnits is fraction";
  return { reads: ["exitUnits", key], blames: [{ key, allowed }] };
}

/** The rules between keys that a configuration breaks. Each of its members must be accepted by itself. */
export function brokenBacktestRules(config: BacktestConfig): readonly BrokenRule[] {
  return [
    missingSize(config),
    fractionOverLeverage(config),
    calledAtOnce(config),
    stopBeyondPrice("stopLoss", config),
    stopBeyondPrice("trailingStop", config),
  ].filter((rule) => rule !== undefined);
}
