// What a strategy of one's own costs per bar beside the built-in `hold`: a module that decides the same, and so does
// nothing else. The difference is the price of the copies that it gets, and of what watches it. A third one also reads
// the hours that are made of its minutes. All run on threads, because one symbol alone would run `hold` without one.
// The order of the strategies rotates: whichever comes first in a round also pays for memory that the round before
// left. The least of some rounds counts, without a cache: its writes are the same for all, and vary by more than what
// is measured.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mmapStore } from "@atc/mmap-store";
import { backtestFile } from "@atc/runtime";
import { walk } from "../market.js";
import { cpuMs, report, withFolder } from "../measure.js";

const symbols = ["A", "B", "C", "D"];
const bars = 2_250_000;
const rounds = 12;

const module = `export default {
  name: "nothing",
  start: () => ({ decide: (bars, directions) => { directions.fill(1); } }),
};
`;

const reading = `export default {
  name: "hours",
  start(symbol, values, wanted, { bars }) {
    const hour = bars("1h");
    let hours = 0;
    return {
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) directions[i] = hours + hour.closed[i] >= 0 ? 1 : 0;
        hours += hour.close.length;
      },
    };
  },
};
`;

async function write(folder) {
  const store = mmapStore({ directory: folder });
  const lock = await store.lock("bars");
  const schema = {
    kind: "bars",
    columns: [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "open", type: "float64" },
      { name: "close", type: "float64" },
    ],
  };
  const close = walk(bars);
  const open = Float64Array.from(close, (_, i) => close[Math.max(i - 1, 0)]);
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => BigInt(i) * 60_000n);
  const series = symbols.map((symbol) => ({ symbol, rows: bars }));
  const writer = await store.create(lock, { schema, fingerprint: "bench", series });
  for (const symbol of symbols) await writer.write(symbol, 0, { timestamp, open, close });
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

await withFolder(async (folder) => {
  const dataDir = join(folder, "mmap");
  await write(dataDir);
  const file = join(folder, "nothing.mjs");
  writeFileSync(file, module);
  const hours = join(folder, "hours.mjs");
  writeFileSync(hours, reading);
  const strategies = [
    ["hold", "hold"],
    ["a module that does nothing", file],
    ["a module that reads hours", hours],
  ];
  const least = new Map();
  let expected;
  for (let round = 0; round <= rounds; round++) {
    for (let place = 0; place < strategies.length; place++) {
      const [name, strategy] = strategies[(place + round) % strategies.length];
      const config = { dataDir, strategy, batchSize: 1 };
      const ms = await cpuMs(async () => {
        const options = { config, cwd: folder, env: {}, cache: false };
        const { report: found } = await backtestFile("bars", options);
        expected ??= found.portfolio.totalReturn;
        assert.equal(found.portfolio.totalReturn, expected);
      });
      if (round > 0) least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, ms));
    }
  }
  const base = least.get("hold");
  const perBar = (ms) => +((ms * 1e6) / (bars * symbols.length)).toFixed(1);
  report(
    Object.fromEntries(
      strategies.map(([name]) => {
        const ms = least.get(name);
        return [name, { "ns per bar": perBar(ms), "beside hold": perBar(ms - base) }];
      }),
    ),
  );
});
