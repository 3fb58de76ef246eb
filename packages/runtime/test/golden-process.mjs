// Computes the golden runs with the kernel that ATC_KERNEL names, on each store backend and number of threads, and
// prints what they would store as JSON. The golden-runs test starts it once per kernel.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBacktest, openRuntime } from "../dist/bundle/index.js";
import { openRun, saveBacktest, saveSweep, saveWalkForward } from "../dist/bundle/runs.js";
import { runSweep, runWalkForward } from "../dist/bundle/sweeps.js";

/** Hourly bars of four symbols. */
function barsText() {
  let state = 4711;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (const symbol of ["AAA", "BBB", "CCC", "DDD"]) {
    let price = 50 + 100 * next();
    for (let bar = 0; bar < 1500; bar++) {
      const open = price * (1 + (next() - 0.5) * 0.004);
      price = Math.max(1, open * (1 + (next() - 0.49) * 0.03));
      const [high, low] = [Math.max(open, price) * (1 + next() * 0.01), Math.min(open, price) * (1 - next() * 0.01)];
      const time = new Date(Date.UTC(2021, 2, 1) + bar * 3_600_000).toISOString();
      lines.push([symbol, time, open, high, low, price, Math.round(next() * 1e6)].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

const backtests = {
  "the signals, one account per symbol": {},
  "one account with targets, rates and rebalancing": {
    account: "shared",
    weights: "inverseVolatility",
    rebalance: "weekly",
    sizing: "volatilityTarget",
    size: 0.2,
    maxLeverage: 2,
    borrowRate: 0.05,
    marginRate: 0.07,
    cashRate: 0.02,
    minFee: 0.5,
    spreadBps: 3,
    slippageRange: 0.1,
  },
  "another strategy with protective exits": {
    strategy: "cross",
    stopLoss: 2,
    takeProfit: 4,
    trailingStop: 3,
    exitUnits: "atr",
    maxHoldingBars: 90,
    fill: "nextClose",
    feePerUnit: 0.01,
    lotSize: 0.5,
  },
};

const backends = { mapped: {}, read: { useMemoryMapped: false } };
const threads = { 1: { executor: "inline" }, 2: { executor: "worker", batchSize: 1 } };

async function storedSymbols(runtime, run) {
  const symbols = await (await openRun(run.id, { directory: runtime.config.runsDir })).symbols();
  return symbols.map(({ symbol, content, digests }) => ({ symbol, content, digests }));
}

async function backtest(runtime) {
  const outcome = await openBacktest(runtime, "bars.csv", { curves: true, fills: true, metrics: "all" });
  try {
    const { run } = await saveBacktest(runtime, outcome, { metrics: "all" });
    const { trades, digests, metrics } = run;
    return { trades: trades.count, digests, symbols: await storedSymbols(runtime, run), metrics };
  } finally {
    outcome[Symbol.dispose]();
  }
}

const definition = {
  grid: { emaLength: "10..30:10", lambda: [0.01, 0.03], stopLoss: [0.02, 0.05] },
  sample: { method: "random", count: 5, seed: 5 },
};

/** Columns without metrics: what was drawn, in which order. */
const drawn = ["configuration", "emaLength", "lambda", "stopLoss", "error"];

async function sweep(runtime) {
  const outcome = await runSweep(runtime, "bars.csv", { definition, isRecorded: true });
  const { run } = await saveSweep(runtime, outcome, { definition });
  const { best, validation } = run.findings;
  const columns = Object.fromEntries(drawn.map((name) => [name, run.table.columns[name]]));
  const figures = { verdict: validation.verdict, order: best.map(({ configuration }) => configuration) };
  return { columns, ...figures, metrics: { ...run.metrics, pbo: validation.overfitting.pbo } };
}

async function walkForward(runtime) {
  const asked = { definition, windows: { train: 700, test: 400 } };
  const { run } = await saveWalkForward(runtime, await runWalkForward(runtime, "bars.csv", asked), asked);
  const choices = run.findings.windows.map(({ choice }) => choice.configuration);
  return { digests: run.digests, choices, metrics: run.metrics };
}

const cwd = await mkdtemp(join(tmpdir(), "atc-golden-"));
try {
  await writeFile(join(cwd, "bars.csv"), barsText());
  const found = {};
  const compute = async (way, name, config, count, work) => {
    const runsDir = await mkdtemp(join(cwd, "runs-"));
    const all = { ...config, runsDir };
    const runtime = await openRuntime({ cwd, env: {}, config: all, threads: count, cache: false, defersRules: true });
    try {
      found[name] = { ...found[name], [way]: await work(runtime) };
    } finally {
      await runtime[Symbol.asyncDispose]();
    }
  };
  for (const [backend, reading] of Object.entries(backends))
    for (const [count, executing] of Object.entries(threads)) {
      const way = `${backend}, ${count}`;
      const machine = { ...reading, ...executing };
      for (const [name, config] of Object.entries(backtests))
        await compute(way, name, { ...config, ...machine }, Number(count), backtest);
      // Searches take most of the time, so they take the two ways that share nothing.
      if ((backend === "mapped") !== (count === "1")) continue;
      await compute(way, "a sweep", machine, Number(count), sweep);
      await compute(way, "a walk-forward", machine, Number(count), walkForward);
    }
  process.stdout.write(JSON.stringify(found));
} finally {
  await rm(cwd, { recursive: true, force: true });
}
