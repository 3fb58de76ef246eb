// node backtest.mjs bars.csv
import { backtestFile } from "@atc/runtime";

const [file = "bars.csv"] = process.argv.slice(2);
const { report, result } = await backtestFile(file, { config: { robustness: "Medium", feeBps: 5 } });

console.log(`return ${report.portfolio?.totalReturn}, buy and hold ${report.portfolio?.buyAndHold}`);
for (const { symbol, totalReturn, sharpe, warnings } of report.symbols)
  console.log(symbol, totalReturn, sharpe, warnings.join("; "));
for (const { symbol, reason } of report.skipped) console.error(`${symbol} was left out: ${reason}`);
for (const { symbol, equity, trades } of result.symbols)
  console.log(`${symbol}: ${trades.length} trades, equity at the end ${equity[equity.length - 1]}`);
