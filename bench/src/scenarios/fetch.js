// Fetches, updates and watches the candles of an exchange on this machine that fails in every way. Ends with exit code
// 1 if a dataset differs from what the exchange has, or if a bound is missed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { killedFetch } from "../killed-fetch.js";
import { report, withFolder } from "../measure.js";
import { watchedMarket } from "../watched-market.js";
import { wholeFetch } from "../whole-fetch.js";

const scale = Number(process.env.ATC_BENCH_SCALE ?? 1);
const kills = Number(process.env.ATC_BENCH_KILLS ?? 100);
const scaled = (count) => Math.max(1000, Math.round(count * scale));
const bars = (count) => Math.max(20, Math.round(count * scale));
const parts = {
  whole: [
    "20 symbols, all faults",
    (folder) => wholeFetch({ folder, symbols: 20, candles: scaled(50_000), isBounded: scale >= 1 }),
  ],
  kill: [
    "killed fetches and updates",
    (folder) => killedFetch({ folder, symbols: 20, candles: scaled(50_000), kills }),
  ],
  watch: ["watch, not disturbed", (folder) => watchedMarket({ folder, symbols: 50, bars: bars(500), kills: 0 })],
  killedWatch: [
    "killed watches",
    (folder) => watchedMarket({ folder, symbols: 50, bars: bars(500), kills: Math.ceil(kills / 4) }),
  ],
};
const wanted = (process.env.ATC_BENCH_PART ?? Object.keys(parts).join(",")).split(",");

await withFolder(async (folder) => {
  const rows = {};
  for (const [part, [name, run]] of Object.entries(parts)) {
    if (!wanted.includes(part)) continue;
    const own = join(folder, part);
    mkdirSync(own);
    const { figures, faults } = await run(own);
    rows[name] = { ...figures, result: faults.length === 0 ? "pass" : `FAIL: ${faults.join("; ")}` };
    if (faults.length > 0) process.exitCode = 1;
  }
  report(rows);
});
