import type { Parameter, ParameterTable } from "./parameter.ts";

/** The options of the metrics; `docs/metrics.md` defines each member. */
export interface StatisticsConfig {
  /** Yearly rate without risk for the Sharpe and Sortino ratios, above -1: 0.02 is 2 %. */
  readonly riskFreeRate: number;
  /** Bars per year by which metrics are annualised, above 0. Absent for the data's own; written `none` in a file. */
  readonly barsPerYear?: number | undefined;
  /** Days per year for the metrics of daily returns, above 0. Absent for the data's own; written `none` in a file. */
  readonly daysPerYear?: number | undefined;
  /** The part of the daily returns that value at risk, its mean and the tail ratio look at, above 0 and below 1. */
  readonly tail: number;
  /** The confidence of the least length of a track record, above 0 and below 1. */
  readonly confidence: number;
  /** The yearly Sharpe ratio that the probabilistic Sharpe ratio must exceed. */
  readonly sharpeThreshold: number;
  /** Lags of Lo's Sharpe ratio, 0 or more. Absent for a number that follows the bars; written `none` in a file. */
  readonly autocorrelationLags?: number | undefined;
  /** Bars in a rolling window, 2 or more. Absent for half a year or a quarter of the data; written `none` in a file. */
  readonly rollingWindow?: number | undefined;
  /** The symbol to compare with. Absent for each symbol's own closes; written `none` in a file. */
  readonly benchmark?: string | undefined;
}

function perYear(description: string, ...pythonNames: string[]): Parameter<number | undefined> {
  return { kind: "number", above: 0, acceptsNone: true, default: undefined, description, pythonNames };
}

/** Every option of the metrics, in the order in which they are documented. */
export const statisticsParameters: ParameterTable<StatisticsConfig> = {
  riskFreeRate: {
    kind: "number",
    above: -1,
    default: 0,
    description: "Yearly rate for Sharpe and Sortino, 0.02 for 2 %",
    pythonNames: ["risk_free_rate"],
  },
  barsPerYear: perYear("Bars per year to annualise metrics by, none for the data's own", "bars_per_year"),
  daysPerYear: perYear("Days per year of the metrics of daily returns, none for the data's own", "days_per_year"),
  tail: {
    kind: "number",
    above: 0,
    below: 1,
    default: 0.05,
    description: "The part of the daily returns that value at risk looks at",
    pythonNames: [],
  },
  confidence: {
    kind: "number",
    above: 0,
    below: 1,
    default: 0.95,
    description: "The confidence of the least length of a track record",
    pythonNames: [],
  },
  sharpeThreshold: {
    kind: "number",
    default: 0,
    description: "The yearly Sharpe ratio that the probabilistic Sharpe ratio must exceed",
    pythonNames: ["sharpe_threshold"],
  },
  autocorrelationLags: {
    kind: "integer",
    minimum: 0,
    acceptsNone: true,
    default: undefined,
    description: "Lags of Lo's Sharpe ratio, none for a number by the bars",
    pythonNames: ["autocorrelation_lags"],
  },
  rollingWindow: {
    kind: "integer",
    minimum: 2,
    acceptsNone: true,
    default: undefined,
    description: "Bars in a rolling window, none for half a year or a quarter of the data",
    pythonNames: ["rolling_window"],
  },
  benchmark: {
    kind: "text",
    acceptsNone: true,
    default: undefined,
    description: "The symbol to compare with, none for each symbol's own closes",
    allowed: "a symbol of the data, or none",
    pythonNames: [],
  },
};
