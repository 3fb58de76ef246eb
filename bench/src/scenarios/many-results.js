// A sweep of 10 million results: 200,000 configurations with a row for each of 50 symbols of 1,000 bars. It runs once
// undisturbed, then it is killed ATC_BENCH_KILLS (2) times at random moments and resumed. The tables must be equal byte
// for byte, and anonymous memory stays below a bound, whatever the number of rows. ATC_BENCH_SCALE=0.05 makes it
// smaller, for a trial. It needs 5 GB of disk and some 20 minutes.
import { join } from "node:path";
import { killedSweep } from "../killed-sweep.js";
import { report, withFolder } from "../measure.js";
import { marketOf, storeMarket } from "../synthetic-market.js";

const scale = Number(process.env.ATC_BENCH_SCALE ?? 1);
const kills = Number(process.env.ATC_BENCH_KILLS ?? 2);
const symbols = 50;
/** Of two threads. */
const mostMb = 768;

const few = Math.max(2, Math.round(20 * scale));
const lengths = { ema: 20, hma: 20, wma: few, dema: 5, kama: 5 };
const axes = Object.entries(lengths).flatMap(([kind, count]) => ["--grid", `${kind}Length=14..${13 + count}`]);

await withFolder(async (folder) => {
  const cwd = join(folder, "sweep");
  await storeMarket(join(cwd, "data"), "market", marketOf({ symbols, bars: 1000, interval: 86_400_000 }));
  const peaks = [];
  const { faults, configurations, ...figures } = await killedSweep({
    cwd,
    data: "market",
    kills,
    axes: [...axes, "--by-symbol"],
    earliest: 0.1,
    onRun({ anonymousMb, ms, signal }) {
      peaks.push(anonymousMb);
      process.stderr.write(`${signal ?? "ended"} after ${(ms / 1000).toFixed(1)} s, ${anonymousMb.toFixed(0)} MB\n`);
    },
  });
  const peak = Math.max(...peaks);
  if (peak > mostMb) faults.push(`${Math.round(peak)} MB of anonymous memory`);
  report({
    [`${configurations * symbols} results`]: {
      ...figures,
      "anonymous MB": Math.round(peak),
      bound: `<= ${mostMb} MB`,
      result: faults.length === 0 ? "pass" : `FAIL: ${faults.join("; ")}`,
    },
  });
  if (faults.length > 0) process.exitCode = 1;
});
