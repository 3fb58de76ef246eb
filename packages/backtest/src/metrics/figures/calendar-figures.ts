import type { NumberList } from "../number-list.ts";
import { quantileOf } from "../quantile.ts";
import type { calendarNames } from "../table/metric-names.ts";
import { deviationOf, type FigureContext, type Figures, noneIf } from "./figure-context.ts";

interface Range {
  readonly best: number;
  readonly worst: number;
  readonly positive: number;
  /** Sum of the returns, of those above 0, and of those below 0 as a positive number. */
  readonly sum: number;
  readonly gains: number;
  readonly losses: number;
}

function rangeOf(returns: Float64Array): Range {
  let best = Number.NEGATIVE_INFINITY;
  let worst = Number.POSITIVE_INFINITY;
  let positive = 0;
  let sum = 0;
  let gains = 0;
  let losses = 0;
  for (let i = 0; i < returns.length; i++) {
    const value = returns[i];
    if (value > best) best = value;
    if (value < worst) worst = value;
    sum += value;
    positive += Number(value > 0);
    gains += 0.5 * (Math.abs(value) + value);
    losses += 0.5 * (Math.abs(value) - value);
  }
  return { best, worst, positive: positive / returns.length, sum, gains, losses };
}

interface DayRatios {
  readonly dailyVolatility: number;
  readonly dailySharpe: number;
  readonly dailySortino: number;
}

function dayRatios(days: Float64Array, sum: number, { options, years, riskFreeRate }: FigureContext): DayRatios {
  const count = days.length;
  const perYear = options.daysPerYear ?? (years === 0 ? Number.NaN : count / years);
  const rate = riskFreeRate === 0 ? 0 : riskFreeRate / perYear;
  const mean = sum / count;
  let squares = 0;
  let shortfall = 0;
  for (let i = 0; i < count; i++) {
    const value = days[i];
    squares += (value - mean) * (value - mean);
    const loss = 0.5 * (Math.abs(value - rate) - (value - rate));
    shortfall += loss * loss;
  }
  const deviation = deviationOf(squares, count);
  const yearly = Math.sqrt(perYear);
  return {
    dailyVolatility: deviation * yearly,
    dailySharpe: ((mean - rate) / deviation) * yearly,
    dailySortino: ((mean - rate) / Math.sqrt(shortfall / count)) * yearly,
  };
}

interface DayTails {
  readonly valueAtRisk: number;
  readonly conditionalValueAtRisk: number;
  readonly tailRatio: number;
}

/** Reorders `days`. */
function dayTails(days: Float64Array, tail: number): DayTails {
  const valueAtRisk = quantileOf(days, tail);
  const worst = Math.floor((days.length - 1) * tail) + 1;
  let sum = 0;
  // The quantile has put the smallest returns first.
  for (let i = 0; i < worst; i++) sum += days[i];
  return {
    valueAtRisk,
    conditionalValueAtRisk: sum / worst,
    tailRatio: Math.abs(quantileOf(days, 1 - tail)) / Math.abs(valueAtRisk),
  };
}

function returnsOf(list: NumberList | undefined): Float64Array {
  return list?.toArray() ?? new Float64Array(0);
}

/** The figures of days, months and years. A kind of period that nothing needs has no returns. */
export function calendarFigures(context: FigureContext): Figures<(typeof calendarNames)[number]> {
  const { parts, options, isLost } = context;
  const days = returnsOf(parts.days);
  const count = days.length;
  const day = rangeOf(days);
  const month = rangeOf(returnsOf(parts.months));
  const year = rangeOf(returnsOf(parts.years));
  const ratios = dayRatios(days, day.sum, context);
  const tails = dayTails(days, options.tail ?? 0.05);
  return {
    days: count,
    ...noneIf(isLost, {
      bestDay: day.best,
      worstDay: day.worst,
      positiveDays: day.positive,
      bestMonth: month.best,
      worstMonth: month.worst,
      positiveMonths: month.positive,
      bestYear: year.best,
      worstYear: year.worst,
      positiveYears: year.positive,
      ...ratios,
      ...tails,
      commonSenseRatio: (tails.tailRatio * day.gains) / day.losses,
      gainToPain: month.sum / month.losses,
    }),
  };
}
