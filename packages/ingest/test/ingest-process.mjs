// Ingests a file into dataset "d" of a directory again and again, until it is killed or has read the given number of slices.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { workerExecutor } from "@atc/executor-worker";
import { ingest } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";

const [directory, file, slices] = process.argv.slice(2);
const store = mmapStore({ directory, keepGenerations: 0 });
const threads = workerExecutor({ modules: { "@atc/ingest": import.meta.resolve("@atc/ingest/tasks") }, threads: 2 });
let left = Number(slices);
let before;

/** The number of finished slices in the journal. */
function noted() {
  const folder = join(directory, "d");
  const scratch = readdirSync(folder).find((entry) => entry.startsWith(".scratch-"));
  try {
    const lines = readFileSync(join(folder, scratch, "runs", "journal.jsonl"), "utf8")
      .split("\n")
      .slice(1);
    return new Set(lines.filter((line) => line.endsWith("]")).map((line) => JSON.parse(line)[0])).size;
  } catch {
    return 0;
  }
}

const executor = {
  ...threads,
  async submit(task, ...rest) {
    if (task.task.endsWith("#readSlice")) {
      before ??= noted();
      if (left-- <= 0) {
        while (noted() < before + Number(slices)) await setTimeout(1);
        process.kill(process.pid, "SIGKILL");
      }
    }
    return await threads.submit(task, ...rest);
  },
};
const source = await csv(file, { badRows: "skip" });
process.stdout.write("started\n");
for (;;) await ingest(source, store, { name: "d", memoryBytes: 1_000_000, force: true, executor });
