// Processor time of `atc sweep` as a command, from its start to the table of results: 1,000 random configurations of
// six lengths, 50 symbols, 5,000 bars, without a cached result. In turns with it, some of the configurations run
//   - one by one through the kernel and the simulator, in this process, without portfolios and metrics of them;
//   - one by one through `atc backtest`, in a process each.
// Their time per configuration stands for that of all. Figures are the least of ATC_BENCH_ROUNDS (9) rounds.
// ATC_BENCH_CONFIGURATIONS, ATC_BENCH_SYMBOLS and ATC_BENCH_BARS make it smaller, for a trial without bounds.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { mmapStore } from "@atc/mmap-store";
import { compute } from "@atc/signals";
import { accountsOf } from "../account-task.js";
import { checkout, commandTimes } from "../command-run.js";
import { uniform } from "../market.js";
import { cpuMs, report, withFolder } from "../measure.js";
import { marketOf, storeMarket } from "../synthetic-market.js";

const sizeOf = (name, usual) => Number(process.env[`ATC_BENCH_${name}`] ?? usual);
const configurations = sizeOf("CONFIGURATIONS", 1000);
const symbols = sizeOf("SYMBOLS", 50);
const bars = sizeOf("BARS", 5000);
const rounds = sizeOf("ROUNDS", 9);
const cells = configurations * symbols * bars;
/** Small sweeps cannot keep the bounds: starting Node takes as long as 20 million cells. */
const isWhole = cells >= 250e6 && rounds >= 9;
const bounds = { ns: 12, mb: 512, runs: 12, commands: 100 };
const separateRuns = 8;
const separateCommands = 3;
/** The last one also says whether the winner is more than luck, which the bounds leave out. */
const variants = [["sweep", "--no-validate"], ["bySymbol", "--no-validate", "--by-symbol"], ["judged"]];
const kinds = ["ema", "hma", "wma", "dema", "lsma", "kama"];

/** An axis of 20 lengths from 14 to 64 for each kind of average. */
function axes() {
  const random = uniform(7);
  return kinds.flatMap((kind) => {
    const all = Array.from({ length: 51 }, (_, i) => 14 + i);
    const values = Array.from({ length: 20 }, () => all.splice(Math.floor(random() * all.length), 1)[0]);
    return ["--grid", `${kind}Length=${values.sort((a, b) => a - b).join()}`];
  });
}

/** The columns of the dataset "market". */
async function readColumns(directory) {
  const store = mmapStore({ directory });
  const market = await store.open("market");
  const all = market.symbols().map((symbol) => {
    const columns = { times: new BigInt64Array(bars), open: new Float64Array(bars), close: new Float64Array(bars) };
    for (const block of market.series(symbol).blocks({ columns: ["timestamp", "open", "close"] })) {
      columns.times.set(block.times(), block.row);
      for (const name of ["open", "close"]) columns[name].set(block.values(name), block.row);
    }
    return columns;
  });
  market[Symbol.dispose]();
  await store[Symbol.asyncDispose]();
  return all;
}

const flagsOf = (keys) =>
  Object.entries(keys).map(
    ([key, value]) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${value}`,
  );

async function measure(cwd) {
  const data = join(cwd, "data");
  await storeMarket(data, "market", marketOf({ symbols, bars, interval: 86_400_000 }));
  const columns = await readColumns(data);
  const accounts = await Promise.all(columns.map((one) => accountsOf(checkout, one)));
  const common = ["market", "--data-dir", "data", "--cache-dir", "cache", "--json"];
  const sweep = (...more) => {
    rmSync(join(cwd, "cache"), { recursive: true, force: true });
    const args = [...common, ...axes(), "--random", String(configurations), "-o", "table.arrow", "--force", ...more];
    return commandTimes({ cwd, args: ["sweep", ...args] });
  };
  const { best } = JSON.parse(sweep("--no-validate", "--top", String(configurations)).stdout);
  const every = Math.ceil(best.length / separateRuns);
  const some = best.filter((_, place) => place % every === 0);

  const separately = () => {
    for (const { keys } of some)
      for (const [symbol, { close }] of columns.entries())
        accounts[symbol].account(compute({ close }, keys, { outputs: ["direction"] }).columns.direction, {});
  };
  const commands = () => {
    rmSync(join(cwd, "cache"), { recursive: true, force: true });
    return some.slice(0, separateCommands).reduce((sum, { keys, metrics }) => {
      const { cpuMs: ms, stdout } = commandTimes({ cwd, args: ["backtest", ...common, ...flagsOf(keys)] });
      const { portfolio } = JSON.parse(stdout);
      for (const [name, value] of Object.entries(metrics)) assert.equal(portfolio[name], value, name);
      return sum + ms;
    }, 0);
  };

  const perCell = (ms, count) => (ms * 1e6) / (count * symbols * bars);
  const least = {};
  const add = (name, ns) => {
    least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, ns);
  };
  const mostMb = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, ...more] of variants) {
      const { cpuMs: ms, peakMb } = sweep(...more);
      add(name, perCell(ms, configurations));
      mostMb[name] = Math.max(mostMb[name] ?? 0, peakMb);
    }
    add("runs", perCell(await cpuMs(separately), some.length));
    add("commands", perCell(commands(), Math.min(separateCommands, some.length)));
  }
  return { least, mostMb };
}

await withFolder(async (folder) => {
  const { least, mostMb } = await measure(folder);
  const peak = Math.max(mostMb.sweep, mostMb.bySymbol);
  const slower = Math.max(least.sweep, least.bySymbol);
  const row = (value, bound, isKept) => ({
    value: +value.toFixed(1),
    bound,
    result: isWhole ? (isKept ? "pass" : "FAIL") : "too small for the bound",
  });
  const rows = {
    "atc sweep, ns per cell": row(least.sweep, `<= ${bounds.ns}`, least.sweep <= bounds.ns),
    "with --by-symbol, ns per cell": row(least.bySymbol, `<= ${bounds.ns}`, least.bySymbol <= bounds.ns),
    "peak resident memory, MB": row(peak, `<= ${bounds.mb}`, peak <= bounds.mb),
    "with the statistics of the winner, ns per cell": { value: +least.judged.toFixed(1) },
    "with the statistics of the winner, MB": { value: Math.round(mostMb.judged) },
    [`kernel and simulator for ${separateRuns} of them, ns per cell`]: { value: +least.runs.toFixed(1) },
    "times the slower sweep": row(least.runs / slower, `>= ${bounds.runs}`, least.runs >= bounds.runs * slower),
    [`atc backtest for ${separateCommands} of them, ns per cell`]: { value: +least.commands.toFixed(1) },
    "times the slower sweep, commands": row(
      least.commands / slower,
      `>= ${bounds.commands}`,
      least.commands >= bounds.commands * slower,
    ),
  };
  report(rows);
  if (Object.values(rows).some(({ result }) => result === "FAIL")) process.exitCode = 1;
});
