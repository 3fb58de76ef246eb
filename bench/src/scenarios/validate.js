// Seconds of `validate` on 500,000 bars with at least 5,000 trades: random entries, the bootstrap of bar returns and
// Monte Carlo of trades with 1,000 samples each, and 46 simulations with other costs. The tests run at the same time on
// the threads of this machine. The bound is 10 s for all tests; it is checked if nothing else runs on the machine.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";
import { validate } from "@atc/runtime/validation";
import { uniform } from "../market.js";
import { cpuMs, peakMb, report, withFolder } from "../measure.js";

const bars = 500_000;
const mostSeconds = 10;

/** Minute bars whose drift turns, so that crosses of averages pay. */
function trendingBars() {
  const next = uniform(5);
  const lines = ["time,open,high,low,close"];
  let price = 100;
  let drift = 0.00013;
  for (let bar = 0; bar < bars; bar++) {
    if (next() < 1 / 80) drift = -drift;
    const open = price;
    price *= 1 + drift + (next() - 0.5) * 0.01;
    if (price < 20 || price > 500) drift = price < 20 ? Math.abs(drift) : -Math.abs(drift);
    const time = new Date(Date.UTC(2015, 0, 1) + bar * 60_000).toISOString();
    const [high, low] = [Math.max(open, price), Math.min(open, price)];
    lines.push([time, ...[open, high, low, price].map((value) => value.toFixed(4))].join(","));
  }
  return `${lines.join("\n")}\n`;
}

await withFolder(async (folder) => {
  const file = join(folder, "bars.csv");
  writeFileSync(file, trendingBars());
  const keys = { strategy: "cross", parameters: { fast: 10, slow: 40 }, feeBps: 0.2, slippageBps: 0 };
  const config = { dataDir: join(folder, "data"), cacheDir: join(folder, "cache"), ...keys };
  const runtime = await openRuntime({ cwd: folder, config, env: {} });
  try {
    await validate(runtime, file, { samples: 1 });
    const [load] = loadavg();
    let found;
    const startedAt = performance.now();
    const ms = await cpuMs(async () => {
      found = await validate(runtime, file);
    });
    const wall = (performance.now() - startedAt) / 1000;
    const { tests, seconds } = found;
    const { trades } = tests.randomEntry;
    assert.ok(trades >= 5000, `${trades} trades`);
    const all = Math.max(...Object.values(seconds));
    report({
      ...Object.fromEntries(
        Object.entries(seconds).map(([test, after]) => [`${test}, done after s`, +after.toFixed(2)]),
      ),
      "all tests, s": +all.toFixed(2),
      "with the backtest, s": +wall.toFixed(2),
      "processor time, s": +(ms / 1000).toFixed(2),
      "load before": +load.toFixed(1),
      bars,
      trades,
      "total return": +found.report.portfolio.totalReturn.toPrecision(3),
      verdict: found.verdict.survives ? "survives" : found.verdict.failed.join(", "),
      "peak RSS MB": peakMb(),
    });
    if (all > mostSeconds && load < 1) process.exitCode = 1;
  } finally {
    await runtime[Symbol.asyncDispose]();
  }
});
