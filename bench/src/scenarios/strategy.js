// What a strategy of one's own costs per bar beside the built-in `hold`: a module that decides the same, and so does
// nothing else. The difference is the price of its thread and of the copies that it gets: per bar, from datasets of two
// lengths, and per run. A third one also reads the hours that are made of its minutes. The least of some rounds counts,
// without a cache: its writes are the same for all, and vary by more than what is measured.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mmapStore } from "@atc/mmap-store";
import { backtestFile } from "@atc/runtime";
import { walk } from "../market.js";
import { cpuMs, report, withFolder } from "../measure.js";

const lengths = [1_000_000, 9_000_000];
const rounds = 9;

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

async function write(folder, bars) {
  const store = mmapStore({ directory: folder });
  const lock = await store.lock(`bars-${bars}`);
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
  const writer = await store.create(lock, { schema, fingerprint: "bench", series: [{ symbol: "A", rows: bars }] });
  await writer.write("A", 0, { timestamp, open, close });
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

await withFolder(async (folder) => {
  const dataDir = join(folder, "mmap");
  for (const bars of lengths) await write(dataDir, bars);
  const file = join(folder, "nothing.mjs");
  writeFileSync(file, module);
  const hours = join(folder, "hours.mjs");
  writeFileSync(hours, reading);
  const strategies = { hold: "hold", "a module that does nothing": file, "a module that reads hours": hours };
  const times = new Map();
  const expected = new Map();
  for (let round = 0; round <= rounds; round++) {
    for (const bars of lengths) {
      for (const [name, strategy] of Object.entries(strategies)) {
        const config = { dataDir, strategy };
        const ms = await cpuMs(async () => {
          const options = { config, cwd: folder, env: {}, cache: false };
          const { report: found } = await backtestFile(`bars-${bars}`, options);
          if (!expected.has(bars)) expected.set(bars, found.portfolio.totalReturn);
          assert.equal(found.portfolio.totalReturn, expected.get(bars));
        });
        const key = `${name} ${bars}`;
        if (round > 0) times.set(key, [...(times.get(key) ?? []), ms]);
      }
    }
  }
  const [few, many] = lengths;
  const rows = Object.fromEntries(
    Object.keys(strategies).map((name) => {
      const [short, long] = lengths.map((bars) => Math.min(...times.get(`${name} ${bars}`)));
      const perBar = ((long - short) * 1e6) / (many - few);
      return [name, { "ns per bar": +perBar.toFixed(1), "ms per run": Math.round(short - (perBar * few) / 1e6) }];
    }),
  );
  report(rows);
});
