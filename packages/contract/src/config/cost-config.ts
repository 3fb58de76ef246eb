import type { Parameter, ParameterTable } from "./parameter.ts";

/** What trading and holding cost; `docs/simulation.md` defines each member. */
export interface CostConfig {
  /** Fee on the traded notional, in basis points, 0 or more. */
  readonly feeBps: number;
  /** Fee per share, contract or coin, in money, 0 or more. */
  readonly feePerUnit: number;
  /** Fixed fee per order, in money, 0 or more. */
  readonly feePerTrade: number;
  /** Least fee per order, in money, 0 or more. */
  readonly minFee: number;
  /** Slippage against the trader, in basis points of the price, 0 or more and below 10,000. */
  readonly slippageBps: number;
  /** Bid-ask spread in basis points of the price, 0 or more and below 10,000; each order pays half of it. */
  readonly spreadBps: number;
  /** Slippage as a fraction of the range (high - low) of the bar that fills the order, 0 to 1. */
  readonly slippageRange: number;
  /** Yearly rate that shorts pay on their market value, 0 or more: 0.03 is 3 %. */
  readonly borrowRate: number;
  /** Yearly rate that borrowed cash pays, 0 or more. */
  readonly marginRate: number;
  /** Yearly rate that free cash earns, 0 or more. */
  readonly cashRate: number;
}

function fee(description: string, ...pythonNames: string[]): Parameter<number> {
  return { kind: "number", minimum: 0, default: 0, description, pythonNames };
}

/** Every parameter of costs, in the order in which they are documented. */
export const costParameters: ParameterTable<CostConfig> = {
  feeBps: {
    kind: "number",
    minimum: 0,
    default: 10,
    description: "Fee on the traded notional, in basis points",
    pythonNames: ["fee_bps"],
  },
  feePerUnit: fee("Fee per share, contract or coin, in money", "fee_per_unit"),
  feePerTrade: fee("Fixed fee per order, in money", "fee_per_trade"),
  minFee: fee("Least fee per order, in money", "min_fee"),
  slippageBps: {
    kind: "number",
    minimum: 0,
    below: 10_000,
    default: 0,
    description: "Slippage against the trader, in basis points of the price",
    pythonNames: ["slippage_bps"],
  },
  spreadBps: {
    kind: "number",
    minimum: 0,
    below: 10_000,
    default: 0,
    description: "Bid-ask spread, in basis points of the price; each order pays half",
    pythonNames: ["spread_bps"],
  },
  slippageRange: {
    kind: "number",
    minimum: 0,
    maximum: 1,
    default: 0,
    description: "Slippage as a fraction of the filling bar's high - low",
    pythonNames: ["slippage_range"],
  },
  borrowRate: fee("Yearly rate paid on the market value of shorts, 0.03 for 3 %", "borrow_rate"),
  marginRate: fee("Yearly rate paid on borrowed cash", "margin_rate"),
  cashRate: fee("Yearly rate earned on free cash", "cash_rate"),
};
