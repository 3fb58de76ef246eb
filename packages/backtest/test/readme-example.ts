import { backtest, columnsToCsv, memoryDataset, strategyOf, tradeColumns } from "../src/index.ts";

const timestamp = Array.from({ length: 400 }, (_, i) => Date.UTC(2023, 0, 1 + i));
const close = timestamp.map((_, i) => 100 + 10 * Math.sin(i / 15) + i / 20);
const data = memoryDataset({ DEMO: { timestamp, close } });

const { portfolio, symbols } = await backtest(data, { config: { feeBps: 5 } });
console.log(portfolio?.metrics.sharpe, portfolio?.metrics.buyAndHold, symbols[0]?.warnings);
console.log([...columnsToCsv(tradeColumns(symbols))].join(""));

const alwaysLong = strategyOf("always long", () => (_bars, directions) => {
  directions.fill(1);
});
const held = await backtest(data, { strategy: alwaysLong });
console.log(held.portfolio?.metrics.totalReturn);
