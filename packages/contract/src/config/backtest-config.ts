import { type ParameterTable, parameterDefaults } from "./parameter.ts";

/** The configuration of fills and costs; each member is defined in `docs/backtest-spec.md`. */
export interface BacktestConfig {
  /** Fee on the traded notional, in basis points, 0 or more. */
  readonly feeBps: number;
  /** Slippage against the trader, in basis points of the price, 0 or more and below 10,000. */
  readonly slippageBps: number;
  /** Which directions may be held. */
  readonly side: "both" | "long" | "short";
  /** Which price of the next bar fills an order. Data without an open fills at the close. */
  readonly fill: "nextOpen" | "nextClose";
  /** Money at the start, above 0; a portfolio divides it equally among its symbols. */
  readonly initialCapital: number;
  /** Yearly rate without risk for the Sharpe and Sortino ratios: 0.02 is 2 %. */
  readonly riskFreeRate: number;
  /** What to do with a bar whose price is missing, zero or negative: throw, or leave it out and count it. */
  readonly invalidPrices: "error" | "skip";
}

/** Every parameter of fills and costs, in the order in which they are documented. */
export const backtestParameters: ParameterTable<BacktestConfig> = {
  feeBps: {
    kind: "number",
    minimum: 0,
    default: 10,
    description: "Fee on the traded notional, in basis points",
    pythonNames: ["fee_bps"],
  },
  slippageBps: {
    kind: "number",
    minimum: 0,
    below: 10_000,
    default: 0,
    description: "Slippage against the trader, in basis points of the price",
    pythonNames: ["slippage_bps"],
  },
  side: {
    kind: "choice",
    values: ["both", "long", "short"],
    default: "both",
    description: "Which directions may be held",
    pythonNames: [],
  },
  fill: {
    kind: "choice",
    values: ["nextOpen", "nextClose"],
    default: "nextOpen",
    description: "Which price of the next bar fills an order",
    pythonNames: [],
  },
  initialCapital: {
    kind: "number",
    above: 0,
    default: 10_000,
    description: "Money at the start",
    pythonNames: ["initial_capital"],
  },
  riskFreeRate: {
    kind: "number",
    above: -1,
    default: 0,
    description: "Yearly rate for Sharpe and Sortino: 0.02 is 2 %",
    pythonNames: ["risk_free_rate"],
  },
  invalidPrices: {
    kind: "choice",
    values: ["error", "skip"],
    default: "error",
    description: "A bar whose price is missing, zero or negative: stop, or leave it out",
    pythonNames: ["invalid_prices"],
  },
};

/** The default of every member of {@link BacktestConfig}. */
export const backtestDefaults: BacktestConfig = parameterDefaults(backtestParameters);
