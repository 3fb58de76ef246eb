import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { backtest, memoryDataset } from "@atc/backtest";
import { backtestFile } from "@atc/runtime";
import { crossing } from "./crossing.js";

// With arrays of your own: @atc/backtest alone, nothing on the disk. Here a price that swings around a rising line.
const timestamp = Array.from({ length: 500 }, (_, i) => Date.UTC(2023, 0, 1 + i));
const close = timestamp.map((_, i) => 100 + 12 * Math.sin(i / 25) + i / 20);
const { portfolio } = await backtest(memoryDataset({ SWING: { timestamp, close } }), { strategy: crossing(5, 20) });
console.log(
  `a swinging price: ${(100 * portfolio.metrics.totalReturn).toFixed(1)} % in ${portfolio.metrics.trades} trades\n`,
);

// With a file: the name, which holds the lengths, and the version are part of the cache's keys, so each pair is computed once.
const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atc-strategy-"));
const config = { dataDir: join(folder, "mmap"), cacheDir: join(folder, "atc"), feeBps: 5 };
const percent = (share) => `${(100 * share).toFixed(1)} %`.padStart(9);
console.log("strategy       return  no costs   max DD   trades");
let holding;
for (const strategy of [undefined, crossing(5, 20), crossing(20, 100), crossing(50, 200)]) {
  const { report } = await backtestFile(file, { config, ...(strategy && { strategy }) });
  const { totalReturn, grossReturn, maxDrawdown, trades, buyAndHold } = report.portfolio;
  const name = (strategy?.name ?? "ATC").padEnd(12);
  console.log(
    `${name} ${percent(totalReturn)} ${percent(grossReturn)} ${percent(-maxDrawdown)} ${String(trades).padStart(6)}`,
  );
  holding = buyAndHold;
}
console.log(`holding      ${percent(holding)}`);
rmSync(folder, { recursive: true });
