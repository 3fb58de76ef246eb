/** A column of the table of symbols. */
export interface SymbolColumn {
  /** The name of the metric. */
  readonly name: string;
  readonly title: string;
  /** How its values are written. `percent` columns are searched in per cent. */
  readonly kind: "percent" | "signedPercent" | "ratio" | "count" | "money";
}

/** The columns of the table of symbols with accounts of their own, after the symbol. */
export const symbolColumns: readonly SymbolColumn[] = [
  { name: "totalReturn", title: "Return", kind: "signedPercent" },
  { name: "grossReturn", title: "Before costs", kind: "signedPercent" },
  { name: "buyAndHold", title: "Holding", kind: "signedPercent" },
  { name: "cagr", title: "CAGR", kind: "signedPercent" },
  { name: "sharpe", title: "Sharpe", kind: "ratio" },
  { name: "sortino", title: "Sortino", kind: "ratio" },
  { name: "maxDrawdown", title: "Max drawdown", kind: "percent" },
  { name: "exposure", title: "In the market", kind: "percent" },
  { name: "trades", title: "Trades", kind: "count" },
  { name: "winRate", title: "Won", kind: "percent" },
  { name: "profitFactor", title: "Profit factor", kind: "ratio" },
  { name: "fees", title: "Fees", kind: "money" },
];

/** The columns of what symbols contributed to a shared account. */
export const contributionColumns: readonly SymbolColumn[] = [
  { name: "contribution", title: "Contribution", kind: "signedPercent" },
  { name: "profit", title: "Profit", kind: "money" },
  { name: "buyAndHold", title: "Holding", kind: "signedPercent" },
  { name: "exposure", title: "In the market", kind: "percent" },
  { name: "trades", title: "Trades", kind: "count" },
  { name: "winRate", title: "Won", kind: "percent" },
  { name: "fees", title: "Fees", kind: "money" },
  { name: "slippage", title: "Slippage", kind: "money" },
];
