// Processor time per configuration and bar of sweeps over one symbol: directions from the graph of shared nodes, alone
// and with an account for each configuration, beside separate computations and accounts of some of them. Each round has
// a symbol of its own, so the state of a symbol is paid for, and the plan is not. Figures are the least of
// ATC_BENCH_ROUNDS (9) rounds in turns.
import assert from "node:assert/strict";
import { createManySimulator } from "@atc/backtest";
import { compute, createManyStream, createSignalGraph } from "@atc/signals";
import { accountsOf } from "../account-task.js";
import { checkout } from "../command-run.js";
import { market, uniform } from "../market.js";
import { cpuMs, leastOf, peakMb, report } from "../measure.js";

const bars = 5120;
const kinds = ["ema", "hma", "wma", "dema", "lsma", "kama"];
const columns = market(bars, 3);
const { close } = columns;
const random = uniform(7);

function withLengths(lengths) {
  return Object.fromEntries(kinds.map((kind, i) => [`${kind}Length`, lengths[i]]));
}

/** Twenty of the lengths from 14 to 64. */
function twenty() {
  const all = Array.from({ length: 51 }, (_, i) => 14 + i);
  return Array.from({ length: 20 }, () => all.splice(Math.floor(random() * all.length), 1)[0]);
}

const values = kinds.map(twenty);
const sweeps = {
  "1,000 of six lengths, 20 values each": Array.from({ length: 1000 }, () =>
    withLengths(values.map((some) => some[Math.floor(random() * 20)])),
  ),
  "lambda x decay, 100 pairs": Array.from({ length: 100 }, (_, i) => ({
    lambda: 0.005 + 0.004 * Math.floor(i / 10),
    decay: 0.01 + 0.01 * (i % 10),
  })),
  "six lengths tied, 10 to 60": Array.from({ length: 51 }, (_, i) => withLengths(new Array(6).fill(10 + i))),
};

const separate = await accountsOf(checkout, columns);

/** Rows `from` to `to` of every column. */
function part(from, to) {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.subarray(from, to)]));
}

async function measure(configs) {
  const reread = (from, count) => ({ close: close.subarray(from, from + count) });
  let graph;
  const planMs = await cpuMs(() => {
    graph = createSignalGraph(configs, { symbols: 1000, reread });
  });
  let symbol = 0;
  const directions = (onRows) => graph.push({ close }, onRows, symbol++);
  function accounts() {
    const simulator = createManySimulator({ accounts: configs.length });
    directions(({ from, count, directions: rows }) => {
      simulator.push({ ...part(from, from + count), directions: rows.map((row) => row.subarray(0, count)) });
    });
    return simulator.results();
  }
  const own = (config) =>
    separate.account(compute({ close }, config, { outputs: ["direction"] }).columns.direction, {});
  const some = configs.filter((_, index) => index % Math.ceil(configs.length / 10) === 0);
  const results = accounts();
  for (const config of some) {
    const index = configs.indexOf(config);
    const { statistics, fees } = own(config);
    assert.deepEqual(
      [results.equity[index], results.maxDrawdown[index], results.fees[index]],
      [statistics.last, statistics.drawdown, fees],
    );
  }
  // Small sweeps are repeated, because the clock of processor time is coarse.
  const repeats = Math.max(1, Math.round(1e6 / (configs.length * bars)));
  const times = (action, count) => () => {
    for (let i = 0; i < count; i++) action();
  };
  const units = repeats * configs.length * bars;
  const scale = units / (some.length * bars);
  const least = await leastOf(
    {
      graph: times(() => directions(() => undefined), repeats),
      "with accounts": times(accounts, repeats),
      createManyStream: times(() => {
        const stream = createManyStream(configs);
        stream.push({ close }, () => undefined);
        stream[Symbol.dispose]();
      }, repeats),
      "separate signals": () => some.map((config) => compute({ close }, config, { outputs: ["direction"] })),
      "separate, with accounts": () => some.map(own),
    },
    units,
  );
  const { averages, layer1Equities, layer1Signals } = graph.describe();
  const nodes = { averages, "layer-1 equities": layer1Equities, signals: layer1Signals };
  const ns = Object.fromEntries(
    Object.entries(least).map(([name, value]) => [
      name,
      +(name.startsWith("separate") ? value * scale : value).toFixed(1),
    ]),
  );
  graph[Symbol.dispose]();
  return { ...nodes, "plan, ms": +planMs.toFixed(1), ...ns };
}

const rows = {};
for (const [name, configs] of Object.entries(sweeps)) rows[`${name}, ns per cell`] = await measure(configs);
report({ ...rows, memory: { "peak RSS MB": peakMb() } });
