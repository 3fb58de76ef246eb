import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { backtest, memoryDataset } from "@atc/backtest";
import { backtestFile } from "@atc/runtime";
import { crossing } from "./crossing.js";

// Your own arrays: @atc/backtest alone, nothing on the disk. The price oscillates around a rising line.
const timestamp = Array.from({ length: 500 }, (_, i) => Date.UTC(2023, 0, 1 + i));
const close = timestamp.map((_, i) => 100 + 12 * Math.sin(i / 25) + i / 20);
const { portfolio } = await backtest(memoryDataset({ SWING: { timestamp, close } }), { strategy: crossing(5, 20) });
console.log(
  `an oscillating price: ${(100 * portfolio.metrics.totalReturn).toFixed(1)} % in ${portfolio.metrics.trades} trades\n`,
);

// A file: the strategy's name, which contains the lengths, and its version are part of the cache's keys. So each pair
// is computed once.
const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atc-strategy-"));
const config = { dataDir: join(folder, "mmap"), cacheDir: join(folder, "atc"), feeBps: 5 };
const percent = (share) => Number((100 * share).toFixed(1));
const table = {};
let holding;
for (const strategy of [undefined, crossing(5, 20), crossing(20, 100), crossing(50, 200)]) {
  const { report } = await backtestFile(file, { config, ...(strategy && { strategy }) });
  const { totalReturn, grossReturn, maxDrawdown, trades, buyAndHold } = report.portfolio;
  table[strategy?.name ?? "ATC"] = {
    "return %": percent(totalReturn),
    "before costs %": percent(grossReturn),
    "max drawdown %": percent(maxDrawdown),
    trades,
  };
  holding = buyAndHold;
}
table["buy and hold"] = { "return %": percent(holding) };
console.table(table);
rmSync(folder, { recursive: true });
