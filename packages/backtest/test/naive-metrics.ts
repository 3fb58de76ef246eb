/** Figures of `docs/metrics.md`, written as it reads: whole arrays, plain loops, two passes. Times in ms. */

type Numbers = readonly number[];

const yearMs = 365.25 * 86_400_000;
const sum = (values: Numbers): number => values.reduce((total, value) => total + value, 0);
const mean = (values: Numbers): number => sum(values) / values.length;
const power = (values: Numbers, exponent: number): number => {
  const centre = mean(values);
  return sum(values.map((value) => (value - centre) ** exponent));
};
const variance = (values: Numbers): number => power(values, 2) / (values.length - 1);
/** A standard deviation of returns, 0 if it is only rounding. */
const sd = (values: Numbers): number => {
  const deviation = Math.sqrt(variance(values));
  return deviation <= 1e-14 ? 0 : deviation;
};
const covariance = (a: Numbers, b: Numbers): number => {
  const [centreA, centreB] = [mean(a), mean(b)];
  return sum(a.map((value, i) => (value - centreA) * ((b[i] as number) - centreB))) / (a.length - 1);
};
const returnsOf = (values: Numbers): number[] => values.slice(1).map((value, i) => value / (values[i] as number) - 1);
const quantile = (values: Numbers, p: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const h = (sorted.length - 1) * p;
  const i = Math.floor(h);
  const low = sorted[i] ?? Number.NaN;
  return h === i ? low : low + (h - i) * ((sorted[i + 1] as number) - low);
};
const positive = (value: number): number => Math.max(value, 0);

/** One curve, and the closes that it is compared with by time. */
export interface NaiveCurve {
  readonly times: Numbers;
  readonly equity: Numbers;
  readonly benchmark: ReadonlyMap<number, number>;
  readonly riskFreeRate: number;
}

/** Returns by period in UTC; the key is the start of an ISO time. */
function periodReturns({ times, equity }: NaiveCurve, keyLength: number): number[] {
  const keys = times.map((time) => new Date(time).toISOString().slice(0, keyLength));
  const returns: number[] = [];
  let base = equity[0] as number;
  keys.forEach((key, t) => {
    if (keys[t + 1] === key) return;
    if (t > 0 && base > 0) returns.push((equity[t] as number) / base - 1);
    base = equity[t] as number;
  });
  return returns;
}

function drawdownFigures(equity: Numbers, times: Numbers): Record<string, number> {
  const heights = equity.map((_, t) => Math.max(...equity.slice(0, t + 1)));
  const falls = equity.map((value, t) => 1 - value / (heights[t] as number));
  const isBelow = equity.map((value, t) => value < (heights[t] as number));
  const episodes: { bars: number; duration: number; depth: number }[] = [];
  for (let t = 1; t < equity.length; t++) {
    if (!isBelow[t] || isBelow[t - 1]) continue;
    const end = isBelow.findIndex((below, i) => i > t && !below);
    const last = end < 0 ? equity.length - 1 : end;
    const depth = Math.max(...falls.slice(t, end < 0 ? undefined : end));
    episodes.push({ bars: last - t + 1, duration: (times[last] as number) - (times[t - 1] as number), depth });
  }
  const most = (values: Numbers): number => (values.length === 0 ? Number.NaN : Math.max(...values));
  const bars = episodes.map((one) => one.bars);
  const durations = episodes.map((one) => one.duration);
  return {
    maxDrawdownMoney: Math.max(...equity.map((value, t) => (heights[t] as number) - value)),
    drawdownCount: episodes.length,
    averageDrawdown: mean(episodes.map(({ depth }) => depth)),
    averageDrawdownBars: mean(bars),
    longestDrawdownBars: most(bars),
    averageDrawdownDuration: mean(durations),
    longestDrawdownDuration: most(durations),
    timeUnderWater: isBelow.filter(Boolean).length / equity.length,
    ulcerIndex: Math.sqrt(mean(falls.map((fall) => fall ** 2))),
    painIndex: mean(falls),
  };
}

function benchmarkFigures({ times, equity, benchmark, riskFreeRate }: NaiveCurve): Record<string, number> {
  const last = times.map((time, t) => times[t + 1] !== time && benchmark.has(time));
  const common = times.filter((_, t) => last[t]);
  const own = equity.filter((_, t) => last[t]);
  const other = common.map((time) => benchmark.get(time) as number);
  const r = returnsOf(own);
  const b = returnsOf(other);
  const perYear = (common.length - 1) / (((common.at(-1) ?? 0) - (common[0] ?? 0)) / yearMs);
  const rate = riskFreeRate / perYear;
  const difference = r.map((value, i) => value - (b[i] as number));
  const beta = covariance(r, b) / sd(b) ** 2;
  const growth = (values: Numbers): number => Math.exp(mean(values.map((value) => Math.log(1 + value)))) - 1;
  const capture = (isChosen: (value: number) => boolean): number =>
    growth(r.filter((_, i) => isChosen(b[i] as number))) / growth(b.filter(isChosen));
  const total = (values: Numbers): number =>
    values.length < 2 ? Number.NaN : (values.at(-1) as number) / (values[0] as number) - 1;
  return {
    benchmarkBars: common.length,
    benchmarkReturn: total(other),
    excessReturn: total(own) - total(other),
    beta,
    alpha: (mean(r) - rate - beta * (mean(b) - rate)) * perYear,
    correlation: covariance(r, b) / (sd(r) * sd(b)),
    trackingError: sd(difference) * Math.sqrt(perYear),
    informationRatio: (mean(difference) / sd(difference)) * Math.sqrt(perYear),
    treynor: Math.abs(beta) <= 1e-12 ? Number.NaN : ((mean(r) - rate) * perYear) / beta,
    upCapture: capture((value) => value > 0),
    downCapture: capture((value) => value < 0),
  };
}

function trendFigures(equity: Numbers, perYear: number): Record<string, number> {
  const y = equity.slice(1).map((value) => Math.log(value / (equity[0] as number)));
  const t = y.map((_, i) => i + 1);
  const m = y.length;
  if (m < 3) return { stability: Number.NaN, kRatio: Number.NaN };
  const slope = covariance(t, y) / variance(t);
  const level = mean(y) - slope * mean(t);
  const rest = sum(y.map((value, i) => (value - level - slope * (i + 1)) ** 2));
  const error = Math.sqrt(rest / (m - 2) / power(t, 2));
  const all = power(y, 2);
  return {
    stability: 1 - rest / all,
    kRatio: rest <= 1e-24 * all ? Number.NaN : ((slope / error) * Math.sqrt(perYear)) / m,
  };
}

/** The figures of a curve whose equity is above 0, of two bars or more. */
export function naiveCurveFigures(curve: NaiveCurve): Record<string, number> {
  const { times, equity, riskFreeRate } = curve;
  const m = equity.length - 1;
  const years = ((times[m] as number) - (times[0] as number)) / yearMs;
  const perYear = m / years;
  const r = returnsOf(equity);
  const x = r.map((value) => value - riskFreeRate / perYear);
  const moment = (exponent: number): number => power(r, exponent) / m;
  const sharpe = mean(x) / sd(r);
  const lags = Math.min(Math.floor(4 * (m / 100) ** (2 / 9)), m - 1, Math.ceil(perYear) - 1);
  const centre = mean(x);
  const products = (apart: number): number =>
    sum(x.slice(apart).map((value, i) => (value - centre) * ((x[i] as number) - centre)));
  let factor = perYear;
  for (let j = 1; j <= lags; j++) factor += (2 * (perYear - j) * products(j)) / products(0);
  const days = periodReturns(curve, 10);
  const months = periodReturns(curve, 7);
  const daysPerYear = days.length / years;
  const excess = days.map((value) => value - riskFreeRate / daysPerYear);
  const tail = [...days].sort((a, b) => a - b).slice(0, Math.floor((days.length - 1) * 0.05) + 1);
  const tailRatio = Math.abs(quantile(days, 0.95)) / Math.abs(quantile(days, 0.05));
  return {
    downsideDeviation: Math.sqrt(mean(x.map((value) => Math.min(value, 0) ** 2))) * Math.sqrt(perYear),
    omega: sum(x.map(positive)) / sum(x.map((value) => positive(-value))),
    skewness: sd(r) === 0 ? Number.NaN : moment(3) / moment(2) ** 1.5,
    kurtosis: sd(r) === 0 ? Number.NaN : moment(4) / moment(2) ** 2 - 3,
    loSharpe: (sharpe * perYear) / Math.sqrt(factor),
    ...trendFigures(equity, perYear),
    ...drawdownFigures(equity, times),
    days: days.length,
    bestDay: Math.max(...days),
    worstMonth: Math.min(...months),
    positiveDays: days.filter((value) => value > 0).length / days.length,
    positiveMonths: months.filter((value) => value > 0).length / months.length,
    bestYear: Math.max(...periodReturns(curve, 4)),
    dailyVolatility: sd(days) * Math.sqrt(daysPerYear),
    dailySharpe: (mean(excess) / sd(days)) * Math.sqrt(daysPerYear),
    dailySortino:
      (mean(excess) / Math.sqrt(mean(excess.map((value) => Math.min(value, 0) ** 2)))) * Math.sqrt(daysPerYear),
    valueAtRisk: quantile(days, 0.05),
    conditionalValueAtRisk: mean(tail),
    tailRatio,
    commonSenseRatio: (tailRatio * sum(days.map(positive))) / sum(days.map((value) => positive(-value))),
    gainToPain: sum(months) / sum(months.map((value) => positive(-value))),
    ...benchmarkFigures(curve),
  };
}

/** A closed trade. */
export interface NaiveTrade {
  readonly profit: number;
  readonly gain: number;
  readonly bars: number;
  readonly duration: number;
  readonly direction: number;
  readonly mae: number;
  readonly mfe: number;
}

/** The figures of closed trades, one or more. */
export function naiveTradeFigures(trades: readonly NaiveTrade[]): Record<string, number> {
  const gains = trades.map(({ gain }) => gain).filter(Number.isFinite);
  const won = trades.filter(({ profit }) => profit > 0);
  const lost = trades.filter(({ profit }) => profit < 0);
  const meanGain = (some: readonly NaiveTrade[]): number => mean(some.map(({ gain }) => gain).filter(Number.isFinite));
  const payoffRatio = meanGain(won) / Math.abs(meanGain(lost));
  const winRate = won.length / trades.length;
  const profits = trades.map(({ profit }) => profit);
  const deviation = Math.sqrt(variance(profits));
  const streak = (isCounted: (profit: number) => boolean): number =>
    Math.max(
      ...trades.map((_, i) => {
        const end = profits.findIndex((profit, k) => k >= i && !isCounted(profit));
        return (end < 0 ? profits.length : end) - i;
      }),
    );
  const long = trades.filter(({ direction }) => direction > 0);
  return {
    payoffRatio,
    averageProfit: mean(profits),
    expectancy: mean(gains),
    bestTrade: Math.max(...gains),
    worstTrade: Math.min(...gains),
    kelly: winRate - (1 - winRate) / payoffRatio,
    sqn:
      deviation <= 1e-12 * Math.max(...profits.map(Math.abs))
        ? Number.NaN
        : (Math.sqrt(trades.length) * mean(profits)) / deviation,
    longestWinningStreak: streak((profit) => profit > 0),
    longestLosingStreak: streak((profit) => profit < 0),
    medianTradeBars: quantile(
      trades.map(({ bars }) => bars),
      0.5,
    ),
    maxTradeBars: Math.max(...trades.map(({ bars }) => bars)),
    averageTradeDuration: mean(trades.map(({ duration }) => duration)),
    medianTradeDuration: quantile(
      trades.map(({ duration }) => duration),
      0.5,
    ),
    longTrades: long.length,
    longProfit: sum(long.map(({ profit }) => profit)),
    longWinRate: long.filter(({ profit }) => profit > 0).length / long.length,
    shortTrades: trades.length - long.length,
    averageMae: mean(trades.map(({ mae }) => mae)),
    worstMae: Math.min(...trades.map(({ mae }) => mae)),
    bestMfe: Math.max(...trades.map(({ mfe }) => mfe)),
  };
}
