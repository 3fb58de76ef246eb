import type { MetricName } from "@atc/backtest";
import type { BacktestConfig } from "@atc/contract";
import type { Axis, AxisValue, Candidate } from "@atc/sweep";
import { type ConfigurationSample, configurationSample } from "./configuration-sample.ts";
import { numberStore } from "./number-store.ts";

/** The most configurations whose returns are read. */
export const mostSampled = 2000;

/** What the statistics of a sweep need of every evaluation: 16 to 32 bytes each. */
export interface SweepRecord {
  /** The configurations that ran over all bars without a fault. */
  readonly sample: ConfigurationSample;
  /**
   * Adds an evaluation.
   *
   * @param portfolio - the metrics of the portfolio; undefined if it failed
   */
  add(candidate: Candidate, portfolio: Float64Array | undefined, score: number | undefined): void;
  /**
   * The Sharpe ratio per bar of each configuration that ran over all bars; NaN for one without. Undefined if the
   * metrics do not say.
   *
   * @param barsPerYear - that of configurations that do not name their own
   */
  sharpes(barsPerYear: number): Float64Array | undefined;
  /** Calls back for each configuration that ran over all bars, with its objective; NaN for one without a place. */
  eachScore(visit: (number: number, score: number) => void): void;
}

/** What a record is about. */
export interface SweepRecordOptions {
  readonly axes: readonly Axis[];
  /** The keys of all configurations, as far as no axis varies them. */
  readonly base: Pick<BacktestConfig, "riskFreeRate" | "barsPerYear">;
  /** The metrics of the evaluations, in order. */
  readonly metrics: readonly MetricName[];
  readonly seed: number;
  /** The number of a configuration on its grid; undefined if its axes are not finite. */
  readonly numberOf: ((values: readonly AxisValue[]) => number) | undefined;
}

/** Returns that are equal leave rounding. A year's volatility at or below this is 0. */
const flatVolatility = 1e-12;

/** Reads a key of a configuration. */
function keyReader(axes: readonly Axis[], name: string, base: number | undefined) {
  const place = axes.findIndex(({ keys }) => keys.includes(name));
  if (place < 0) return () => base;
  return (values: readonly AxisValue[]): number | undefined => {
    const value = values[place];
    return typeof value === "number" ? value : undefined;
  };
}

/**
 * Reads the yearly Sharpe ratio without a risk-free rate from the metrics of a portfolio: mean / deviation, as the
 * statistics of a sweep have it; 0 if the returns do not vary. Undefined if the metrics do not say.
 */
function ratioReader(
  metrics: readonly MetricName[],
  isWithoutRate: boolean,
): ((portfolio: Float64Array, riskFreeRate: number) => number) | undefined {
  const [sharpe, volatility, growth] = (["sharpe", "volatility", "totalReturn"] as const).map((name) =>
    metrics.indexOf(name),
  ) as [number, number, number];
  if (sharpe >= 0 && volatility >= 0)
    return (portfolio, rate) => {
      const deviation = portfolio[volatility] as number;
      if (deviation <= flatVolatility) return 0;
      return (portfolio[sharpe] as number) + (rate === 0 ? 0 : rate / deviation);
    };
  if (sharpe < 0 || growth < 0 || !isWithoutRate) return undefined;
  // Returns that do not vary have no Sharpe ratio, and those of an account that is never in the market are all 0.
  return (portfolio) =>
    portfolio[growth] === 0 && Number.isNaN(portfolio[sharpe]) ? 0 : (portfolio[sharpe] as number);
}

/** Creates an empty record. */
export function sweepRecord({ axes, base, metrics, seed, numberOf }: SweepRecordOptions): SweepRecord {
  const sample = configurationSample(mostSampled, seed);
  const ratios = numberStore();
  const scores = numberStore();
  const numbers = numberStore();
  const scales = numberStore();
  const rateOf = keyReader(axes, "riskFreeRate", base.riskFreeRate);
  const scaleOf = keyReader(axes, "barsPerYear", base.barsPerYear);
  const isWithoutRate = base.riskFreeRate === 0 && !axes.some(({ keys }) => keys.includes("riskFreeRate"));
  const ratioOf = ratioReader(metrics, isWithoutRate);
  return {
    sample,
    add(candidate, portfolio, score) {
      const { index, values, span } = candidate;
      if (span < 1 || portfolio === undefined) return;
      sample.add(candidate);
      if (ratioOf !== undefined) {
        ratios.set(index, ratioOf(portfolio, rateOf(values) ?? 0));
        const scale = scaleOf(values);
        if (scale !== undefined) scales.set(index, scale);
      }
      if (numberOf === undefined) return;
      scores.set(index, score ?? Number.NaN);
      numbers.set(index, numberOf(values));
    },
    sharpes(barsPerYear) {
      if (ratioOf === undefined) return undefined;
      return Float64Array.from({ length: ratios.length }, (_, index) => {
        const scale = scales.get(index);
        return ratios.get(index) / Math.sqrt(Number.isNaN(scale) ? barsPerYear : scale);
      });
    },
    eachScore(visit) {
      for (let index = 0; index < numbers.length; index++) {
        const number = numbers.get(index);
        if (!Number.isNaN(number)) visit(number, scores.get(index));
      }
    },
  };
}
