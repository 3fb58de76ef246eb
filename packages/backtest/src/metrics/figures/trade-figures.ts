import type { TradeCounter } from "../parts/trade-sums.ts";
import type { tradeNames } from "../table/metric-names.ts";
import type { FigureContext, Figures } from "./figure-context.ts";

type TradeName = (typeof tradeNames)[number];

/** The figures that need nothing but totals. */
function totalFigures({ totals, years }: FigureContext): Figures<"tradesPerYear" | "longExposure" | "shortExposure"> {
  const { trades, longExposure, shortExposure } = totals;
  return { tradesPerYear: trades.closed / years, longExposure, shortExposure };
}

/** The figures of closed trades; only those of the totals if nothing needs the others. */
export function tradeFigures(context: FigureContext, counter: TradeCounter | undefined): Partial<Figures<TradeName>> {
  if (counter === undefined) return totalFigures(context);
  const { sums, times } = counter;
  const { count, long, short } = sums;
  const scale = context.totals.moneyScale ?? 1;
  const winRate = sums.wins / count;
  const payoffRatio = sums.winReturnSum / sums.winReturns / Math.abs(sums.lossReturnSum / sums.lossReturns);
  const deviation = Math.sqrt(sums.profitSquares / (count - 1));
  const isConstant = deviation <= 1e-12 * sums.largestProfit;
  return {
    ...totalFigures(context),
    payoffRatio,
    averageProfit: count === 0 ? Number.NaN : sums.profitMean * scale,
    expectancy: sums.returnSum / sums.returns,
    bestTrade: sums.bestReturn,
    worstTrade: sums.worstReturn,
    kelly: winRate - (1 - winRate) / payoffRatio,
    sqn: isConstant ? Number.NaN : (Math.sqrt(count) * sums.profitMean) / deviation,
    longestWinningStreak: sums.longestWins,
    longestLosingStreak: sums.longestLosses,
    averageTradeBars: sums.barSum / count,
    medianTradeBars: times === undefined ? Number.NaN : times.bars.quantile(0.5),
    maxTradeBars: count === 0 ? Number.NaN : sums.mostBars,
    averageTradeDuration: sums.durationSum / count,
    medianTradeDuration: times === undefined ? Number.NaN : times.durations.quantile(0.5),
    maxTradeDuration: count === 0 ? Number.NaN : sums.longestDuration,
    longTrades: long.count,
    longProfit: long.profit * scale,
    longWinRate: long.wins / long.count,
    shortTrades: short.count,
    shortProfit: short.profit * scale,
    shortWinRate: short.wins / short.count,
    averageMae: sums.maeSum / count,
    worstMae: sums.worstMae,
    averageMfe: sums.mfeSum / count,
    bestMfe: sums.bestMfe,
  };
}
