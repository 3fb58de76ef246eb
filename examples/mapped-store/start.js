import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ingest } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";

const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "atc-mapped-")); // ".cache/mmap" is where atc itself keeps datasets
const store = mmapStore({ directory });
const source = await csv(file);
const { report } = await ingest(source, store, { name: "stocks" });
console.log(`${report.rowsRead} rows of ${report.series.length} symbols, ${report.firstTime} to ${report.lastTime}`);
const again = await ingest(source, store, { name: "stocks" });
console.log(`a second ingest ${again.reused ? "finds the dataset up to date" : "reads the file again"}\n`);

const dataset = await store.open("stocks");
console.log("symbol      bars  average price by volume    20-day range      last");
for (const symbol of dataset.symbols()) {
  const series = dataset.series(symbol);
  // Blocks: all rows in order, in memory that does not grow with them. Values are views of the file, valid until the next step.
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
  // A window: any rows by their index.
  const last = series.length - 20;
  const highest = Math.max(...Array.from(series.window("high", last, 20)));
  const lowest = Math.min(...Array.from(series.window("low", last, 20)));
  const close = series.window("close", series.length - 1, 1)[0];
  const range = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
  const average = (money / shares).toFixed(2);
  console.log(
    `${symbol.padEnd(8)} ${String(series.length).padStart(7)}  ${average.padStart(23)}  ${range.padStart(17)}  ${close.toFixed(2).padStart(6)}`,
  );
}
dataset[Symbol.dispose]();
await source[Symbol.asyncDispose]();
await store[Symbol.asyncDispose]();
rmSync(directory, { recursive: true });
