import { describe, expect, it } from "vitest";
import { addTrades, noTrades } from "../src/account/trades.ts";
import {
  allocateTrades,
  createMetrics,
  createRolling,
  type MetricOptions,
  metricNames,
  partOfTrades,
} from "../src/index.ts";
import { inBlocks, totalsOf } from "./curve-fixtures.ts";
import { type NaiveTrade, naiveCurveFigures, naiveTradeFigures } from "./naive-metrics.ts";
import { createRandom } from "./random.ts";

const scenarios = 500;

/** Names of the figures that differ from what is expected by more than `tolerance`, relative, or 1e-12. */
function wrong(own: object, expected: Record<string, number>, tolerance: number): string[] {
  return Object.entries(expected)
    .filter(([name, value]) => {
      const figure = (own as Record<string, unknown>)[name];
      if (!Number.isFinite(value)) return figure !== null;
      return !(typeof figure === "number" && Math.abs(figure - value) <= Math.max(tolerance * Math.abs(value), 1e-12));
    })
    .map(([name, value]) => `${name} ${String((own as Record<string, unknown>)[name])} for ${value}`);
}

/** A walk with gaps, flat spells, and, in ns, several bars in one ms. */
function randomCurve(seed: number) {
  const random = createRandom(seed);
  const bars = 2 + Math.floor(random() ** 3 * 1500);
  const step = [60_000, 3_600_000, 86_400_000, 40 * 86_400_000][Math.floor(random() * 4)] as number;
  const size = 10 ** (-4 + 3 * random());
  const drift = (random() - 0.4) * size;
  let time = Date.UTC(1950 + Math.floor(random() * 80), 0, 1) + Math.floor(random() * 1e10);
  let value = 10 ** (6 * random());
  let close = 100;
  const times: number[] = [];
  const equity: number[] = [];
  const benchmark = new Map<number, number>();
  for (let i = 0; i < bars; i++) {
    times.push(time);
    equity.push(value);
    if (random() < 0.9) benchmark.set(time, close);
    // Two thirds of the market's move, a third of its own.
    const market = (random() - 0.5) * size;
    close *= 1 + market;
    if (random() < 0.8) value *= 1 + drift + (2 * market + (random() - 0.5) * size) / 3;
    time += step * (random() < 0.9 ? 1 : Math.ceil(random() * 30));
  }
  return {
    times,
    equity,
    benchmark,
    riskFreeRate: random() < 0.5 ? 0 : 0.03 * random(),
    blockLength: 1 + Math.floor(random() * 3000),
  };
}

describe("metrics of random curves", () => {
  it(`equal the plain formulas on ${scenarios} curves`, () => {
    for (let seed = 1; seed <= scenarios; seed++) {
      const curve = randomCurve(seed);
      const isNs = seed % 5 === 0;
      const scale = isNs ? 1_000_000n : 1n;
      const times = BigInt64Array.from(curve.times, (time) => BigInt(time) * scale);
      const equity = Float64Array.from(curve.equity);
      const closes = [...curve.benchmark];
      const options: MetricOptions = {
        timeUnit: isNs ? "ns" : "ms",
        riskFreeRate: curve.riskFreeRate,
        benchmark: [
          {
            times: BigInt64Array.from(closes, ([time]) => BigInt(time) * scale),
            close: Float64Array.from(closes, ([, close]) => close),
          },
        ],
      };
      const computation = createMetrics(metricNames, options);
      inBlocks(equity.length, curve.blockLength, (from, to) => {
        computation.addBars({ length: to - from, times: times.subarray(from, to), equity: equity.subarray(from, to) });
      });
      const { metrics } = computation.finish(totalsOf(times, equity));
      expect(wrong(metrics, naiveCurveFigures(curve), 1e-9), `seed ${seed}`).toStrictEqual([]);
    }
  });
  it("equal the plain formulas on trades, which may have no return", () => {
    for (let seed = 1; seed <= scenarios; seed++) {
      const random = createRandom(seed);
      const length = 1 + Math.floor(random() ** 2 * 200);
      const trades = allocateTrades(length);
      const closed: NaiveTrade[] = [];
      for (let i = 0; i < length; i++) {
        const profit = random() < 0.1 ? 0 : (random() - 0.5) * 1000;
        const trade: NaiveTrade = {
          profit,
          gain: random() < 0.05 ? Number.NaN : profit / 7000,
          bars: Math.floor(random() * 50),
          duration: Math.floor(random() * 1e10),
          direction: random() < 0.5 ? 1 : -1,
          mae: -random(),
          mfe: random(),
        };
        trades.entryTime[i] = BigInt(Math.floor((random() - 0.5) * 4e12));
        trades.exitTime[i] = (trades.entryTime[i] as bigint) + BigInt(trade.duration);
        trades.profit[i] = profit;
        trades.return[i] = trade.gain;
        trades.barsHeld[i] = trade.bars;
        trades.direction[i] = trade.direction;
        trades.mae[i] = trade.mae;
        trades.mfe[i] = trade.mfe;
        trades.open[i] = i === length - 1 && random() < 0.5 ? 1 : 0;
        if (trades.open[i] === 0) closed.push(trade);
      }
      if (closed.length === 0) continue;
      const computation = createMetrics(metricNames, { timeUnit: "ms", benchmark: [] });
      inBlocks(length, 1 + Math.floor(random() * 40), (from, to) => {
        computation.addTrades(partOfTrades(trades, from, to));
      });
      const curve = [BigInt64Array.of(0n, 1n), Float64Array.of(1, 2)] as const;
      computation.addBars({ length: 2, times: curve[0], equity: curve[1] });
      const counted = noTrades();
      addTrades(counted, trades);
      const { metrics } = computation.finish({ ...totalsOf(...curve), trades: counted });
      expect(wrong(metrics, naiveTradeFigures(closed), 1e-9), `seed ${seed}`).toStrictEqual([]);
    }
  });
});

describe("the line through the equity", () => {
  it("keeps its digits if the curve is nearly a line, over many chunks", () => {
    // ln of the equity is a line and a wave whose fit is computed apart from the line, so that no digit is lost.
    const bars = 200_000;
    const rise = 1e-5;
    const wave = Float64Array.from({ length: bars }, (_, t) => 1e-8 * Math.sin(t / 3000));
    const equity = Float64Array.from(wave, (value, t) => 1e4 * Math.exp(rise * t + value));
    const times = BigInt64Array.from({ length: bars }, (_, t) => BigInt(t) * 3_600_000n);
    const m = bars - 1;
    const middle = (m + 1) / 2;
    let mean = 0;
    for (let t = 1; t <= m; t++) mean += (wave[t] as number) / m;
    let products = 0;
    for (let t = 1; t <= m; t++) products += (t - middle) * ((wave[t] as number) - mean);
    const squares = (m * (m * m - 1)) / 12;
    let rest = 0;
    for (let t = 1; t <= m; t++) rest += ((wave[t] as number) - mean - (products / squares) * (t - middle)) ** 2;
    const slope = rise + products / squares;
    const barsPerYear = m / ((m * 3_600_000) / 86_400_000 / 365.25);
    const kRatio = ((slope / Math.sqrt(rest / (m - 2) / squares)) * Math.sqrt(barsPerYear)) / m;
    const computation = createMetrics(["kRatio", "stability"], { timeUnit: "ms" });
    computation.addBars({ length: bars, times, equity });
    expect(wrong(computation.finish(totalsOf(times, equity)).metrics, { kRatio, stability: 1 }, 1e-9)).toStrictEqual(
      [],
    );
  });
});

describe("rolling figures", () => {
  it("equal two passes over each window, with the same nulls", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = createRandom(seed);
      const bars = 2 + Math.floor(random() * 400);
      const window = 2 + Math.floor(random() ** 2 * bars);
      const size = 10 ** (-8 * random());
      let value = 1e4;
      // Flat spells, spells of one constant return, and far outliers, whose rounding a running sum would keep.
      const equity = Float64Array.from({ length: bars }, (_, i) => {
        const spell = Math.floor(i / 40) % 4;
        value *=
          spell === 1 ? 1 : spell === 2 ? 1.001 : 1 + (random() - 0.5) * size + (random() < 0.02 ? 1.5 * random() : 0);
        return value;
      });
      const returns = Array.from(equity)
        .slice(1)
        .map((one, i) => one / (equity[i] as number) - 1);
      const rate = 0.02 / 365;
      const sharpe = new Float64Array(bars);
      const volatility = new Float64Array(bars);
      const rolling = createRolling({ window, barsPerYear: 365, riskFreeRate: 0.02 });
      inBlocks(bars, 1 + Math.floor(random() * 100), (from, to) => {
        rolling.add(equity.subarray(from, to), to - from, sharpe.subarray(from, to), volatility.subarray(from, to));
      });
      for (let t = 0; t < bars; t++) {
        if (t < window) {
          expect([sharpe[t], volatility[t]]).toStrictEqual([Number.NaN, Number.NaN]);
          continue;
        }
        const own = returns.slice(t - window, t);
        const mean = own.reduce((sum, one) => sum + one, 0) / window;
        const deviation = Math.sqrt(own.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (window - 1));
        const spread = deviation <= 1e-14 ? 0 : deviation;
        const expected = {
          volatility: spread * Math.sqrt(365),
          sharpe: spread === 0 ? Number.NaN : ((mean - rate) / spread) * Math.sqrt(365),
        };
        const figures = { volatility: volatility[t], sharpe: Number.isNaN(sharpe[t]) ? null : sharpe[t] };
        expect(wrong(figures, expected, 1e-9), `seed ${seed}, bar ${t}`).toStrictEqual([]);
      }
    }
  });
});
