import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout, hashOf, runCommand } from "./command-run.js";
import { marketOf, writeMarketCsv } from "./synthetic-market.js";

const kinds = ["trades", "equity", "portfolio"];
const baseline = process.env.ATC_BASELINE;

/**
 * A market of several symbols that share a batch, one that is longer than any batch, partly overlapping times, and one
 * that cannot be computed.
 */
function mixedMarket(scale) {
  const bars = (count) => Math.max(300, Math.round(count * scale));
  return [
    ...marketOf({ symbols: 30, bars: bars(8000), apart: true, interval: 3_600_000 }).map((one, i) => ({
      ...one,
      symbol: `A${String(i).padStart(2, "0")}`,
      rows: one.rows - 5 * i,
    })),
    ...marketOf({ symbols: 3, bars: bars(120_000) }).map((one, i) => ({ ...one, symbol: `B${i}`, seed: 100 + i })),
    ...marketOf({ symbols: 2, bars: bars(700_000) }).map((one, i) => ({ ...one, symbol: `C${i}`, seed: 200 + i })),
  ];
}

/** The hash of each output of a run, and the text of its report. */
async function outputsOf(cwd, { root, args, keeps = false, fresh = false }) {
  if (!keeps) for (const folder of ["data", "cache"]) rmSync(join(cwd, folder), { recursive: true, force: true });
  if (fresh) rmSync(join(cwd, "cache"), { recursive: true, force: true });
  const outputs = {};
  const base = ["backtest", "market.csv", "--data-dir", "data", "--cache-dir", "cache", "--use-memory-mapped=true"];
  // Options of one run of one format. If there is a cache, the second format is written from the cache of the first.
  for (const format of ["csv", "arrow"]) {
    const written = kinds.map((kind) => [kind, `${kind}.${format}`]);
    const files = written.flatMap(([kind, file]) => [`--${kind}`, file]);
    const stdout = join(cwd, "report.json");
    const { status, stderr } = await runCommand({ root, cwd, stdout, args: [...base, ...args, ...files, "--json"] });
    if (status !== 0) throw new Error(`${root}: ${args.join(" ")} ended with ${status}: ${stderr}`);
    outputs[`report with ${format}`] = readFileSync(stdout, "utf8");
    for (const [, file] of written) {
      const path = join(cwd, file);
      outputs[file] = existsSync(path) ? await hashOf(path) : "missing";
      rmSync(path, { force: true });
    }
  }
  const stdout = join(cwd, "report.json");
  const { status, stderr } = await runCommand({ root, cwd, stdout, args: [...base, ...args, "--json"] });
  if (status !== 0) throw new Error(`${root}: ${args.join(" ")} ended with ${status}: ${stderr}`);
  outputs["report alone"] = readFileSync(stdout, "utf8");
  return outputs;
}

/** The first line that differs between two texts. */
function firstDifference(a, b) {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const line = left.findIndex((text, i) => text !== right[i]);
  return line < 0 ? "its length" : `line ${line + 1}: ${left[line]?.trim()} | ${right[line]?.trim()}`;
}

function differences(expected, actual) {
  return Object.entries(expected).flatMap(([name, value]) => {
    if (actual[name] === value) return [];
    return [name.startsWith("report") ? `${name}, ${firstDifference(value, actual[name])}` : name];
  });
}

/**
 * Compares JSON, and the trades, equity and portfolio as CSV and Arrow, byte for byte with those of ATC_BASELINE.
 * Without a baseline, it compares them with those of one thread without a cache. Each run is made cold and again from
 * its cache.
 */
export async function compareOutputs(folder, scale) {
  const cwd = join(folder, "outputs");
  mkdirSync(cwd);
  const market = mixedMarket(scale);
  writeMarketCsv(join(cwd, "market.csv"), market);
  // This symbol is skipped, because its price is negative.
  const text = `BAD,${market[0].start},1,1,1,-1,1\nBAD,${market[0].start + 60_000},1,1,1,1,1\n`;
  writeFileSync(join(cwd, "market.csv"), text, { flag: "a" });
  const lines = [];
  for (const [name, options] of [
    ["defaults", []],
    ["3 symbols per batch", ["--batch-size", "3"]],
    ["risk-free rate", ["--risk-free-rate", "0.02"]],
    ["last 5,000 bars", ["--limit", "5000"]],
  ]) {
    // The report does not name the threads, so runs of different threads can be compared.
    const threads = ["--threads", "2", "--executor", "worker"];
    const inline = ["--executor", "inline", "--no-cache"];
    const reference = {
      root: baseline ?? checkout,
      args: [...(baseline === undefined ? inline : threads), ...options],
    };
    const expected = await outputsOf(cwd, reference);
    const compare = async (what, run) => {
      const actual = await outputsOf(cwd, { root: checkout, ...run, args: [...run.args, ...options] });
      const bound = `bytes of ${baseline === undefined ? "one thread" : "ATC_BASELINE"}`;
      lines.push({ name: `outputs, ${name}, ${what}`, bound, faults: differences(expected, actual) });
    };
    await compare("threads, cold", { args: threads });
    await compare("threads, from the cache", { args: threads, keeps: true });
    await compare("inline, from the cache of threads", { args: ["--executor", "inline"], keeps: true });
    await compare("inline, cold", { args: ["--executor", "inline"], keeps: true, fresh: true });
    await compare("threads, no cache", { args: [...threads, "--no-cache"], keeps: true });
  }
  rmSync(cwd, { recursive: true });
  return lines;
}
