import type { BacktestConfig } from "@atc/contract";
import { positionSizing } from "../base/position-sizing.ts";

/** How the size of a position is computed, by the order of the specification. */
export const sizings = {
  allIn: 0,
  fixedFraction: 1,
  fixedNotional: 2,
  fixedQuantity: 3,
  volatilityTarget: 4,
  signalProportional: 5,
} as const;

/** Which exit counts if a stop and a target are both inside one bar. */
export const intrabars = { pessimistic: 0, optimistic: 1, openProximity: 2 } as const;

/** A configuration in the form that the loops read: numbers and flags only. */
export interface Terms {
  readonly initialCapital: number;
  /** The lowest direction that may be held. */
  readonly lowest: number;
  /** The highest direction that may be held. */
  readonly highest: number;
  /** Whether orders wait for the close of the next bar, even if it has an open. */
  readonly fillsAtClose: boolean;
  readonly fillsAtWorst: boolean;
  readonly feeRate: number;
  readonly feePerUnit: number;
  readonly feePerTrade: number;
  readonly minFee: number;
  /** Whether the fee is a multiple of the notional alone. */
  readonly isFeeProportional: boolean;
  /** The part of the price concession that is the same in every bar. */
  readonly concession: number;
  readonly slippageRange: number;
  readonly borrowRate: number;
  readonly marginRate: number;
  readonly cashRate: number;
  readonly hasRates: boolean;
  readonly sizing: number;
  readonly size: number;
  readonly maxLeverage: number;
  readonly lotSize: number;
  readonly minNotional: number;
  /** The least drift of weight that is traded. */
  readonly band: number;
  readonly stopLoss: number;
  readonly takeProfit: number;
  readonly trailingStop: number;
  readonly hasExits: boolean;
  readonly isAtr: boolean;
  readonly intrabar: number;
  readonly maxHoldingBars: number;
  readonly unlocksAtOnce: boolean;
  readonly unlocksAtEntry: boolean;
  readonly maintenanceMargin: number;
  readonly exitsDelisted: boolean;
  /** 0: as many as there are symbols. */
  readonly maxPositions: number;
}

/** Money that a position costs or earns, apart from its price. */
type Costs = Pick<
  Terms,
  | "feeRate"
  | "feePerUnit"
  | "feePerTrade"
  | "minFee"
  | "isFeeProportional"
  | "concession"
  | "slippageRange"
  | "borrowRate"
  | "marginRate"
  | "cashRate"
  | "hasRates"
>;

const noCosts: Costs = {
  feeRate: 0,
  feePerUnit: 0,
  feePerTrade: 0,
  minFee: 0,
  isFeeProportional: true,
  concession: 0,
  slippageRange: 0,
  borrowRate: 0,
  marginRate: 0,
  cashRate: 0,
  hasRates: false,
};

function costsOf(config: BacktestConfig): Costs {
  const { feePerUnit, feePerTrade, minFee, slippageRange, borrowRate, marginRate, cashRate } = config;
  return {
    feeRate: config.feeBps / 10_000,
    feePerUnit,
    feePerTrade,
    minFee,
    isFeeProportional: feePerUnit === 0 && feePerTrade === 0 && minFee === 0,
    concession: config.slippageBps / 10_000 + config.spreadBps / 20_000,
    slippageRange,
    borrowRate,
    marginRate,
    cashRate,
    hasRates: borrowRate > 0 || marginRate > 0 || cashRate > 0,
  };
}

/** Whether anything costs or earns money apart from the prices. */
export function hasCosts(terms: Terms): boolean {
  const { feeRate, isFeeProportional, concession, slippageRange, hasRates } = terms;
  return feeRate > 0 || !isFeeProportional || concession > 0 || slippageRange > 0 || hasRates;
}

/** Converts a configuration whose values are valid. */
export function termsOf(config: BacktestConfig): Terms {
  return termsWith(config, costsOf(config));
}

/** The terms of the same account without any cost or interest. */
export function termsWithoutCosts(config: BacktestConfig): Terms {
  return termsWith(config, noCosts);
}

/**
 * Members that are a whole number in one configuration and not in another. NaN makes V8 keep doubles in them, so that
 * the terms of all accounts have one shape: loops that met two shapes took a third longer.
 */
function doubles(): Record<DoubleMember, number> {
  return {
    initialCapital: Number.NaN,
    feeRate: Number.NaN,
    feePerUnit: Number.NaN,
    feePerTrade: Number.NaN,
    minFee: Number.NaN,
    concession: Number.NaN,
    slippageRange: Number.NaN,
    borrowRate: Number.NaN,
    marginRate: Number.NaN,
    cashRate: Number.NaN,
    size: Number.NaN,
    maxLeverage: Number.NaN,
    lotSize: Number.NaN,
    minNotional: Number.NaN,
    band: Number.NaN,
    stopLoss: Number.NaN,
    takeProfit: Number.NaN,
    trailingStop: Number.NaN,
    maintenanceMargin: Number.NaN,
  };
}

type DoubleMember = {
  [Name in keyof Terms]: Terms[Name] extends number ? Name : never;
}[Exclude<keyof Terms, "lowest" | "highest" | "sizing" | "intrabar" | "maxHoldingBars" | "maxPositions">];

function termsWith(config: BacktestConfig, costs: Costs): Terms {
  const { stopLoss, takeProfit, trailingStop } = config;
  const { sizing, size } = positionSizing(config);
  const hasExits = stopLoss > 0 || takeProfit > 0 || trailingStop > 0;
  return Object.assign(doubles(), {
    ...costs,
    initialCapital: config.initialCapital,
    lowest: config.side === "long" ? 0 : -1,
    highest: config.side === "short" ? 0 : 1,
    fillsAtClose: config.fill === "nextClose",
    fillsAtWorst: config.fill === "worst",
    sizing: sizings[sizing],
    size,
    maxLeverage: config.maxLeverage,
    lotSize: config.lotSize,
    minNotional: config.minNotional,
    // Rounding alone must not resize a position.
    band: Math.max(config.rebalanceBand, 1e-9),
    stopLoss,
    takeProfit,
    trailingStop,
    hasExits,
    isAtr: hasExits && config.exitUnits === "atr",
    intrabar: intrabars[config.intrabar],
    maxHoldingBars: config.maxHoldingBars,
    unlocksAtOnce: config.reentry === "immediately",
    unlocksAtEntry: config.signal === "entries",
    maintenanceMargin: config.maintenanceMargin,
    exitsDelisted: config.account === "shared" && config.delisting === "exit",
    maxPositions: config.account === "shared" ? config.maxPositions : 0,
  });
}

/** Whether an account reads volatilities or true ranges, which depend on the bars before it. */
export function readsHistory(config: BacktestConfig): boolean {
  return termsOf(config).isAtr || usesVolatility(config);
}

/** Whether sizes or shares follow the volatility. */
export function usesVolatility(config: BacktestConfig): boolean {
  return (
    config.sizing === "volatilityTarget" || (config.account === "shared" && config.weights === "inverseVolatility")
  );
}
