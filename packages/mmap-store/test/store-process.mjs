// A separate process for tests of locks and crashes. Prints one line per step, and ends when its input ends.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { mmapStore } from "@atc/mmap-store";

const [task, directory] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);
const schema = {
  kind: "bars",
  columns: [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
  ],
};
const bars = (rows, value) => ({
  timestamp: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
  close: new Float64Array(rows).fill(value),
});
const store = mmapStore({ directory, segmentBytes: 65_536 });
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

const tasks = {
  async lock() {
    try {
      const lock = await store.lock("d");
      say(`locked ${lock.scratch}`);
    } catch (error) {
      say(error.code);
    }
  },
  async write() {
    const lock = await store.lock("d");
    const plan = { schema, fingerprint: "", series: [{ symbol: "A", rows: 20_000 }] };
    const writer = await store.create(lock, plan);
    await writer.write("A", 0, bars(10_000, 1));
    say("writing");
  },
  async place() {
    const lock = await store.lock("d");
    const plan = { schema, fingerprint: "", series: [{ symbol: "A", rows: 20_000 }] };
    const layout = await store.layOut(lock, plan, { directory: join(lock.scratch, "rows") });
    const { timestamp, close } = bars(20_000, 1);
    for (const { path, row, rows, offsets } of layout.extents("A").slice(0, 2)) {
      const file = openSync(path, "r+");
      writeSync(file, timestamp, 8 * row, 8 * rows, offsets[0]);
      writeSync(file, close, 8 * row, 8 * rows, offsets[1]);
      closeSync(file);
    }
    say("placed");
  },
  async publish() {
    for (let generation = 1; ; generation++) {
      const lock = await store.lock("d");
      const plan = { schema, fingerprint: String(generation), series: [{ symbol: "A", rows: 20_000 }] };
      const writer = await store.create(lock, plan);
      await writer.write("A", 0, bars(20_000, generation));
      say(`publishing ${generation}`);
      await writer.publish();
      await lock[Symbol.asyncDispose]();
    }
  },
};
await tasks[task]();
