import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ingest } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";

const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "atc-mapped-")); // atc itself keeps datasets in ".cache/mmap"
const store = mmapStore({ directory });
const source = await csv(file);
const { report } = await ingest(source, store, { name: "stocks" });
console.log(`${report.rowsRead} rows of ${report.series.length} symbols, ${report.firstTime} to ${report.lastTime}`);
const again = await ingest(source, store, { name: "stocks" });
console.log(`a second ingest ${again.reused ? "finds the dataset up to date" : "reads the file again"}\n`);

const round = (price) => Number(price.toFixed(2));
const dataset = await store.open("stocks");
const table = {};
for (const symbol of dataset.symbols()) {
  const series = dataset.series(symbol);
  // Blocks: all rows in order, in constant memory. Values are views of the file, valid until the next step.
  let money = 0;
  let shares = 0;
  for (const block of series.blocks({ columns: ["close", "volume"], blockLength: 256 })) {
    const close = block.values("close");
    const volume = block.values("volume");
    for (let i = 0; i < block.length; i++) {
      money += close[i] * volume[i];
      shares += volume[i];
    }
  }
  // A window: any range of rows by index.
  const last = series.length - 20;
  const highest = Math.max(...Array.from(series.window("high", last, 20)));
  const lowest = Math.min(...Array.from(series.window("low", last, 20)));
  const close = series.window("close", series.length - 1, 1)[0];
  table[symbol] = {
    bars: series.length,
    "average price by volume": round(money / shares),
    "20-day low": round(lowest),
    "20-day high": round(highest),
    last: round(close),
  };
}
console.table(table);
dataset[Symbol.dispose]();
await source[Symbol.asyncDispose]();
await store[Symbol.asyncDispose]();
rmSync(directory, { recursive: true });
