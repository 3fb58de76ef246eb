// Rows a second from a CSV of 50 interleaved symbols to a sorted dataset, and the peak memory of doing so.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ingest } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";
import { cpuMs, median, peakMb, report, withFolder } from "../measure.js";

const symbols = 50;
const bars = 60_000;
const rows = symbols * bars;

/** Writes the file in a process of its own, so that its memory is not counted. */
function writeFile(file) {
  const market = fileURLToPath(new URL("../market.js", import.meta.url));
  const script = `import(${JSON.stringify(market)}).then(({ writeMarket }) => writeMarket(${JSON.stringify(file)}, ${symbols}, ${bars}))`;
  execFileSync(process.execPath, ["-e", script]);
}

await withFolder(async (folder) => {
  const file = join(folder, "market.csv");
  writeFile(file);
  const before = peakMb();
  const store = mmapStore({ directory: join(folder, "data") });
  const steps = {
    "parse only": async (source) => {
      let parsed = 0;
      for await (const chunk of source.chunks()) parsed += chunk.length;
      if (parsed !== rows) throw new Error(`${parsed} rows instead of ${rows}`);
    },
    "parse, sort, write, publish": (source) =>
      ingest(source, store, { name: "bench", force: true, memoryBytes: 128e6 }),
  };
  const wall = {};
  const cpu = {};
  for (let round = 0; round < 4; round++) {
    for (const [name, step] of Object.entries(steps)) {
      const source = await csv(file);
      const startedAt = performance.now();
      const ms = await cpuMs(() => step(source));
      await source[Symbol.asyncDispose]();
      if (round === 0) continue;
      wall[name] = [...(wall[name] ?? []), performance.now() - startedAt];
      cpu[name] = [...(cpu[name] ?? []), ms];
    }
  }
  const figures = Object.keys(steps).map((name) => [
    name,
    {
      "M rows/s": +(rows / median(wall[name]) / 1000).toFixed(2),
      "M rows per CPU second": +(rows / median(cpu[name]) / 1000).toFixed(2),
      "MB/s": Math.round(statSync(file).size / median(wall[name]) / 1000),
    },
  ]);
  report({ ...Object.fromEntries(figures), memory: { "peak RSS MB": peakMb(), "before MB": before } });
});
