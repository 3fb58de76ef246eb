/** Names of the metrics of an account's equity and totals. */
export const accountNames = [
  "bars",
  "start",
  "end",
  "totalReturn",
  "grossReturn",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "maxDrawdown",
  "maxDrawdownPeak",
  "maxDrawdownTrough",
  "maxDrawdownRecovery",
  "calmar",
  "exposure",
  "turnover",
  "trades",
  "winRate",
  "profitFactor",
  "averageWin",
  "averageLoss",
  "fees",
  "buyAndHold",
] as const;

/** Names of the metrics of the equity and of the returns from bar to bar. */
export const returnNames = [
  "finalEquity",
  "peakEquity",
  "netProfit",
  "costDrag",
  "downsideDeviation",
  "omega",
  "skewness",
  "kurtosis",
  "loSharpe",
  "probabilisticSharpe",
  "minTrackRecordLength",
  "stability",
  "kRatio",
] as const;

/** Names of the metrics of drawdowns. */
export const drawdownNames = [
  "maxDrawdownMoney",
  "recoveryFactor",
  "drawdownCount",
  "averageDrawdown",
  "averageDrawdownBars",
  "longestDrawdownBars",
  "averageDrawdownDuration",
  "longestDrawdownDuration",
  "timeUnderWater",
  "ulcerIndex",
  "painIndex",
  "ulcerPerformanceIndex",
  "painRatio",
] as const;

/** Names of the metrics of days, months and years. */
export const calendarNames = [
  "bestDay",
  "worstDay",
  "positiveDays",
  "bestMonth",
  "worstMonth",
  "positiveMonths",
  "bestYear",
  "worstYear",
  "positiveYears",
  "days",
  "dailyVolatility",
  "dailySharpe",
  "dailySortino",
  "valueAtRisk",
  "conditionalValueAtRisk",
  "tailRatio",
  "commonSenseRatio",
  "gainToPain",
] as const;

/** Names of the metrics of closed trades. */
export const tradeNames = [
  "tradesPerYear",
  "payoffRatio",
  "averageProfit",
  "expectancy",
  "bestTrade",
  "worstTrade",
  "kelly",
  "sqn",
  "longestWinningStreak",
  "longestLosingStreak",
  "averageTradeBars",
  "medianTradeBars",
  "maxTradeBars",
  "averageTradeDuration",
  "medianTradeDuration",
  "maxTradeDuration",
  "longTrades",
  "longProfit",
  "longWinRate",
  "longExposure",
  "shortTrades",
  "shortProfit",
  "shortWinRate",
  "shortExposure",
  "averageMae",
  "worstMae",
  "averageMfe",
  "bestMfe",
] as const;

/** Names of the metrics that compare with a benchmark. */
export const benchmarkNames = [
  "benchmarkReturn",
  "excessReturn",
  "alpha",
  "beta",
  "correlation",
  "rSquared",
  "trackingError",
  "informationRatio",
  "treynor",
  "upCapture",
  "downCapture",
  "benchmarkBars",
] as const;

/** Names of the metrics that compare fills with the volume of their bars. */
export const volumeNames = ["volumeShareP95", "volumeShareMax", "capacity"] as const;

/** A metric whose value is the time of a bar. */
export type TimeMetricName = "start" | "end" | "maxDrawdownPeak" | "maxDrawdownTrough" | "maxDrawdownRecovery";

/** Every metric by name. */
export type MetricName =
  | (typeof accountNames)[number]
  | (typeof returnNames)[number]
  | (typeof drawdownNames)[number]
  | (typeof calendarNames)[number]
  | (typeof tradeNames)[number]
  | (typeof benchmarkNames)[number]
  | (typeof volumeNames)[number];

/** Every metric's name, in the order of JSON. */
export const metricNames: readonly MetricName[] = [
  ...accountNames,
  ...returnNames,
  ...drawdownNames,
  ...calendarNames,
  ...tradeNames,
  ...benchmarkNames,
  ...volumeNames,
];
