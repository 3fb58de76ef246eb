import { yearsBetween } from "../../base/calendar.ts";
import type { Capture } from "../parts/captures.ts";
import type { benchmarkNames } from "../table/metric-names.ts";
import { deviationOf, type FigureContext, type Figures, noneIf } from "./figure-context.ts";

/** The ends of the common times of equity and benchmark. */
export interface CommonBars {
  /** Number of common times. */
  readonly bars: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  readonly firstPair: readonly [equity: number, benchmark: number];
  readonly lastPair: readonly [equity: number, benchmark: number];
}

function captureOf({ count, logs, benchmarkLogs }: Capture | { count: 0; logs: 0; benchmarkLogs: 0 }): number {
  return Math.expm1(logs / count) / Math.expm1(benchmarkLogs / count);
}

const noCapture = { count: 0, logs: 0, benchmarkLogs: 0 } as const;

type Relation = Figures<
  "alpha" | "beta" | "correlation" | "rSquared" | "trackingError" | "informationRatio" | "treynor"
>;

function relationOf({ parts, riskFreeRate }: FigureContext, perYear: number): Relation | undefined {
  if (parts.pairs === undefined) return undefined;
  const { count, mean, benchmarkMean, squares, benchmarkSquares, differenceSquares, products } = parts.pairs;
  const rate = riskFreeRate === 0 ? 0 : riskFreeRate / perYear;
  const own = deviationOf(squares, count);
  const other = deviationOf(benchmarkSquares, count);
  const difference = deviationOf(differenceSquares, count);
  // A sum of squares divided by 0 returns less 1 is not a variance.
  const covariance = count < 2 ? Number.NaN : products / (count - 1);
  const beta = covariance / (other * other);
  const correlation = covariance / (own * other);
  return {
    beta,
    alpha: (mean - rate - beta * (benchmarkMean - rate)) * perYear,
    correlation,
    rSquared: correlation * correlation,
    trackingError: difference * Math.sqrt(perYear),
    informationRatio: ((mean - benchmarkMean) / difference) * Math.sqrt(perYear),
    treynor: Math.abs(beta) <= 1e-12 ? Number.NaN : ((mean - rate) * perYear) / beta,
  };
}

/** The figures against a benchmark; those that nothing needs are left out. */
export function benchmarkFigures(
  context: FigureContext,
  { bars, firstTime, lastTime, firstPair, lastPair }: CommonBars,
): Partial<Figures<(typeof benchmarkNames)[number]>> {
  const { options, parts, isLost } = context;
  const years = yearsBetween(firstTime, lastTime, options.timeUnit);
  const perYear = options.barsPerYear ?? (years === 0 ? Number.NaN : (bars - 1) / years);
  const isSingle = bars < 2;
  const benchmarkReturn = isSingle ? Number.NaN : lastPair[1] / firstPair[1] - 1;
  const relation = relationOf(context, perYear);
  return {
    benchmarkBars: bars,
    benchmarkReturn,
    excessReturn: lastPair[0] / firstPair[0] - 1 - benchmarkReturn,
    ...(relation === undefined ? {} : noneIf(isLost, relation)),
    ...noneIf(isLost, {
      upCapture: captureOf(parts.captures?.up ?? noCapture),
      downCapture: captureOf(parts.captures?.down ?? noCapture),
    }),
  };
}
