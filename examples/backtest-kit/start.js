import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candlesFromCcxt, createAtcPlugin } from "@atc/backtest-kit";
import { mmapStore } from "@atc/mmap-store";
import { minutes } from "./minutes.js";

// Candles as ccxt returns them become the columns of a dataset once. Then every run maps the same file.
const directory = mkdtempSync(join(tmpdir(), "atc-backtest-kit-")); // atc itself keeps datasets in ".cache/mmap"
const store = mmapStore({ directory });
const columns = candlesFromCcxt(minutes(10));
const schema = {
  kind: "bars",
  columns: [
    { name: "timestamp", type: "timestamp[ms]" },
    ...["open", "high", "low", "close", "volume"].map((name) => ({ name, type: "float64" })),
  ],
};
const lock = await store.lock("minutes");
const series = [{ symbol: "BTCUSDT", rows: columns.timestamp.length }];
const writer = await store.create(lock, { schema, fingerprint: "minutes of this example", series });
await writer.write("BTCUSDT", 0, columns);
await writer.publish();
await lock[Symbol.asyncDispose]();
const dataset = await store.open("minutes");

// The plugin needs the host: the module "backtest-kit" itself. If it is not installed, host.js replaces it.
const installed = "backtest-kit";
const real = await import(installed).catch((error) => {
  if (error.code === "ERR_MODULE_NOT_FOUND") return undefined;
  throw error;
});
const host = real ?? (await import("./host.js"));
console.log(real === undefined ? "backtest-kit is not installed: host.js replaces it\n" : "the host is backtest-kit\n");

// In the host, one missing minute ends the process in the middle of a run. The plugin finds it before the host runs.
try {
  createAtcPlugin(host, { dataset });
} catch (error) {
  console.log(`${error.code}: ${error.message}\n`);
}
const plugin = createAtcPlugin(host, { dataset, gaps: "forward-fill" });
const { presentBars, missingBars } = plugin.reports.get("BTCUSDT");
console.log(`${presentBars} minutes, ${missingBars} filled with the previous close\n`);

const [frame] = plugin.addFrames({ frameName: "all" });
console.log(`from ${new Date(frame.from).toISOString()} to ${new Date(frame.to).toISOString()}`);
const table = {};
const strategies = [
  { strategyName: "atc-15m", interval: "15m" },
  { strategyName: "atc-1h", interval: "1h" },
  { strategyName: "atc-1h-bracket", interval: "1h", takeProfitPercent: 2, stopLossPercent: 1, reentry: "next-flip" },
];
for (const options of strategies) {
  const { strategyName } = plugin.strategy(options);
  const context = { strategyName, exchangeName: plugin.exchangeName, frameName: frame.frameName };
  const closed = [];
  for await (const event of host.Backtest.run("BTCUSDT", context)) if (event.action === "closed") closed.push(event);
  const count = (reason) => closed.filter(({ closeReason }) => closeReason === reason).length;
  const sum = closed.reduce((total, { pnl }) => total + pnl.pnlPercentage, 0);
  table[strategyName] = {
    trades: closed.length,
    flips: count("closed"),
    targets: count("take_profit"),
    stops: count("stop_loss"),
    "sum %": Number(sum.toFixed(2)),
  };
}
console.table(table);

dataset[Symbol.dispose]();
await store[Symbol.asyncDispose]();
rmSync(directory, { recursive: true });
