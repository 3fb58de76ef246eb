// Processor time per bar of what traders add to an account: protective exits, costs, metrics, rolling figures, and one
// account over many symbols. Figures are the least of ATC_BENCH_ROUNDS (9) rounds, gross account included.
import assert from "node:assert/strict";
import {
  createAccount,
  createMetrics,
  createRolling,
  createSimulator,
  metricNames,
  validateBacktestConfig,
} from "@atc/backtest";
import { compute } from "@atc/signals";
import { walk } from "../market.js";
import { leastOf, report } from "../measure.js";

const bars = 1_000_000;
const blockLength = 32_768;
const minute = 60_000n;
const day = 86_400_000n;

/** Bars with a range around open and close. */
function market(length, seed, step) {
  const close = walk(length, seed);
  const open = Float64Array.from(close, (price, i) => close[i - 1] ?? price);
  const wick = (i) => 1 + (((i * 2_654_435_761) % 1000) / 1000) * 1e-3;
  const high = Float64Array.from(close, (price, i) => Math.max(price, open[i]) * wick(i));
  const low = Float64Array.from(close, (price, i) => Math.min(price, open[i]) / wick(i + 1));
  return { times: BigInt64Array.from({ length }, (_, i) => BigInt(i) * step), open, high, low, close };
}

function part(columns, from, to) {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(from, to)]));
}

function inBlocks(length, each) {
  for (let from = 0; from < length; from += blockLength) each(from, Math.min(length, from + blockLength));
}

/** The least of each action, as a row of the report. */
async function rowsOf(actions, units) {
  const least = await leastOf(actions, units);
  return Object.fromEntries(Object.entries(least).map(([name, ns]) => [name, { ns: +ns.toFixed(1) }]));
}

const columns = market(bars, 1, minute);
const equity = new Float64Array(bars);

/** Runs an account of one symbol over all bars, and passes on its trades. */
function simulate(directions, config, onTrades = () => undefined) {
  const account = createSimulator(validateBacktestConfig({ feeBps: 1, ...config }), { onTrades });
  const rows = { ...columns, directions };
  inBlocks(bars, (from, to) => {
    const block = part(rows, from, to);
    account.push(block, { times: block.times, equity: equity.subarray(from, to) });
  });
  account.finish();
  return account.totals();
}

const few = Int8Array.from({ length: bars }, (_, i) => (Math.floor(i / 5000) % 2 === 0 ? -1 : 1));
const { direction: atc } = compute({ close: columns.close }, {}, { outputs: ["direction"] }).columns;
const exits = { stopLoss: 0.01, takeProfit: 0.02, trailingStop: 0.008, maxHoldingBars: 200 };
const ranges = { ...exits, stopLoss: 5, takeProfit: 10, trailingStop: 4, exitUnits: "atr" };
const costs = { feePerTrade: 0.1, slippageBps: 1, spreadBps: 1, borrowRate: 0.01, marginRate: 0.02, cashRate: 0.01 };

async function exitFigures() {
  return await rowsOf(
    {
      "all exits, 200 orders": () => simulate(few, exits),
      "all exits, 200 orders, reentry immediately": () => simulate(few, { ...exits, reentry: "immediately" }),
      "all exits, directions of ATC": () => simulate(atc, exits),
      "all exits in true ranges, directions of ATC": () => simulate(atc, ranges),
      "all exits and costs, directions of ATC": () => simulate(atc, { ...exits, ...costs, maintenanceMargin: 0.1 }),
      "resized on every bar, directions of ATC": () => simulate(atc, { rebalance: "everyBar" }),
    },
    bars,
  );
}

/** All metrics of the equity of an account with few trades, and of one that follows ATC. */
async function metricFigures() {
  const parts = [];
  const totals = simulate(atc, {}, (trades) => parts.push(structuredClone(trades)));
  const curve = equity.slice();
  const all = (times) => {
    const metrics = createMetrics(metricNames, { timeUnit: "ms", riskFreeRate: 0 });
    inBlocks(bars, (from, to) =>
      metrics.addBars({
        length: to - from,
        times: times.subarray(from, to),
        equity: curve.subarray(from, to),
        benchmark: columns.close.subarray(from, to),
      }),
    );
    for (const trades of parts) metrics.addTrades(trades);
    return metrics.finish({
      ...totals,
      firstTime: times[0],
      lastTime: times[bars - 1],
      grossReturn: totals.grossEquity / 10_000 - 1,
      buyAndHold: totals.lastClose / totals.firstClose - 1,
      exposure: totals.heldBars / bars,
      longExposure: totals.longBars / bars,
      shortExposure: totals.shortBars / bars,
      reread: (visit) => inBlocks(bars, (from, to) => visit(curve.subarray(from, to), to - from)),
    });
  };
  const days = BigInt64Array.from({ length: bars }, (_, i) => BigInt(i) * day);
  assert(Object.keys(all(columns.times).metrics).length >= 107);
  const rolling = () => {
    const figures = createRolling({ window: 1000, barsPerYear: 525_960 });
    const sharpe = new Float64Array(blockLength);
    const volatility = new Float64Array(blockLength);
    inBlocks(bars, (from, to) => figures.add(curve.subarray(from, to), to - from, sharpe, volatility));
  };
  return await rowsOf(
    {
      "all metrics of minutes, trades included": () => all(columns.times),
      "all metrics of days, trades included": () => all(days),
      "account of ATC alone": () => simulate(atc, {}),
      "rolling, window 1000": rolling,
    },
    bars,
  );
}

/** One account over symbols that share their times. */
async function sharedFigures() {
  const symbols = 50;
  const length = bars / symbols;
  const names = Array.from({ length: symbols }, (_, s) => String(s).padStart(2, "0"));
  const series = names.map((_, s) => market(length, s + 2, day));
  const merged = { times: new BigInt64Array(bars), symbols: new Int32Array(bars), directions: new Int8Array(bars) };
  for (const name of ["open", "high", "low", "close"]) merged[name] = new Float64Array(bars);
  for (let i = 0; i < length; i++)
    for (let s = 0; s < symbols; s++) {
      const row = i * symbols + s;
      merged.times[row] = series[s].times[i];
      merged.symbols[row] = s;
      merged.directions[row] = atc[(row * 7) % bars];
      for (const name of ["open", "high", "low", "close"]) merged[name][row] = series[s][name][i];
    }
  const run = (config) => {
    const whole = validateBacktestConfig({ feeBps: 1, account: "shared", ...config });
    const account = createAccount(whole, { symbols: names.map((name) => ({ name, bars: length })) });
    const step = symbols * 600;
    for (let from = 0; from < bars; from += step) {
      const block = part(merged, from, Math.min(bars, from + step));
      account.push(block, { times: new BigInt64Array(step), equity: new Float64Array(step) });
    }
    account.finish();
  };
  return await rowsOf(
    {
      "shared by 50 symbols, per row": () => run({}),
      "shared by 50 symbols, rebalanced monthly, all exits, per row": () => run({ ...exits, rebalance: "monthly" }),
    },
    bars,
  );
}

report({ ...(await exitFigures()), ...(await metricFigures()), ...(await sharedFigures()) });
