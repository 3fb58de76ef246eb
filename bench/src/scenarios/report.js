// HTML reports of 50 stocks, of 10 million bars and of 5,000 symbols: what `atc backtest --report` takes beside the
// same backtest without a page, the size of the file, when Chromium has drawn the first chart and everything, the
// page's own script per frame of a zoom of 120 wheel steps, and the memory of its renderer: the least of
// ATC_BENCH_ROUNDS (5) rounds. Without a browser, nothing is opened.
// ATC_BENCH_PART=stocks,minutes,symbols selects reports. ATC_BENCH_SCALE=0.01 makes them smaller, without bounds.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { browserPath, leastBrowserTimes } from "../browser-times.js";
import { commandTimes } from "../command-run.js";
import { report, withFolder } from "../measure.js";
import { marketOf, storeMarket } from "../synthetic-market.js";

const rounds = Number(process.env.ATC_BENCH_ROUNDS ?? 5);
const scale = Number(process.env.ATC_BENCH_SCALE ?? 1);
const isWhole = scale >= 1 && rounds >= 5;
const day = 86_400_000;
const minute = 60_000;
const parts = {
  stocks: { symbols: 50, bars: 513, interval: day, bounds: { mb: 1 } },
  minutes: {
    symbols: 1,
    bars: 10_000_000,
    interval: minute,
    bounds: { mb: 3, firstMs: 500, allMs: 1500, zoomMs: 12, memoryMb: 350 },
  },
  symbols: { symbols: 5000, bars: 250, interval: day, bounds: { mb: 3 } },
};
const wanted = (process.env.ATC_BENCH_PART ?? Object.keys(parts).join()).split(",");
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0)
  throw new Error(`unknown part "${unknown.join('", "')}"; choose from: ${Object.keys(parts).join(", ")}`);

/** A smaller market has fewer bars, or fewer symbols if its bars are few. */
const scaled = ({ symbols, bars, interval }) => ({
  symbols: symbols > 1000 ? Math.max(2, Math.round(symbols * scale)) : symbols,
  bars: bars > 1000 ? Math.max(500, Math.round(bars * scale)) : bars,
  interval,
});

/** Runs the backtest without a cached result. */
function run(cwd, ...more) {
  rmSync(join(cwd, "cache"), { recursive: true, force: true });
  const folders = ["--data-dir", "data", "--cache-dir", "cache"];
  return commandTimes({ cwd, args: ["backtest", "market", "--strategy", "cross", "--no-save", ...folders, ...more] });
}

async function measure(cwd, part) {
  rmSync(join(cwd, "data"), { recursive: true, force: true });
  await storeMarket(join(cwd, "data"), "market", marketOf(scaled(part)));
  const file = join(cwd, "report.html");
  const alone = run(cwd, "--metrics", "all");
  const made = run(cwd, "--report", file, "--force");
  const drawn = browserPath === undefined ? undefined : await leastBrowserTimes(file, rounds);
  return { alone, made, drawn, mb: statSync(file).size / 1e6 };
}

const skipped = { value: "skipped", result: "no browser: set ATC_CHROMIUM" };

function memoryRow(drawn, name, bound) {
  if (drawn === undefined) return skipped;
  return drawn[name] === undefined ? { value: "skipped", result: "not known here" } : row(drawn[name], bound, 0);
}

const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}s`;

function row(value, bound, digits) {
  const shown = { value: +value.toFixed(digits) };
  if (bound === undefined) return shown;
  const result = isWhole ? (value <= bound ? "pass" : "FAIL") : "too small for the bound";
  return { ...shown, bound: `<= ${bound}`, result };
}

function rowsOf(part, { alone, made, drawn, mb }) {
  const { bounds } = part;
  const { symbols, bars } = scaled(part);
  const title = symbols === 1 ? counted(bars, "bar") : `${counted(symbols, "symbol")} of ${counted(bars, "bar")}`;
  return {
    [`${title}: file, MB`]: row(mb, bounds.mb, 2),
    [`${title}: first chart, ms`]: drawn === undefined ? skipped : row(drawn.firstMs, bounds.firstMs, 0),
    [`${title}: everything, ms`]: drawn === undefined ? skipped : row(drawn.allMs, bounds.allMs, 0),
    [`${title}: script per frame of a zoom, median ms`]:
      drawn === undefined ? skipped : row(drawn.zoomMs, bounds.zoomMs, 1),
    [`${title}: script per frame of a zoom, 95 % ms`]: drawn === undefined ? skipped : row(drawn.lateMs, undefined, 1),
    [`${title}: renderer, MB`]: memoryRow(drawn, "mb", bounds.memoryMb),
    [`${title}: renderer after the zoom, MB`]: memoryRow(drawn, "zoomMb", bounds.memoryMb),
    [`${title}: backtest with the report, ms of processor time`]: row(made.cpuMs, undefined, 0),
    [`${title}: backtest alone, ms of processor time`]: row(alone.cpuMs, undefined, 0),
    [`${title}: backtest with the report, peak MB`]: row(made.peakMb, undefined, 0),
    [`${title}: backtest alone, peak MB`]: row(alone.peakMb, undefined, 0),
  };
}

await withFolder(async (folder) => {
  const rows = {};
  for (const name of wanted) Object.assign(rows, rowsOf(parts[name], await measure(folder, parts[name])));
  report(rows);
  if (Object.values(rows).some(({ result }) => result === "FAIL")) process.exitCode = 1;
});
