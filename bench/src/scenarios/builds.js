// Compares the time of this build of the command with another: ATC_BASELINE is the built checkout to compare with. Both
// alternate on the same files, in their own processes. Figures are medians of ATC_BENCH_ROUNDS (9) rounds.
// ATC_BENCH_SCALE=0.1 makes the files smaller.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkout, commandTimes } from "../command-run.js";
import { alternate, median, report, withFolder } from "../measure.js";
import { marketOf, writeMarketCsv } from "../synthetic-market.js";

const baseline = process.env.ATC_BASELINE;
const rounds = Number(process.env.ATC_BENCH_ROUNDS ?? 9);
const scale = Number(process.env.ATC_BENCH_SCALE ?? 1);
const bars = Math.round(1e6 * scale);

if (baseline === undefined) {
  report({ builds: { result: "skipped: set ATC_BASELINE to another built checkout" } });
} else {
  await withFolder(async (folder) => {
    const market = marketOf({ symbols: 4, bars });
    const csv = join(folder, "market.csv");
    writeMarketCsv(csv, market);
    const builds = { before: baseline, now: checkout };
    const shared = ["--threads", "2", "--use-memory-mapped=true"];
    const foldersOf = (name) => ["--data-dir", join(folder, name, "d"), "--cache-dir", join(folder, name, "c")];
    const run = (name, args) =>
      commandTimes({ root: builds[name], args: [...args, ...foldersOf(name), ...shared], cwd: folder });
    const files = ["--trades", "t.csv", "--equity", "e.csv", "--portfolio", "p.csv"];
    for (const name of Object.keys(builds)) mkdirSync(join(folder, name));
    const works = {
      "ingest of a CSV": {
        before: (name) => rmSync(join(folder, name, "d"), { recursive: true, force: true }),
        args: ["ingest", csv, "--name", "m"],
      },
      "backtest from the store": { args: ["backtest", "m", "--no-cache"] },
      "backtest from the store, keeping its results": {
        before: (name) => rmSync(join(folder, name, "c"), { recursive: true, force: true }),
        args: ["backtest", "m"],
      },
      "backtest from the store with every file": { args: ["backtest", "m", "--no-cache", ...files] },
      "second identical run": { args: ["backtest", "m"] },
      "second identical run with every file": { args: ["backtest", "m", ...files] },
    };
    const rows = {};
    for (const [what, { args, before = () => undefined }] of Object.entries(works)) {
      const times = { before: [], now: [] };
      const round = async (name) => {
        before(name);
        // A file that exists is replaced only with --force, which builds before that did not know.
        for (const file of ["t.csv", "e.csv", "p.csv"]) rmSync(join(folder, file), { force: true });
        times[name].push(await run(name, args));
      };
      await alternate({ before: () => round("before"), now: () => round("now") }, rounds);
      const of = (name, unit) => median(times[name].slice(-rounds).map((time) => time[unit]));
      rows[what] = {
        "before, s": +(of("before", "ms") / 1000).toFixed(2),
        "now, s": +(of("now", "ms") / 1000).toFixed(2),
        "now / before": +(of("now", "ms") / of("before", "ms")).toFixed(3),
        "processor time, now / before": +(of("now", "cpuMs") / of("before", "cpuMs")).toFixed(3),
      };
      process.stderr.write(`${what}: ${JSON.stringify(rows[what])}\n`);
    }
    report(rows);
  });
}
