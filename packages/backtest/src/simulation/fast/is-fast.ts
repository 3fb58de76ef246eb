import type { BacktestConfig } from "@atc/contract";

/** Keys that are 0 if the account of this folder can do without what they configure. */
const unused = [
  "feePerUnit",
  "feePerTrade",
  "minFee",
  "spreadBps",
  "slippageRange",
  "borrowRate",
  "marginRate",
  "cashRate",
  "lotSize",
  "minNotional",
  "stopLoss",
  "takeProfit",
  "trailingStop",
  "maxHoldingBars",
  "maintenanceMargin",
] as const satisfies readonly (keyof BacktestConfig)[];

/**
 * The keys of a valid configuration that an account in lanes does not cover; none if it does. Such an account belongs
 * to one symbol, puts its whole equity into each direction, and pays fees and slippage in basis points.
 */
export function slowKeys(config: BacktestConfig): readonly (keyof BacktestConfig)[] {
  const { fill, sizing, signal, maxLeverage, rebalance } = config;
  const isAllIn = sizing === "allIn" || (sizing === undefined && signal !== "weight");
  const slow: (keyof BacktestConfig)[] = unused.filter((key) => config[key] !== 0);
  if (fill === "worst") slow.push("fill");
  if (!isAllIn) slow.push(sizing === undefined ? "signal" : "sizing");
  // A cap of 1 or more leaves all-in alone.
  if (maxLeverage < 1) slow.push("maxLeverage");
  if (rebalance !== "never") slow.push("rebalance");
  return slow;
}
