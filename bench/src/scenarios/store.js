// MB/s of a sum over a float64 column of 20 million rows through blocks: mapped, read, and an array in memory.
import { mmapStore } from "@atc/mmap-store";
import { alternate, peakMb, report, withFolder } from "../measure.js";

const rows = 20_000_000;
const chunk = 1_000_000;

async function write(store) {
  const lock = await store.lock("bench");
  const columns = [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
  ];
  const writer = await store.create(lock, {
    schema: { kind: "bars", columns },
    fingerprint: "bench",
    series: [{ symbol: "A", rows }],
  });
  for (let row = 0; row < rows; row += chunk) {
    const timestamp = BigInt64Array.from({ length: chunk }, (_, i) => BigInt(row + i));
    const close = Float64Array.from({ length: chunk }, (_, i) => (row + i) % 1000);
    await writer.write("A", row, { timestamp, close });
  }
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

function sum(values) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const end = values.length - (values.length % 4);
  for (let i = 0; i < end; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (let i = end; i < values.length; i++) a += values[i];
  return a + b + c + d;
}

await withFolder(async (directory) => {
  const mapped = mmapStore({ directory, backend: "auto" });
  const read = mmapStore({ directory, backend: "read" });
  await write(mapped);
  const viaMap = await mapped.open("bench");
  const viaRead = await read.open("bench");
  const memory = new Float64Array(rows);
  for (const block of viaRead.series("A").blocks({ columns: ["close"] })) memory.set(block.values("close"), block.row);
  const expected = sum(memory);
  const scan = (dataset) => {
    let total = 0;
    for (const block of dataset.series("A").blocks({ columns: ["close"] })) total += sum(block.values("close"));
    if (total !== expected) throw new Error(`${total} is not ${expected}`);
  };
  const point = (dataset) => {
    const series = dataset.series("A");
    for (let i = 0; i < 10_000; i++) series.window("close", (i * 7919) % (rows - 64), 64);
  };
  const ms = await alternate({ memory: () => sum(memory), mmap: () => scan(viaMap), read: () => scan(viaRead) }, 7);
  const windows = await alternate({ mmap: () => point(viaMap), read: () => point(viaRead) }, 5);
  const megabytes = (rows * 8) / 1e6;
  report({
    "array in memory": { "MB/s": Math.round((megabytes / ms.memory) * 1000), "of memory": 1 },
    mmap: {
      "MB/s": Math.round((megabytes / ms.mmap) * 1000),
      "of memory": +(ms.memory / ms.mmap).toFixed(2),
      "us per window of 64": +(windows.mmap / 10).toFixed(2),
    },
    read: {
      "MB/s": Math.round((megabytes / ms.read) * 1000),
      "of memory": +(ms.memory / ms.read).toFixed(2),
      "us per window of 64": +(windows.read / 10).toFixed(2),
    },
    memory: { "peak RSS MB": peakMb() },
  });
  viaMap[Symbol.dispose]();
  viaRead[Symbol.dispose]();
});
