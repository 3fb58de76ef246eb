// Processor time per configuration, symbol and bar of the portfolios of many configurations, from rows of directions
// that change every 8 bars on average, as those of ATC do. Beside them: simulateMany, which has no portfolio, and for a
// few configurations separate accounts with portfolioOf. Figures are the least of ATC_BENCH_ROUNDS (9) rounds.
import assert from "node:assert/strict";
import {
  allocateFills,
  allocateTrades,
  createManyPortfolios,
  createSimulator,
  planTimeUnion,
  portfolioOf,
  readerOfArrays,
  simulateMany,
  validateBacktestConfig,
} from "@atc/backtest";
import { walk } from "../market.js";
import { leastOf, report } from "../measure.js";

const bars = 5120;
const symbols = 20;
const separateConfigurations = 8;

let state = 11;
function random() {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}

/** A symbol whose times differ from those of the first ones by `offset` ms. */
function market(seed, offset) {
  const close = walk(bars, seed);
  const open = Float64Array.from(close, (price, i) => (i === 0 ? price : close[i - 1]));
  return { close, open, times: BigInt64Array.from({ length: bars }, (_, i) => BigInt(i * 60_000 + offset)) };
}

/** Directions of every configuration, the same for all symbols, as rows and as the blocks of a union. */
function directionsOf(configurations, every) {
  const rows = Array.from({ length: configurations }, () => {
    let held = random() < 0.5 ? 1 : -1;
    return Int8Array.from({ length: bars }, () => {
      if (random() < 1 / every) held = -held;
      return held;
    });
  });
  const blocks = new Map();
  const block = (from, to, stride) => {
    const known = blocks.get(from * bars + to);
    if (known !== undefined) return known;
    const values = new Int8Array(configurations * stride);
    for (const [row, all] of rows.entries()) values.set(all.subarray(from, to), row * stride);
    blocks.set(from * bars + to, { values, stride });
    return { values, stride };
  };
  return { rows, block };
}

function portfolios(series, { rows, block }, configurations) {
  const union = planTimeUnion(
    series.map(({ times }) => ({
      bars,
      times: (row, into) => into.set(times.subarray(row, row + into.length)),
    })),
  );
  const many = createManyPortfolios({ configurations: rows.map(() => configurations), union });
  for (const { from, to, ...rest } of union.blocks())
    many.push({ from, to, ...rest }, (symbol) => ({
      close: series[symbol].close.subarray(from[symbol], to[symbol]),
      open: series[symbol].open.subarray(from[symbol], to[symbol]),
      directions: block(from[symbol], to[symbol], union.blockLength),
    }));
  return many.results();
}

/** One configuration: an account and a curve per symbol, then the portfolio. */
function separate(series, directions, config) {
  const accounts = series.map(({ times, close, open }) => {
    const equity = new Float64Array(bars);
    const account = createSimulator(config);
    account.push({ times, close, open, directions }, { times, equity });
    const { heldBars, longBars, shortBars, traded, fees } = account.totals();
    const costs = { fees, slippage: 0, borrowCost: 0, marginInterest: 0, cashInterest: 0 };
    const totals = { heldBars, longBars, shortBars, traded, grossReturn: 0, buyAndHold: 0, costs, bankruptAt: null };
    const [trades, fills] = [allocateTrades(0), allocateFills(0)];
    return {
      timeUnit: "ms",
      totals,
      curves: readerOfArrays({ times, equity, directions, columns: {}, trades, fills }),
    };
  });
  return portfolioOf(accounts, { config });
}

async function figuresOf(configurations, every, grids) {
  const series = Array.from({ length: symbols }, (_, symbol) => market(symbol + 3, symbol % grids));
  const directions = directionsOf(configurations, every);
  const config = validateBacktestConfig({});
  const results = portfolios(series, directions, config);
  for (const index of [0, configurations - 1]) {
    const { metrics } = separate(series, directions.rows[index], config);
    const { sharpe, maxDrawdown, fees } = metrics;
    assert.deepEqual(
      [results.sharpe[index], results.maxDrawdown[index], results.fees[index]],
      [sharpe, maxDrawdown, fees],
    );
  }
  const cells = configurations * symbols * bars;
  const { portfolios: least, simulateMany: accounts } = await leastOf(
    {
      portfolios: () => portfolios(series, directions, config),
      simulateMany: () => {
        for (const columns of series) simulateMany({ ...columns, directions: directions.rows });
      },
    },
    cells,
  );
  const few = directions.rows.slice(0, separateConfigurations);
  const { apart } = await leastOf(
    {
      apart: () => {
        for (const row of few) separate(series, row, config);
      },
    },
    few.length * symbols * bars,
  );
  return {
    portfolios: +least.toFixed(2),
    "simulateMany, no portfolio": +accounts.toFixed(2),
    "createSimulator and portfolioOf": +apart.toFixed(1),
  };
}

report({
  "1,000 configurations, ns per configuration, symbol and bar": await figuresOf(1000, 8, 1),
  "1,000 configurations, symbols on 3 grids of times": await figuresOf(1000, 8, 3),
  "100 configurations": await figuresOf(100, 8, 1),
  "1,000 configurations, an order every 2 bars": await figuresOf(1000, 2, 1),
  "1,000 configurations, an order every 200 bars": await figuresOf(1000, 200, 1),
});
