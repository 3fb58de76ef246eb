// Rows a second from a CSV of 50 interleaved symbols to a sorted dataset, and the peak memory of doing so.
import { statSync } from "node:fs";
import { join } from "node:path";
import { ingest } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";
import { writeMarket } from "../market.js";
import { median, peakMb, report, withFolder } from "../measure.js";

await withFolder(async (folder) => {
  const file = join(folder, "market.csv");
  const rows = writeMarket(file, 50, 60_000);
  const before = peakMb();
  const store = mmapStore({ directory: join(folder, "data") });
  const parseMs = [];
  const ingestMs = [];
  for (let round = 0; round < 4; round++) {
    let startedAt = performance.now();
    const source = await csv(file);
    let parsed = 0;
    for await (const chunk of source.chunks()) parsed += chunk.length;
    if (parsed !== rows) throw new Error(`${parsed} rows instead of ${rows}`);
    if (round > 0) parseMs.push(performance.now() - startedAt);
    startedAt = performance.now();
    await ingest(source, store, { name: "bench", force: true, memoryBytes: 128e6 });
    if (round > 0) ingestMs.push(performance.now() - startedAt);
    await source[Symbol.asyncDispose]();
  }
  const speed = (ms) => ({
    "M rows/s": +(rows / median(ms) / 1000).toFixed(2),
    "MB/s": Math.round(statSync(file).size / median(ms) / 1000),
  });
  report({
    "parse only": speed(parseMs),
    "parse, sort, write, publish": speed(ingestMs),
    memory: { "peak RSS MB": peakMb(), "before MB": before },
  });
});
