import { defineMetrics, type MetricDefinitions } from "./metric-definition.ts";
import type { benchmarkNames, volumeNames } from "./metric-names.ts";

/** Metrics against a benchmark: the account's own closes, or those of a named symbol. */
export const benchmarkMetrics: MetricDefinitions<(typeof benchmarkNames)[number]> = defineMetrics("benchmark", {
  benchmarkReturn: ["part", "", ["benchmark"], "b at the last common time / b at the first - 1"],
  excessReturn: ["part", "+", ["benchmark"], "e at the last common time / e at the first - 1 - benchmarkReturn"],
  alpha: [
    "part a year",
    "+",
    ["lowest", "benchmark"],
    "(mean(r') - z - beta (mean(b') - z)) A'",
    "Jensen 1968; quantstats",
  ],
  beta: ["ratio", "", ["lowest", "benchmark"], "cov(r', b') / var(b')", "Sharpe 1964"],
  correlation: ["ratio", "", ["lowest", "benchmark"], "cov(r', b') / (sd(r') sd(b'))", "Pearson"],
  rSquared: ["ratio", "", ["lowest", "benchmark"], "correlation^2"],
  trackingError: ["part a year", "-", ["lowest", "benchmark"], "sd(r' - b') sqrt(A')", "Goodwin 1998"],
  informationRatio: ["ratio", "+", ["lowest", "benchmark"], "mean(r' - b') / sd(r' - b') sqrt(A')", "Goodwin 1998"],
  treynor: [
    "part a year",
    "+",
    ["lowest", "benchmark"],
    "(mean(r') - z) A' / beta; null if abs(beta) <= 1e-12",
    "Treynor 1965",
  ],
  upCapture: [
    "ratio",
    "+",
    ["lowest", "captures"],
    "g(r') / g(b') over the bars with b' > 0; g(v) = exp(mean(ln(1 + v))) - 1",
    "Morningstar; empyrical (yearly)",
  ],
  downCapture: [
    "ratio",
    "-",
    ["lowest", "captures"],
    "g(r') / g(b') over the bars with b' < 0; g(v) = exp(mean(ln(1 + v))) - 1",
    "Morningstar; empyrical (yearly)",
  ],
  benchmarkBars: ["count", "", ["benchmark"], "number of common times"],
});

/** Metrics that show whether the fills could have been traded. */
export const volumeMetrics: MetricDefinitions<(typeof volumeNames)[number]> = defineMetrics("volume", {
  volumeShareP95: ["part", "-", ["volume"], "quantile(u, 0.95), u = abs(quantity of a fill) / volume of its bar"],
  volumeShareMax: ["part", "-", ["volume"], "max(u)"],
  capacity: [
    "money",
    "+",
    ["volume"],
    "initialCapital * 0.05 / volumeShareP95; null unless sizes are proportional to the equity",
  ],
});
