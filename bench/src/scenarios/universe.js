// What a strategy that sees all symbols costs per symbol and bar: `momentum` over many series of a dataset. The
// decisions are reading, merging by time, ranking and storing. Before them, all bars are checked; after them, one account
// is simulated.
import assert from "node:assert/strict";
import { arrayCurves, backtestInto, bindStrategy, momentum } from "@atc/backtest";
import { mmapStore } from "@atc/mmap-store";
import { walk } from "../market.js";
import { cpuMs, report, withFolder } from "../measure.js";

const symbols = 500;
const bars = 5000;
const rounds = 7;

/** Series that all have the same times, or of which each lacks some. */
async function write(store, name, isPresent) {
  const names = Array.from({ length: symbols }, (_, i) => `S${String(i).padStart(3, "0")}`);
  const rows = names.map((_, symbol) => Array.from({ length: bars }, (_, i) => i).filter((i) => isPresent(i, symbol)));
  const schema = {
    kind: "bars",
    columns: [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "open", type: "float64" },
      { name: "close", type: "float64" },
    ],
  };
  const lock = await store.lock(name);
  const series = names.map((symbol, i) => ({ symbol, rows: rows[i].length }));
  const writer = await store.create(lock, { schema, fingerprint: "bench", series });
  for (const [i, symbol] of names.entries()) {
    const whole = walk(bars, i + 1);
    const close = Float64Array.from(rows[i], (row) => whole[row]);
    const open = Float64Array.from(rows[i], (row) => whole[Math.max(row - 1, 0)]);
    const timestamp = BigInt64Array.from(rows[i], (row) => BigInt(row) * 86_400_000n);
    await writer.write(symbol, 0, { timestamp, open, close });
  }
  await writer.publish();
  await lock[Symbol.asyncDispose]();
  return rows.reduce((sum, own) => sum + own.length, 0);
}

/** The least processor time of each part of a run, in ns per symbol and bar. */
async function measure(dataset, rows) {
  const least = {
    check: Number.POSITIVE_INFINITY,
    decisions: Number.POSITIVE_INFINITY,
    account: Number.POSITIVE_INFINITY,
  };
  for (let round = 0; round < rounds; round++) {
    let decisions = 0;
    let before = 0;
    const startedAt = process.cpuUsage();
    const sinceStart = () => {
      const { user, system } = process.cpuUsage(startedAt);
      return (user + system) / 1000;
    };
    const figures = await backtestInto(dataset, {
      strategy: bindStrategy(momentum, { bars: 100, hold: 20 }),
      curves: arrayCurves({ columns: ["strength"] }),
      rememberUniverse: async (_symbols, compute) => {
        before = sinceStart();
        let found;
        decisions = await cpuMs(async () => {
          found = await compute();
        });
        return found;
      },
    });
    assert.equal(figures.contributions.length, symbols);
    const parts = { check: before, decisions, account: sinceStart() - before - decisions };
    for (const [name, ms] of Object.entries(parts)) least[name] = Math.min(least[name], (ms * 1e6) / rows);
  }
  return Object.fromEntries(Object.entries(least).map(([name, ns]) => [`${name}, ns`, Math.round(ns)]));
}

await withFolder(async (folder) => {
  const store = mmapStore({ directory: folder });
  const markets = {
    "the same times": () => true,
    "each lacks every 7th time": (bar, symbol) => (bar + symbol) % 7 !== 0,
    "each at 1 of 10 times": (bar, symbol) => (bar * 31 + symbol * 17) % 10 === 0,
  };
  const rows = {};
  for (const [name, isPresent] of Object.entries(markets)) {
    const count = await write(store, "bars", isPresent);
    const dataset = await store.open("bars");
    rows[`${symbols} symbols x ${bars} times, ${name}`] = await measure(dataset, count);
    dataset[Symbol.dispose]();
  }
  await store[Symbol.asyncDispose]();
  report(rows);
});
