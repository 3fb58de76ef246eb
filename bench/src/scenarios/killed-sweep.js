// Kills a sweep with SIGKILL at ATC_BENCH_KILLS (50) random moments and runs it again: the table must be that of an
// undisturbed sweep, byte for byte, and nothing that a killed run stored may be computed again.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { killedSweep } from "../killed-sweep.js";
import { report, withFolder } from "../measure.js";
import { marketOf, writeMarketCsv } from "../synthetic-market.js";

const kills = Number(process.env.ATC_BENCH_KILLS ?? 50);
const kinds = {
  "in lanes": ["--grid", "emaLength=10..60", "--grid", "hmaLength=14..53", "--grid", "lambda=0.01..0.1:0.01"],
  "in the general simulator": [
    "--grid",
    "emaLength=10..60",
    "--grid",
    "lambda=0.01,0.05",
    "--grid",
    "stopLoss=0.05,0.1",
  ],
};

await withFolder(async (folder) => {
  const rows = {};
  for (const [i, [name, axes]] of Object.entries(kinds).entries()) {
    const cwd = join(folder, `kind-${i}`);
    mkdirSync(cwd);
    writeMarketCsv(join(cwd, "market.csv"), marketOf({ symbols: 8, bars: 3000, interval: 86_400_000 }));
    const { faults, ...figures } = await killedSweep({
      cwd,
      data: "market.csv",
      kills: Math.ceil(kills / 2),
      axes: [...axes, "--by-symbol"],
    });
    rows[name] = { ...figures, result: faults.length === 0 ? "pass" : `FAIL: ${faults.join("; ")}` };
    if (faults.length > 0) process.exitCode = 1;
  }
  report(rows);
});
