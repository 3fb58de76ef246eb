// Processor time of a walk-forward of 20 windows beside that of a sweep of the same configurations over the same bars:
// if training is as long as a step, and if it is four times as long. Both run on one thread without a cache, in turns.
// It ends with exit code 1 if the walk-forward takes more than 1.7 and 3.5 times the sweep. Figures are the least of
// ATC_BENCH_ROUNDS (9) rounds.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";
import { runSweep, runWalkForward } from "@atc/runtime/sweeps";
import { market } from "../market.js";
import { leastOf, peakMb, report, withFolder } from "../measure.js";

const bars = 20_160;
const windows = 20;
const kinds = ["ema", "hma", "wma", "dema", "lsma", "kama"];
const lengths = Object.fromEntries(kinds.map((kind) => [`${kind}Length`, "14..64"]));

/** The windows of a walk-forward whose training has some steps, and the most that it may take of the sweep. */
const shapes = {
  "training of 1 step": { steps: 1, most: 1.7 },
  "training of 4 steps": { steps: 4, most: 3.5 },
};

const searches = {
  "1,000 of six lengths, 1 symbol": { symbols: 1, definition: { grid: lengths, sample: { count: 1000 } } },
  "1,000 of six lengths, 4 symbols": { symbols: 4, definition: { grid: lengths, sample: { count: 1000 } } },
};

function csvOf(symbols) {
  const lines = Array.from({ length: symbols }, (_, symbol) => {
    const { open, close } = market(bars, 3 + symbol);
    return Array.from(close, (price, i) => {
      const day = new Date(i * 86_400_000).toISOString().slice(0, 10);
      return `S${symbol},${day},${open[i]},${price}`;
    });
  });
  return `symbol,timestamp,open,close\n${lines.flat().join("\n")}\n`;
}

async function measure(folder, { symbols, definition }) {
  const file = join(folder, `market-${symbols}.csv`);
  writeFileSync(file, csvOf(symbols));
  const config = { executor: "inline", dataDir: join(folder, "data") };
  const runtime = await openRuntime({ cwd: folder, env: {}, cache: false, config });
  const given = { definition };
  const plain = { ...given, validate: false };
  const { evaluations } = await runSweep(runtime, file, plain);
  const actions = { sweep: () => runSweep(runtime, file, plain) };
  for (const [name, { steps }] of Object.entries(shapes)) {
    const test = bars / (windows + steps);
    const run = () => runWalkForward(runtime, file, { ...given, windows: { train: steps * test, test } });
    const outcome = await run();
    assert.deepEqual([outcome.windows.length, outcome.evaluations], [windows, evaluations]);
    assert.notEqual(outcome.stitched, undefined);
    actions[name] = run;
  }
  const least = await leastOf(actions, evaluations * symbols * bars);
  await runtime[Symbol.asyncDispose]();
  return Object.fromEntries(Object.entries(least).map(([name, ns]) => [name, { ns, ratio: ns / least.sweep }]));
}

const rows = {};
let isMissed = false;
await withFolder(async (folder) => {
  for (const [name, search] of Object.entries(searches)) {
    const { sweep, ...others } = await measure(folder, search);
    rows[name] = { "sweep, ns per cell": +sweep.ns.toFixed(1) };
    for (const [shape, { ns, ratio }] of Object.entries(others)) {
      const { most } = shapes[shape];
      rows[name][`${shape}, ns`] = +ns.toFixed(1);
      rows[name][`x (at most ${most})`] = +ratio.toFixed(2);
      if (ratio > most) isMissed = true;
    }
  }
});
report({ ...rows, memory: { "peak RSS MB": peakMb() } });
if (isMissed) process.exitCode = 1;
