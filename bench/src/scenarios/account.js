// Processor time per bar of accounts on given directions: fills, costs, equity and what the first 23 metrics are made
// of. ATC_BASELINE, a built checkout, runs in turns with this one. vectorbt runs if ATC_VECTORBT names a folder to
// import it from, with the python of ATC_PYTHON (python3). Figures are the least of ATC_BENCH_ROUNDS (9) rounds.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compute } from "@atc/signals";
import { accountsOf } from "../account-task.js";
import { checkout } from "../command-run.js";
import { market } from "../market.js";
import { leastOf, report, withFolder } from "../measure.js";

const baseline = process.env.ATC_BASELINE;
const vectorbt = process.env.ATC_VECTORBT;
const bars = 1_000_000;

const rounded = (value) => (value === undefined ? undefined : +value.toFixed(1));

async function single() {
  const columns = market(bars, 1);
  const now = await accountsOf(checkout, columns);
  const before = baseline === undefined ? undefined : await accountsOf(baseline, columns);
  const { direction } = compute({ close: columns.close }, {}, { outputs: ["direction"] }).columns;
  const cases = {
    "200 orders": [Int8Array.from({ length: bars }, (_, i) => (Math.floor(i / 5000) % 2 === 0 ? -1 : 1)), 0.001],
    "directions of ATC": [direction, 0.01],
    "an order on every bar": [Int8Array.from({ length: bars }, (_, i) => (i % 2 === 0 ? -1 : 1)), 0.001],
  };
  const rows = {};
  for (const [name, [directions, feeBps]] of Object.entries(cases)) {
    const config = { feeBps };
    const bare = { excursions: false };
    const actions = {
      now: () => now.account(directions, config),
      "now, trades": () => now.accountWithTrades(directions, config, bare),
      "now, trades with excursions": () => now.accountWithTrades(directions, config),
      ...(before && {
        before: () => before.account(directions, config),
        "before, trades": () => before.accountWithTrades(directions, config),
      }),
    };
    if (before !== undefined) {
      const { statistics: own, fees, traded, trades } = actions.now();
      const then = actions.before();
      assert.deepEqual({ ...own, recoveryTime: 0n }, { ...then.statistics, recoveryTime: 0n }, name);
      assert.deepEqual([fees, traded, trades], [then.fees, then.traded, then.trades], name);
    }
    const least = await leastOf(actions, bars);
    rows[`${name}, ns per bar`] = Object.fromEntries(Object.entries(least).map(([key, ns]) => [key, rounded(ns)]));
  }
  return rows;
}

async function many() {
  const accounts = 1000;
  const length = 5120;
  const columns = market(length, 5);
  const now = await accountsOf(checkout, columns);
  let state = 11;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const rows = {};
  for (const every of [1, 2, 8, 30, 200]) {
    const directions = Array.from({ length: accounts }, () => {
      let held = random() < 0.5 ? 1 : -1;
      return Int8Array.from({ length }, () => {
        if (every === 1 || random() < 1 / every) held = -held;
        return held;
      });
    });
    const results = now.simulateMany({ ...columns, directions });
    for (const account of [0, 1, 501, accounts - 1]) {
      const { statistics, fees } = now.account(directions[account], {});
      assert.deepEqual(
        [results.equity[account], results.maxDrawdown[account], results.fees[account]],
        [statistics.last, statistics.drawdown, fees],
      );
    }
    const { now: least } = await leastOf(
      { now: () => now.simulateMany({ ...columns, directions }) },
      accounts * length,
    );
    rows[`simulateMany, an order every ${every} bars, ns per cell`] = {
      now: +least.toFixed(2),
      ...(vectorbt !== undefined && every === 8 ? await vectorbtOf(columns.close, directions.slice(0, 100)) : {}),
    };
  }
  return rows;
}

/** vectorbt's own time on the same closes and directions; it fills at the close of the signal's bar. */
async function vectorbtOf(close, directions) {
  return await withFolder((folder) => {
    const files = { prices: join(folder, "prices"), directions: join(folder, "directions") };
    writeFileSync(files.prices, close);
    writeFileSync(files.directions, Buffer.concat(directions.map((column) => Buffer.from(column.buffer))));
    const script = fileURLToPath(new URL("../vectorbt-account.py", import.meta.url));
    const args = [script, files.prices, files.directions, close.length, directions.length, 5].map(String);
    const env = { ...process.env, PYTHONPATH: vectorbt };
    const output = execFileSync(process.env.ATC_PYTHON ?? "python3", args, { env, encoding: "utf8" });
    const [simulation, metrics] = output.trim().split("\n").at(-1).split(" ").map(Number);
    return { "vectorbt, from_signals": rounded(simulation), "vectorbt, and four metrics": rounded(metrics) };
  });
}

const rows = { ...(await single()), ...(await many()) };
// from_signals of 10 columns of 100,000 bars, from benchmarks/BENCHMARKS_RUST.md of vectorbt's repository.
report({ ...rows, "vectorbt in Rust, as published, ns per bar": { published: 16.5 } });
