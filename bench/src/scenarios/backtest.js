// Processor time per bar of a backtest: arrays in memory, mapped segments and positioned reads of the same series. It
// runs with ATC and with a trivial strategy.
import assert from "node:assert/strict";
import { atcStrategy, backtestSeries, memorySeries, strategyOf } from "@atc/backtest";
import { mmapStore } from "@atc/mmap-store";
import { walk } from "../market.js";
import { cpuMs, median, peakMb, report, withFolder } from "../measure.js";

const bars = 2_000_000;
const rounds = 5;

/** Long above an average of about the last 512 closes, short below it. */
const aboveAverage = strategyOf("above average", () => {
  let average = Number.NaN;
  return ({ close }, directions) => {
    for (let i = 0; i < close.length; i++) {
      average = Number.isNaN(average) ? close[i] : average + (close[i] - average) / 512;
      directions[i] = Math.sign(close[i] - average);
    }
  };
});

function market() {
  const close = walk(bars);
  const open = Float64Array.from(close, (_, i) => close[Math.max(i - 1, 0)]);
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => BigInt(i) * 60_000n);
  return { timestamp, open, close };
}

async function write(store, columns) {
  const lock = await store.lock("market");
  const schema = {
    kind: "bars",
    columns: [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "open", type: "float64" },
      { name: "close", type: "float64" },
    ],
  };
  const writer = await store.create(lock, { schema, fingerprint: "bench", series: [{ symbol: "A", rows: bars }] });
  await writer.write("A", 0, columns);
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

async function compare(roads, strategy) {
  const times = Object.fromEntries(Object.keys(roads).map((name) => [name, []]));
  let expected;
  for (let round = 0; round <= rounds; round++) {
    for (const [name, series] of Object.entries(roads)) {
      let metrics;
      const ms = await cpuMs(() => {
        metrics = backtestSeries(series, { strategy }).metrics;
      });
      expected ??= metrics;
      assert.deepEqual(metrics, expected, `${name}: the metrics differ`);
      if (round > 0) times[name].push(ms);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, (median(all) * 1e6) / bars]));
}

await withFolder(async (directory) => {
  const mapped = mmapStore({ directory });
  const columns = market();
  await write(mapped, columns);
  const viaMap = await mapped.open("market");
  const viaRead = await mmapStore({ directory, backend: "read" }).open("market");
  const roads = {
    "arrays in memory": memorySeries("A", columns),
    mapped: viaMap.series("A"),
    read: viaRead.series("A"),
  };
  const cheap = await compare(roads, aboveAverage);
  const atc = await compare(roads, atcStrategy());
  const rows = Object.fromEntries(
    Object.keys(roads).map((name) => [
      name,
      {
        "ATC, ns per bar": Math.round(atc[name]),
        "speed / arrays": +(atc["arrays in memory"] / atc[name]).toFixed(2),
        "trivial strategy, ns per bar": Math.round(cheap[name]),
        "speed / arrays, trivial": +(cheap["arrays in memory"] / cheap[name]).toFixed(2),
      },
    ]),
  );
  report({ ...rows, memory: { "peak RSS MB": peakMb() } });
  viaMap[Symbol.dispose]();
  viaRead[Symbol.dispose]();
});
