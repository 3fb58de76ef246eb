import { defineMetrics, type MetricDefinitions } from "./metric-definition.ts";
import type { accountNames, returnNames } from "./metric-names.ts";

/** Metrics of the account, as the first version defined them. */
export const accountMetrics: MetricDefinitions<(typeof accountNames)[number]> = defineMetrics("account", {
  bars: ["count", "", [], "n; for a portfolio, the number of distinct times"],
  start: ["time", "", [], "time of the first bar"],
  end: ["time", "", [], "time of the last bar"],
  totalReturn: ["part", "+", [], "E[m] / E[0] - 1"],
  grossReturn: ["part", "+", [], "totalReturn of the same decisions without costs"],
  cagr: ["part a year", "+", [], "(E[m] / E[0])^(1 / years) - 1; -1 if E[m] <= 0", "ffn, backtesting.py"],
  volatility: ["part a year", "-", [], "sd(r) sqrt(A)"],
  sharpe: ["ratio", "+", [], "mean(x) / sd(r) sqrt(A)", "Sharpe 1994"],
  sortino: ["ratio", "+", [], "mean(x) / sqrt(mean(min(x, 0)^2)) sqrt(A)", "Sortino and van der Meer 1991"],
  maxDrawdown: ["part", "-", [], "max(D), the earliest bar of equal ones"],
  maxDrawdownPeak: ["time", "", [], "time of the last bar at the maximum before the largest drawdown"],
  maxDrawdownTrough: ["time", "", [], "time of the first bar at which D is largest"],
  maxDrawdownRecovery: ["time", "", [], "time of the first later bar at or above that maximum"],
  calmar: ["ratio", "+", [], "cagr / maxDrawdown", "Young 1991"],
  exposure: ["part", "", [], "bars that close with a position / n"],
  turnover: ["a year", "-", [], "traded notional / mean(E) / years"],
  trades: ["count", "", [], "N: closed trades"],
  winRate: ["part", "+", [], "trades with profit > 0 / N"],
  profitFactor: ["ratio", "+", [], "sum of profits > 0 / abs(sum of profits < 0)"],
  averageWin: ["part", "+", [], "mean return of the trades with profit > 0"],
  averageLoss: ["part", "+", [], "mean return of the trades with profit < 0"],
  fees: ["money", "-", [], "sum of all fees"],
  buyAndHold: ["part", "", [], "close[m] / close[0] - 1"],
});

/** Metrics of the equity and of the returns from bar to bar. */
export const returnMetrics: MetricDefinitions<(typeof returnNames)[number]> = defineMetrics("returns", {
  finalEquity: ["money", "+", [], "E[m]"],
  peakEquity: ["money", "+", [], "max(E)"],
  netProfit: ["money", "+", [], "E[m] - E[0]"],
  costDrag: ["part", "-", [], "grossReturn - totalReturn"],
  downsideDeviation: [
    "part a year",
    "-",
    ["lowest", "shortfall"],
    "sqrt(mean(min(x, 0)^2)) sqrt(A)",
    "Sortino and van der Meer 1991",
  ],
  omega: ["ratio", "+", ["lowest", "shortfall"], "sum of max(x, 0) / sum of max(-x, 0)", "Keating and Shadwick 2002"],
  skewness: [
    "ratio",
    "+",
    ["lowest", "moments"],
    "m3 / m2^1.5, mj = mean((r - mean(r))^j)",
    "scipy, PerformanceAnalytics",
  ],
  kurtosis: [
    "ratio",
    "-",
    ["lowest", "moments"],
    "m4 / m2^2 - 3, mj = mean((r - mean(r))^j)",
    "scipy, PerformanceAnalytics",
  ],
  loSharpe: [
    "ratio",
    "+",
    ["lowest", "autocorrelations"],
    "SR A / sqrt(A + 2 sum over j = 1..J of (A - j) rho_j); null if the root's argument is <= 0",
    "Lo 2002; lags: Newey and West 1994",
  ],
  probabilisticSharpe: [
    "probability",
    "+",
    ["lowest", "moments"],
    "Phi((SR - S) sqrt(m - 1) / sqrt(V)); null if V <= 0",
    "Bailey and López de Prado 2012",
  ],
  minTrackRecordLength: [
    "bars",
    "-",
    ["lowest", "moments"],
    "1 + V (PhiInv(confidence) / (SR - S))^2; null if SR <= S",
    "Bailey and López de Prado 2012",
  ],
  stability: [
    "part",
    "+",
    ["lowest", "trend"],
    "R^2 of the least-squares line through y; null if m < 3 or sd(y) is 0",
    "empyrical",
  ],
  kRatio: [
    "ratio",
    "+",
    ["lowest", "trend"],
    "slope / se(slope) sqrt(A) / m of the line through y; null if m < 3 or SSE <= 1e-24 SST",
    "Kestner 2013",
  ],
});
