import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inlineExecutor, workerExecutor } from "@atc/executor-worker";
import { ingest } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";
import { contentOf, createBars } from "./bars.js";

const modules = { "@atc/ingest": import.meta.resolve("@atc/ingest/tasks") };

/** A file with rows of the symbols A and B, as `contentOf` expects them, out of order. */
async function writeFileOfBars(folder, rows) {
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (let i = 0; i < rows; i++) {
    // Neighbours are swapped, so that rows must be sorted.
    const row = i ^ 1;
    const close = row * 8 + 5;
    for (const symbol of ["A", "B"])
      lines.push(`${symbol},${new Date(60_000 * row).toISOString()},${close},${close},${close},${close},1`);
  }
  await writeFile(join(folder, "bars.csv"), `${lines.join("\n")}\n`);
}

/** @returns {import("./operation.js").Operation} */
function ingestOperation(name, { rows, memoryBytes, threads }) {
  const storeIn = (folder) => mmapStore({ directory: join(folder, "store"), segmentBytes: 65_536, keepGenerations: 0 });
  return {
    name: `ingest ${name}`,
    async prepare(folder) {
      await mkdir(folder, { recursive: true });
      await writeFileOfBars(folder, rows);
      await createBars(storeIn(folder), 50, 1);
    },
    async run(folder) {
      const executor = threads === 0 ? inlineExecutor({ modules }) : workerExecutor({ modules, threads });
      try {
        const source = await csv(join(folder, "bars.csv"));
        try {
          await ingest(source, storeIn(folder), { name: "d", memoryBytes, force: true, executor });
        } finally {
          await source[Symbol.asyncDispose]();
        }
      } finally {
        await executor[Symbol.asyncDispose]();
      }
    },
    async state(folder) {
      const bytes = await readFile(join(folder, "bars.csv"));
      return `${bytes.length} bytes of input; ${await contentOf(storeIn(folder))}`;
    },
    async tidy(folder) {
      const lock = await storeIn(folder).lock("d");
      await lock[Symbol.asyncDispose]();
    },
    isDurable: true,
    isThreaded: threads > 0,
  };
}

/** @type {readonly import("./operation.js").Operation[]} */
export const ingestOperations = [
  ingestOperation("in memory", { rows: 600, memoryBytes: 100_000_000, threads: 0 }),
  ingestOperation("in places", { rows: 1000, memoryBytes: 1_000_000, threads: 0 }),
  ingestOperation("in places, two threads", { rows: 1000, memoryBytes: 1_000_000, threads: 2 }),
];
