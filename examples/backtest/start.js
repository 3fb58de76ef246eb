import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { columnsToCsv, tradeColumns } from "@atc/backtest";
import { backtestFile } from "@atc/runtime";

const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atc-backtest-"));

// One call: reads the file, computes the signals, fills the orders at the next bar, and subtracts the costs.
const { report, result } = await backtestFile(file, {
  config: {
    robustness: "Wide",
    feeBps: 5,
    slippageBps: 1,
    dataDir: join(folder, "mmap"), // without dataDir and cacheDir, both are in .cache and a second run is faster
    cacheDir: join(folder, "atc"),
  },
  useMemoryMapped: true,
});

// The report: the same metrics for the portfolio and for each symbol. Compare a return with the one before costs and
// with holding.
const percent = (share) => Number((100 * share).toFixed(1));
const row = ({ totalReturn, grossReturn, buyAndHold, maxDrawdown, sharpe, trades }) => ({
  "return %": percent(totalReturn),
  "before costs %": percent(grossReturn),
  "buy and hold %": percent(buyAndHold),
  "max drawdown %": percent(maxDrawdown),
  sharpe: sharpe && Number(sharpe.toFixed(2)),
  trades,
});
const rows = report.symbols.map((metrics) => [metrics.symbol, row(metrics)]);
console.table({ portfolio: row(report.portfolio), ...Object.fromEntries(rows) });

// What a trader must know: each symbol has warnings, and a symbol without usable data is skipped with a reason.
for (const { symbol, warnings } of report.symbols) for (const warning of warnings) console.log(`${symbol}: ${warning}`);
for (const { symbol, reason } of report.skipped) console.log(`${symbol} was skipped: ${reason}`);

// Curves and trades: typed arrays for each symbol.
const [{ symbol, equity, trades }] = result.symbols;
console.log(`\n${symbol}: ${equity.length} bars, final equity ${equity.at(-1).toFixed(2)}`);
console.log(`${trades.length} trades, the best ${percent(Math.max(...trades.return))} %`);

// The trades of all symbols as one table, ready for a CSV or Arrow file.
const [header, ...lines] = [...columnsToCsv(tradeColumns(result.symbols))].join("").trim().split("\n");
console.log(`\n${header}\n${lines.slice(0, 3).join("\n")}\n... and ${lines.length - 3} more trades`);
rmSync(folder, { recursive: true });
