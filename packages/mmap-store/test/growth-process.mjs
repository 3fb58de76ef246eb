// Appends to and compacts a dataset until it is killed. Prints one line per step. Every value encodes its row and its
// symbol, so that torn rows are detected.
import { mmapStore } from "@atc/mmap-store";

const [directory, keep] = process.argv.slice(2);
const store = mmapStore({ directory, segmentBytes: 32_768, keepGenerations: Number(keep) });
const say = (line) => process.stdout.write(`${line}\n`);
const columns = [
  { name: "timestamp", type: "timestamp[ms]" },
  { name: "close", type: "float64" },
];
const bars = (from, rows) => ({
  timestamp: BigInt64Array.from({ length: rows }, (_, i) => BigInt(from + i)),
  close: Float64Array.from({ length: rows }, (_, i) => from + i),
});

const lock = await store.lock("d");
if ((await store.find("d")) === undefined) {
  const plan = {
    schema: { kind: "bars", columns },
    fingerprint: "1",
    series: [
      { symbol: "A", rows: 900 },
      { symbol: "B", rows: 1 },
    ],
  };
  const writer = await store.create(lock, plan);
  await writer.write("A", 0, bars(0, 900));
  await writer.write("B", 0, bars(0, 1));
  await writer.publish();
}
for (let turn = 0; ; turn++) {
  const manifest = await store.find("d");
  if (manifest === undefined) throw new RangeError("the dataset is gone");
  const [a] = manifest.series;
  if (turn % 3 === 2) {
    say(`compact ${manifest.generation}`);
    await store.compact(lock);
    continue;
  }
  say(`append ${manifest.generation}`);
  // The last 50 rows are restated, and the dataset keeps its size once it has 6000 rows.
  const keepRows = a.rows > 6000 ? 1000 : a.rows - 50;
  const series = [
    { symbol: "A", rows: 700, keepRows },
    { symbol: `C${manifest.generation % 7}`, rows: 3, keepRows: 0 },
  ];
  const writer = await store.append(lock, { fingerprint: String(keepRows + 700), series });
  for (let row = keepRows; row < keepRows + 700; row += 100) await writer.write("A", row, bars(row, 100));
  await writer.write(series[1].symbol, 0, bars(0, 3));
  await writer.publish();
}
