import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { backtest, bindStrategy, memoryDataset } from "@atc/backtest";
import { backtestFile } from "@atc/runtime";
import crossing from "./crossing.js";

// Your own arrays: @atc/backtest alone, nothing on the disk. The price oscillates around a rising line.
const timestamp = Array.from({ length: 500 }, (_, i) => Date.UTC(2023, 0, 1 + i));
const close = timestamp.map((_, i) => 100 + 12 * Math.sin(i / 25) + i / 20);
const swing = memoryDataset({ SWING: { timestamp, close } });
const { portfolio } = await backtest(swing, { strategy: bindStrategy(crossing, { fast: 5, slow: 20 }) });
console.log(
  `an oscillating price: ${(100 * portfolio.metrics.totalReturn).toFixed(1)} % in ${portfolio.metrics.trades} trades\n`,
);

// A file, as in `atc backtest bars.csv --strategy ./crossing.js --parameter fast=5`. The module runs on a thread. Its
// code and its parameters are part of the cache's keys, so each pair of lengths is computed once.
const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const module = fileURLToPath(new URL("crossing.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atc-strategy-"));
const storage = { dataDir: join(folder, "mmap"), cacheDir: join(folder, "atc"), feeBps: 5 };
const runs = {
  ATC: {},
  "5 and 20": { strategy: module, parameters: { fast: 5, slow: 20 } },
  "20 and 100": { strategy: module, parameters: { fast: 20, slow: 100 } },
  // It sees all symbols at once, and its weights change with every bar.
  reversal: { strategy: fileURLToPath(new URL("reversal.js", import.meta.url)), rebalance: "everyBar" },
  // A built-in strategy, as a comparison.
  donchian: { strategy: "donchian", parameters: { entry: 50, exit: 25 } },
  "buy and hold": { strategy: "hold" },
};
const percent = (share) => Number((100 * share).toFixed(1));
const table = {};
for (const [name, config] of Object.entries(runs)) {
  const { report } = await backtestFile(file, { config: { ...storage, ...config } });
  const { totalReturn, grossReturn, maxDrawdown, trades } = report.portfolio;
  table[name] = {
    "return %": percent(totalReturn),
    "before costs %": percent(grossReturn),
    "max drawdown %": percent(maxDrawdown),
    trades,
  };
}
console.table(table);
rmSync(folder, { recursive: true });
