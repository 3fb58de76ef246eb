// Compares the libraries of this checkout with those of another, ATC_BASELINE, a built checkout: signals, backtest and
// codecs. Both alternate, each run in its own process. Figures are medians of ATC_BENCH_ROUNDS (9) rounds of processor
// time. ATC_BASELINE and this checkout may be the same: the spread of the machine.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkout } from "../command-run.js";
import { alternate, median, report } from "../measure.js";

const baseline = process.env.ATC_BASELINE;
const rounds = Number(process.env.ATC_BENCH_ROUNDS ?? 9);
const task = fileURLToPath(new URL("../library-task.js", import.meta.url));

/** The work, with the variables of the environment that choose a kernel. */
const works = {
  "signals, WebAssembly": ["signals", { ATC_KERNEL: "wasm" }],
  "signals, TypeScript": ["signals", { ATC_KERNEL: "reference" }],
  "signals, live": ["signals, live", {}],
  "backtest of arrays": ["backtest", {}],
  "codec blosc blosclz": ["codec blosc blosclz", {}],
  "codec blosc lz4": ["codec blosc lz4", {}],
  "codec blosc zstd": ["codec blosc zstd", {}],
  "codec numeric": ["codec numeric", {}],
};

if (baseline === undefined) {
  report({ "library-builds": { result: "skipped: set ATC_BASELINE to another built checkout" } });
} else {
  const rows = {};
  for (const [what, [work, variables]] of Object.entries(works)) {
    const times = { before: [], now: [] };
    const run = (name, root) => {
      const env = { ...process.env, ...variables };
      times[name].push(Number(execFileSync(process.execPath, [task, root, work], { env, encoding: "utf8" })));
    };
    await alternate({ before: () => run("before", baseline), now: () => run("now", checkout) }, rounds);
    const of = (name) => median(times[name].slice(-rounds));
    rows[what] = {
      "before, ms": Math.round(of("before")),
      "now, ms": Math.round(of("now")),
      "now / before": +(of("now") / of("before")).toFixed(3),
      "least, now / before": +(Math.min(...times.now) / Math.min(...times.before)).toFixed(3),
    };
    process.stderr.write(`${what}: ${JSON.stringify(rows[what])}\n`);
  }
  report(rows);
}
