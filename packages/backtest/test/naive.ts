import type { BacktestConfig } from "@atc/contract";

/** Bars as plain arrays; times in ms. */
export interface PlainBars {
  readonly times: readonly number[];
  readonly fill: readonly number[];
  readonly close: readonly number[];
  readonly directions: readonly number[];
}

const yearMs = 365.25 * 86_400_000;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const plain = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Equities of `docs/backtest-spec.md`, written as it reads. */
export function naiveEquity(
  bars: PlainBars,
  config: BacktestConfig,
): { equity: number[]; traded: number; fees: number } {
  const [low, high] = { both: [-1, 1], long: [0, 1], short: [-1, 0] }[config.side] as [number, number];
  let cash = config.initialCapital;
  let units = 0;
  let held = 0;
  let lost = false;
  let traded = 0;
  let fees = 0;
  const equity = bars.close.map((close, t) => {
    const wanted = t === 0 ? 0 : Math.min(high, Math.max(low, bars.directions[t - 1] as number));
    if (wanted !== held) {
      const reference = bars.fill[t] as number;
      const before = cash + units * reference;
      lost ||= before <= 0;
      const target = lost ? 0 : (wanted * before) / reference;
      const price = reference * (1 + (Math.sign(target - units) * config.slippageBps) / 10_000);
      const fee = (Math.abs(target - units) * price * config.feeBps) / 10_000;
      cash += -(target - units) * price - fee;
      traded += Math.abs(target - units) * price;
      fees += fee;
      units = target;
      held = wanted;
    }
    return cash + units * close;
  });
  return { equity, traded, fees };
}

/** The figures of an equity curve, two passes and plain sums. */
export function naiveMetrics(
  equity: readonly number[],
  times: readonly number[],
  riskFreeRate: number,
): Record<string, number | string | null> {
  const bars = equity.length;
  const last = bars - 1;
  const years = ((times[last] as number) - (times[0] as number)) / yearMs;
  const perYear = last / years;
  const returns = equity.slice(1).map((value, t) => value / (equity[t] as number) - 1);
  const excess = returns.map((value) => value - riskFreeRate / perYear);
  const average = mean(returns);
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - average) ** 2, 0) / (returns.length - 1));
  const downside = Math.sqrt(mean(excess.map((value) => Math.min(value, 0) ** 2)));
  const falls = equity.map((value, t) => 1 - value / Math.max(...equity.slice(0, t + 1)));
  const worst = Math.max(...falls);
  const trough = falls.indexOf(worst);
  const height = Math.max(...equity.slice(0, trough + 1));
  const recovery = equity.findIndex((value, t) => t > trough && value >= height);
  const iso = (t: number): string | null => (worst === 0 || t < 0 ? null : new Date(times[t] as number).toISOString());
  const growth = (equity[last] as number) / (equity[0] as number);
  return {
    bars,
    totalReturn: plain(growth - 1),
    cagr: growth <= 0 ? -1 : years === 0 ? null : plain(growth ** (1 / years) - 1),
    volatility: plain(deviation * Math.sqrt(perYear)),
    sharpe: plain((mean(excess) / deviation) * Math.sqrt(perYear)),
    sortino: plain((mean(excess) / downside) * Math.sqrt(perYear)),
    maxDrawdown: plain(worst),
    maxDrawdownPeak: iso(equity.slice(0, trough).lastIndexOf(height)),
    maxDrawdownTrough: iso(trough),
    maxDrawdownRecovery: iso(recovery),
  };
}
