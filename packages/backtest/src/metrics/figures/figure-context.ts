import type { Metrics } from "../../statistics/metrics.ts";
import type { MetricOptions, MetricTotals } from "../metric-options.ts";
import type { BarParts } from "../metric-parts.ts";
import type { SecondPass } from "../second-pass.ts";

/** What the figures are computed from. */
export interface FigureContext {
  readonly options: MetricOptions;
  readonly totals: MetricTotals;
  /** The metrics of the first version. */
  readonly first: Metrics;
  readonly parts: BarParts;
  readonly second: SecondPass | undefined;
  /** Years from the first bar to the last. */
  readonly years: number;
  /** Number of returns. */
  readonly returns: number;
  /** Bars per year; NaN if the bars have no span. */
  readonly barsPerYear: number;
  /** Yearly rate without risk. */
  readonly riskFreeRate: number;
  /** The rate without risk per bar. */
  readonly rate: number;
  /** Whether statistics of returns are null: the equity was at 0 or below, or there is no return. */
  readonly isLost: boolean;
}

/** A figure of each name; NaN or infinite if it is undefined. */
export type Figures<Name extends string> = Readonly<Record<Name, number>>;

/** A standard deviation of returns; 0 if it is only what rounding leaves of constant returns. */
export function deviationOf(squares: number, count: number): number {
  const deviation = Math.sqrt(squares / (count - 1));
  return deviation <= 1e-14 ? 0 : deviation;
}

/** All figures as NaN if a condition holds. */
export function noneIf<Name extends string>(isNone: boolean, figures: Figures<Name>): Figures<Name> {
  if (!isNone) return figures;
  return Object.fromEntries(Object.keys(figures).map((name) => [name, Number.NaN])) as Figures<Name>;
}
