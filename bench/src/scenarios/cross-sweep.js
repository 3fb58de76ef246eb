// A dual moving-average cross of the user's, in a file of its own: 1,000 pairs of lengths over 5,000 bars. Processor
// time per configuration and bar
//   - of accounts in lanes and their metrics on the strategy's directions, without its code;
//   - of the whole sweep with the strategy's code, without a cache, in this process;
//   - of vectorbt's from_signals and four metrics on the same directions, if ATC_VECTORBT_PYTHON is a python that can
//     import vectorbt 0.21.
// Figures are the least of ATC_BENCH_ROUNDS (9) rounds.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createManyPortfolios, planTimeUnion } from "@atc/backtest";
import { sweepFile } from "@atc/runtime/sweeps";
import { uniform } from "../market.js";
import { leastOf, report, withFolder } from "../measure.js";

const bars = 5000;
const fasts = Array.from({ length: 25 }, (_, i) => 5 + i);
const slows = Array.from({ length: 40 }, (_, i) => 35 + 5 * i);
const pairs = fasts.flatMap((fast) => slows.map((slow) => ({ fast, slow })));
const cells = pairs.length * bars;
const metrics = ["totalReturn", "sharpe", "sortino", "maxDrawdown"];
const wantedRatio = 25;
const rounds = Math.max(Number(process.env.ATC_BENCH_ROUNDS ?? 9), 9);

const module = `const length = (value) => ({ kind: "integer", minimum: 1, maximum: 1000, default: value, description: "Bars" });
export default {
  name: "cross-of-averages",
  parameters: { fast: length(10), slow: length(50) },
  start(symbol, { fast, slow }) {
    const closes = [];
    const sums = [0, 0];
    return {
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) {
          const bar = closes.push(close[i]) - 1;
          sums[0] += close[i] - (bar >= fast ? closes[bar - fast] : 0);
          sums[1] += close[i] - (bar >= slow ? closes[bar - slow] : 0);
          directions[i] = bar + 1 < slow ? 0 : sums[0] / fast > sums[1] / slow ? 1 : -1;
        }
      },
    };
  },
};
`;

/** Directions of the module for a pair. */
function directionsOf(close, { fast, slow }) {
  let [short, long] = [0, 0];
  return Int8Array.from(close, (price, bar) => {
    short += price - (bar >= fast ? close[bar - fast] : 0);
    long += price - (bar >= slow ? close[bar - slow] : 0);
    if (bar + 1 < slow) return 0;
    return short / fast > long / slow ? 1 : -1;
  });
}

/** Daily bars whose open is the close before them. */
function writeBars(file) {
  const next = uniform(11);
  let price = 100;
  const close = Float64Array.from({ length: bars }, () => {
    price = Math.max(1, price * (1 + (next() - 0.5) * 0.03));
    return +price.toFixed(2);
  });
  const open = close.map((_, i) => close[Math.max(0, i - 1)]);
  const times = BigInt64Array.from({ length: bars }, (_, i) => BigInt(Date.UTC(2005, 0, 1) + i * 86_400_000));
  const rows = Array.from(close, (value, i) => {
    const [high, low] = [Math.max(value, open[i]), Math.min(value, open[i])];
    return `S,${new Date(Number(times[i])).toISOString()},${open[i]},${high},${low},${value}`;
  });
  writeFileSync(file, `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`);
  return { times, open, close };
}

/** Accounts in lanes on given directions, and their metrics. */
function simulate({ times, open, close }, directions) {
  const rows = [{ bars, times: (row, into) => into.set(times.subarray(row, row + into.length)) }];
  const union = planTimeUnion(rows);
  const many = createManyPortfolios({ configurations: directions.map(() => ({})), union });
  for (const block of union.blocks()) {
    const [from, to] = [block.from[0], block.to[0]];
    many.push(block, () => ({
      close: close.subarray(from, to),
      open: open.subarray(from, to),
      directions: directions.map((row) => row.subarray(from, to)),
    }));
  }
  const results = many.results();
  many[Symbol.dispose]();
  return results;
}

/** vectorbt's time on the same closes and directions; it fills at the close of the signal's bar. */
function vectorbtOf(folder, { close }, directions) {
  const python = process.env.ATC_VECTORBT_PYTHON;
  if (python === undefined) return undefined;
  const files = { prices: join(folder, "prices"), directions: join(folder, "directions") };
  writeFileSync(files.prices, close);
  writeFileSync(files.directions, Buffer.concat(directions.map((row) => Buffer.from(row.buffer))));
  const script = fileURLToPath(new URL("../vectorbt-account.py", import.meta.url));
  const args = [script, files.prices, files.directions, bars, directions.length, rounds].map(String);
  const output = execFileSync(python, args, { encoding: "utf8" });
  const [simulation, withMetrics] = output.trim().split("\n").at(-1).split(" ").map(Number);
  return { simulation, withMetrics };
}

await withFolder(async (cwd) => {
  const columns = writeBars(join(cwd, "bars.csv"));
  writeFileSync(join(cwd, "cross.js"), module);
  const directions = pairs.map((pair) => directionsOf(columns.close, pair));
  const grid = { "parameters.fast": fasts, "parameters.slow": slows };
  const options = { cwd, env: {}, definition: { grid, metrics }, config: { strategy: "./cross.js" }, cache: false };
  const sweep = (more) => sweepFile("bars.csv", { ...options, onWarning: () => undefined, ...more });
  const { best, failed } = await sweep({ top: pairs.length });
  assert.deepEqual([best.length, failed], [pairs.length, []]);
  const results = simulate(columns, directions);
  for (const { configuration, metrics: own } of best)
    assert.deepEqual(
      [...own],
      metrics.map((name) => results[name][configuration]),
    );
  const least = await leastOf(
    { accounts: () => simulate(columns, directions), whole: () => sweep({ validate: false }), judged: () => sweep({}) },
    cells,
  );
  const vectorbt = vectorbtOf(cwd, columns, directions);
  const ratio = vectorbt && vectorbt.withMetrics / least.accounts;
  const row = (value) => ({ "ns per cell": +value.toFixed(2) });
  const orders = directions.reduce((sum, row) => sum + row.filter((one, i) => one !== row[i - 1]).length, 0);
  report({
    [`accounts and four metrics, an order every ${Math.round(cells / orders)} bars`]: row(least.accounts),
    "the whole sweep, with the strategy's code": row(least.whole),
    "with the statistics of the winner": row(least.judged),
    ...(vectorbt === undefined
      ? {
          "vectorbt 0.21": {
            result: `not measured here: ATC_VECTORBT_PYTHON is not set; 170 ns per cell, measured elsewhere, would be ${Math.round(170 / least.accounts)} times the accounts`,
          },
        }
      : {
          "vectorbt, from_signals": row(vectorbt.simulation),
          "vectorbt, from_signals and four metrics": {
            ...row(vectorbt.withMetrics),
            result: `${ratio.toFixed(1)} times the accounts, of ${wantedRatio} wanted: ${ratio >= wantedRatio ? "pass" : "FAIL"}`,
          },
        }),
  });
  if (ratio !== undefined && ratio < wantedRatio) process.exitCode = 1;
});
