import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { columnsToCsv, tradeColumns } from "@atc/backtest";
import { backtestFile } from "@atc/runtime";

const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atc-backtest-")); // leave dataDir and cacheDir out to keep both in .cache
const { report, result } = await backtestFile(file, {
  config: {
    robustness: "Wide",
    feeBps: 5,
    slippageBps: 1,
    dataDir: join(folder, "mmap"),
    cacheDir: join(folder, "atc"),
  },
  useMemoryMapped: true,
});

const percent = (share) => `${(100 * share).toFixed(1)} %`.padStart(9);
const line = (name, { totalReturn, grossReturn, buyAndHold, maxDrawdown, sharpe, trades }) =>
  console.log(
    `${name.padEnd(9)} ${percent(totalReturn)} ${percent(grossReturn)} ${percent(buyAndHold)} ${percent(-maxDrawdown)} ${(sharpe ?? 0).toFixed(2).padStart(6)} ${String(trades).padStart(6)}`,
  );
console.log("             return  no costs   holding   max DD   Sharpe trades");
line("portfolio", report.portfolio);
for (const symbol of report.symbols) line(symbol.symbol, symbol);
for (const { symbol, warnings } of report.symbols) for (const warning of warnings) console.log(`${symbol}: ${warning}`);
for (const { symbol, reason } of report.skipped) console.log(`${symbol} was left out: ${reason}`);

// Curves and trades are columns: of one symbol as typed arrays, of all as tables for CSV and Arrow.
const [{ symbol, equity, trades }] = result.symbols;
console.log(
  `\n${symbol}: ${equity.length} equities, the last ${equity.at(-1).toFixed(2)}; ${trades.length} trades, the best ${percent(Math.max(...trades.return)).trim()}`,
);
const csv = [...columnsToCsv(tradeColumns(result.symbols))].join("").split("\n");
console.log(`${csv.slice(0, 4).join("\n")}\n... ${csv.length - 5} more`);
rmSync(folder, { recursive: true });
