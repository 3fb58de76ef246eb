import { normalCdf, normalInverse } from "../normal.ts";
import type { LogTrend } from "../parts/log-trend.ts";
import type { returnNames } from "../table/metric-names.ts";
import { deviationOf, type FigureContext, type Figures, noneIf } from "./figure-context.ts";

/** Lags of the autocorrelations, without those beyond the returns or a year. */
export function lagsOf(lags: number | undefined, returns: number, barsPerYear: number): number {
  const wanted = lags ?? Math.floor(4 * (returns / 100) ** (2 / 9));
  const most = Math.min(wanted, returns - 1, Math.ceil(barsPerYear) - 1);
  return Number.isNaN(most) ? 0 : Math.max(most, 0);
}

/** Lo's Sharpe ratio (2002) from the Sharpe ratio per bar. */
function loSharpe({ second, barsPerYear, totals }: FigureContext, sharpePerBar: number): number {
  if (second === undefined) return Number.NaN;
  const { squares } = totals.statistics;
  let sum = 0;
  for (const [i, products] of second.autocovariances.entries()) sum += ((barsPerYear - i - 1) * products) / squares;
  return (sharpePerBar * barsPerYear) / Math.sqrt(barsPerYear + 2 * sum);
}

interface Shape {
  readonly skewness: number;
  readonly kurtosis: number;
}

function shapeOf({ parts: { moments }, totals: { statistics }, returns }: FigureContext): Shape {
  if (moments === undefined || deviationOf(statistics.squares, returns) === 0)
    return { skewness: Number.NaN, kurtosis: Number.NaN };
  const { count, squares, cubes, fourths } = moments;
  const variance = squares / count;
  return { skewness: cubes / count / variance ** 1.5, kurtosis: fourths / count / variance ** 2 - 3 };
}

function trendFigures(
  trend: LogTrend | undefined,
  returns: number,
  barsPerYear: number,
): { readonly stability: number; readonly kRatio: number } {
  if (trend === undefined || returns < 3) return { stability: Number.NaN, kRatio: Number.NaN };
  const { slope, barSquares, residuals } = trend;
  const explained = slope * slope * barSquares;
  const all = explained + residuals;
  const error = Math.sqrt(residuals / (returns - 2) / barSquares);
  return {
    stability: explained / all,
    kRatio: residuals <= 1e-24 * all ? Number.NaN : ((slope / error) * Math.sqrt(barsPerYear)) / returns,
  };
}

/** The figures of the equity and of the returns from bar to bar. */
export function returnFigures(context: FigureContext): Figures<(typeof returnNames)[number]> {
  const { totals, options, parts, second, returns, barsPerYear, rate, isLost } = context;
  const { statistics } = totals;
  const gains = parts.gains ?? second?.gains;
  const deviation = deviationOf(statistics.squares, returns);
  const sharpe = deviation === 0 ? Number.NaN : (statistics.mean - rate) / deviation;
  const { skewness, kurtosis } = shapeOf(context);
  const threshold = (options.sharpeThreshold ?? 0) / Math.sqrt(barsPerYear);
  const variance = 1 - skewness * sharpe + ((kurtosis + 2) / 4) * sharpe * sharpe;
  const above = sharpe - threshold;
  return {
    finalEquity: statistics.last,
    peakEquity: statistics.maximum,
    netProfit: statistics.last - statistics.first,
    costDrag: totals.grossReturn - (statistics.last / statistics.first - 1),
    ...noneIf(isLost, {
      downsideDeviation: gains === undefined ? Number.NaN : Math.sqrt(gains.squares / returns) * Math.sqrt(barsPerYear),
      omega: gains === undefined ? Number.NaN : gains.above / gains.below,
      skewness,
      kurtosis,
      loSharpe: loSharpe(context, sharpe),
      probabilisticSharpe:
        variance > 0 ? normalCdf((above * Math.sqrt(returns - 1)) / Math.sqrt(variance)) : Number.NaN,
      minTrackRecordLength:
        above > 0 ? 1 + variance * (normalInverse(options.confidence ?? 0.95) / above) ** 2 : Number.NaN,
      ...trendFigures(parts.trend, returns, barsPerYear),
    }),
  };
}
