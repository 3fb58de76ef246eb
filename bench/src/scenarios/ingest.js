// From a CSV of interleaved symbols to a sorted, published dataset, compared with DuckDB's
// `COPY (... ORDER BY symbol, timestamp)` of the same file. ATC_PYTHON, a Python with polars, adds polars, which reads
// and sorts in memory and writes nothing. ATC_BENCH_ROWS sets the rows (default: 3,000,000), ATC_BENCH_SYMBOLS the
// markets (default: 50,5000), ATC_BENCH_FOLDER the folder of the files.
import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, report, withFolder } from "../measure.js";

const rows = Number(process.env.ATC_BENCH_ROWS ?? 3_000_000);
const rounds = Number(process.env.ATC_BENCH_ROUNDS ?? 3);
const markets = (process.env.ATC_BENCH_SYMBOLS ?? "50,5000").split(",").map(Number);
const threads = 2;
const memoryBytes = 256e6;
/** With less, DuckDB sometimes runs out of memory. */
const duckdbBytes = 1024e6;

/** Runs a script in its own process, so that its memory is measured separately, and returns its output. */
function run(script, ...args) {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  return execFileSync(process.execPath, [path, ...args.map(String)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The figures that a Python with polars measures of itself. */
function runPolars(file) {
  const script = fileURLToPath(new URL("../polars-sort.py", import.meta.url));
  const env = { ...process.env, POLARS_MAX_THREADS: String(threads) };
  return execFileSync(process.env.ATC_PYTHON, [script, file], { encoding: "utf8", env });
}

/** Writes a market of `symbols` symbols: minute bars with neighbouring minutes out of order. */
function writeFile(file, symbols) {
  const market = new URL("../market.js", import.meta.url).href;
  const script = `import(${JSON.stringify(market)}).then(({ writeMarket }) => writeMarket(${JSON.stringify(file)}, ${symbols}, ${rows / symbols}))`;
  execFileSync(process.execPath, ["-e", script]);
}

await withFolder(async (folder) => {
  const found = {};
  for (const symbols of markets) {
    const file = join(folder, "market.csv");
    const target = join(folder, "out");
    writeFile(file, symbols);
    const megabytes = statSync(file).size / 1e6;
    const ways = {
      "parse, 1 thread": ["parse", memoryBytes, 1],
      "ingest, 1 thread": ["ingest", memoryBytes, 1],
      [`ingest, ${threads} threads`]: ["ingest", memoryBytes, threads],
      [`DuckDB COPY ORDER BY, ${threads} threads`]: ["duckdb", duckdbBytes, threads],
      ...(process.env.ATC_PYTHON === undefined ? {} : { [`polars in memory, ${threads} threads`]: ["polars"] }),
    };
    const samples = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const [name, [way, bytes, count]] of Object.entries(ways)) {
        const printed = way === "polars" ? runPolars(file) : run("ingest-task.js", way, file, target, bytes, count);
        samples[name].push(JSON.parse(printed));
        for (const made of [target, `${target}.parquet`, `${target}.tmp`])
          rmSync(made, { recursive: true, force: true });
      }
    for (const [name, all] of Object.entries(samples)) {
      const of = (what) => median(all.map((sample) => sample[what]));
      found[`${symbols} symbols: ${name}`] = {
        "M rows/s": +(rows / of("ms") / 1000).toFixed(2),
        "M rows per CPU second": +(rows / of("cpuMs") / 1000).toFixed(2),
        "MB/s": Math.round((megabytes / of("ms")) * 1000),
        "peak RSS MB": Math.max(...all.map(({ peakMb }) => peakMb)),
      };
    }
  }
  report(found);
});
