/** Unit of a metric. `part` is a part of 1: 0.02 is 2 %. Times are ISO 8601; `ms` is a duration. */
export type MetricUnit =
  | "part"
  | "part a year"
  | "ratio"
  | "count"
  | "bars"
  | "a year"
  | "ms"
  | "money"
  | "probability"
  | "time";

/** The group in which a metric is listed. */
export type MetricGroup = "account" | "returns" | "drawdowns" | "calendar" | "trades" | "benchmark" | "volume";

/**
 * What is computed for a metric, besides the totals that every account keeps. Each part exists only if a wanted metric
 * needs it.
 *
 * - `lowest`: whether the equity was ever at 0 or below. One comparison per bar.
 * - `shortfall`: the returns above and below the risk-free rate. Without a rate, one pass; with one, the equity is read
 *   again, because the rate per bar is known only after the last bar.
 * - `moments`: central moments of the returns. Constant memory.
 * - `trend`: the least-squares line through the logarithm of the equity. Constant memory.
 * - `autocorrelations`: of the returns. The equity is read again.
 * - `drawdowns`: every drawdown and the time under water. Constant memory.
 * - `days`: the return of every day is kept: 8 bytes per day.
 * - `months`: the return of every month is kept.
 * - `years`: the return of every year is kept.
 * - `trades`: sums over closed trades. Constant memory.
 * - `tradeTimes`: the distinct numbers of bars and durations of closed trades are counted.
 * - `benchmark`: moments of pairs of returns. Constant memory.
 * - `captures`: growth in the bars in which the benchmark rises, and falls. Constant memory.
 * - `volume`: the share of volume of every fill is kept: 8 bytes per fill.
 */
export type MetricPart =
  | "lowest"
  | "shortfall"
  | "moments"
  | "trend"
  | "autocorrelations"
  | "drawdowns"
  | "days"
  | "months"
  | "years"
  | "trades"
  | "tradeTimes"
  | "benchmark"
  | "captures"
  | "volume";

/** Every part in words: what it is, and the memory it takes if that grows. */
export const partTexts: Readonly<Record<MetricPart, string>> = {
  lowest: "whether the equity was ever 0 or below: then, and with a single bar, it is null",
  shortfall: "returns above and below the risk-free rate; with a rate, the equity is read twice",
  moments: "moments of the returns",
  trend: "the least-squares line through the logarithm of the equity",
  autocorrelations: "autocorrelations of the returns; the equity is read twice",
  drawdowns: "every drawdown",
  days: "the return of every UTC day, 8 bytes of memory each",
  months: "the return of every UTC month",
  years: "the return of every UTC year",
  trades: "sums over closed trades",
  tradeTimes: "how often closed trades have each number of bars and each duration; memory for the distinct ones",
  benchmark: "pairs of returns of account and benchmark",
  captures: "growth while the benchmark rises, and while it falls",
  volume: "the share of volume of every fill, 8 bytes of memory each",
};

/** What a metric is and what it takes. */
export interface MetricDefinition {
  /** The formula in plain text, with the symbols of `docs/metrics.md`. */
  readonly formula: string;
  /** The unit of its value. */
  readonly unit: MetricUnit;
  /** `+` if more is better, `-` if less is better, an empty text if neither is. */
  readonly better: "+" | "-" | "";
  /** Author and year of the definition, or a library that computes it so. Empty for plain facts. */
  readonly source: string;
  /** What it is about. */
  readonly group: MetricGroup;
  /** What is computed for it; empty if the totals of the account are enough. */
  readonly needs: readonly MetricPart[];
}

/** The definitions of some metrics by name. */
export type MetricDefinitions<Name extends string> = Readonly<Record<Name, MetricDefinition>>;

/** Members of a definition without its group: unit, better, parts, formula, source. */
export type DefinitionRow = readonly [
  unit: MetricUnit,
  better: "+" | "-" | "",
  needs: readonly MetricPart[],
  formula: string,
  source?: string,
];

/** Definitions of one group from rows. */
export function defineMetrics<Name extends string>(
  group: MetricGroup,
  rows: Readonly<Record<Name, DefinitionRow>>,
): MetricDefinitions<Name> {
  const entries = Object.entries<DefinitionRow>(rows).map(([name, [unit, better, needs, formula, source = ""]]) => [
    name,
    { formula, unit, better, source, group, needs },
  ]);
  return Object.freeze(Object.fromEntries(entries)) as MetricDefinitions<Name>;
}
