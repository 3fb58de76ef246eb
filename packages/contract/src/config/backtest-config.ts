/** The configuration of fills and costs; each member is defined in `docs/backtest-spec.md`. */
export interface BacktestConfig {
  /** Fee on the traded notional, in basis points, 0 or more. */
  readonly feeBps: number;
  /** Slippage against the trader, in basis points of the price, 0 or more and below 10,000. */
  readonly slippageBps: number;
  /** Which directions may be held. */
  readonly side: "both" | "long" | "short";
  /** Where in the next bar an order is filled; data with no open fills at the close. */
  readonly fill: "nextOpen" | "nextClose";
  /** Money at the start, above 0; a portfolio divides it equally among its symbols. */
  readonly initialCapital: number;
  /** Yearly rate without risk for the Sharpe and Sortino ratios: 0.02 is 2 %. */
  readonly riskFreeRate: number;
  /** What to do with a bar whose price is missing, zero or negative: stop, or leave it out and count it. */
  readonly invalidPrices: "error" | "skip";
}

/** The default of every member of {@link BacktestConfig}. */
export const backtestDefaults: BacktestConfig = {
  feeBps: 10,
  slippageBps: 0,
  side: "both",
  fill: "nextOpen",
  initialCapital: 10_000,
  riskFreeRate: 0,
  invalidPrices: "error",
};
