import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createStream } from "@atc/signals";
import { describe, expect, it } from "vitest";
import { scanSignals } from "../src/index.ts";
import { updateDataset, type WatchStep, watchDataset } from "../src/market.ts";
import { access, hour, type Project, project, start, storedRows } from "./fetched-data.ts";
import { eventsOf, history, hours, names, steps, watching } from "./watched-data.ts";

/** The changes of direction from a bar on, as a batch over all bars finds them. */
async function changesFrom({ runtime }: Project, bar: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const symbol of names) {
    const rows = await storedRows(runtime, symbol);
    const stream = createStream({}, { outputs: ["direction", "averageSignal"] });
    const { direction, averageSignal } = stream.push({ close: Float64Array.from(rows, (row) => row[4]) });
    for (let i = bar; i < rows.length; i++)
      if (direction[i] !== direction[i - 1])
        found.push(`${rows[i]?.[0]} ${symbol} ${direction[i]} ${averageSignal[i]}`);
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

describe("watchDataset", () => {
  it("reports the changes of direction of a batch, at every close, to the last bit", async () => {
    await using server = await hours(history + 0.5);
    await using folder = await project();
    await folder.fetch(server, names);
    const all = await steps(folder, server, history + 12, async ({ directions, fetched }) => {
      if (fetched === undefined || fetched.manifest.rows % (names.length * 6) !== 0) return;
      const scan = await scanSignals(folder.runtime, "coins");
      expect(Object.fromEntries(directions)).toEqual(
        Object.fromEntries(scan.symbols.map(({ symbol, direction }) => [symbol, direction])),
      );
    });
    expect(all).toHaveLength(13);
    expect(all[0]?.events).toEqual([]);
    const changes = await changesFrom(folder, history);
    expect(changes.length).toBeGreaterThan(5);
    expect(eventsOf(all)).toEqual(changes);
  });

  it("continues where it was left, and misses and repeats nothing", async () => {
    await using server = await hours(history + 0.5);
    await using folder = await project();
    await folder.fetch(server, names);
    const all: WatchStep[] = [];
    for (const bars of [2, 6, 12]) {
      all.push(...(await steps(folder, server, history + bars)));
      // In between, days pass and others update the dataset.
      server.now += 3 * hour;
      if (bars === 6) await updateDataset(folder.runtime, "coins", access(server));
    }
    for await (const step of watchDataset(folder.runtime, "coins", { ...watching(server), once: true })) all.push(step);
    expect(eventsOf(all)).toEqual(await changesFrom(folder, history));
    expect((await storedRows(folder.runtime, "AA/USDT")).length).toBe(Math.floor((server.now - start) / hour));
  });

  it("gives a step again if it is killed while the caller handles it", async () => {
    await using server = await hours(history + 0.5);
    await using folder = await project();
    await folder.fetch(server, names);
    await steps(folder, server, history);
    server.now += 60 * hour;
    const once = { ...watching(server), once: true };
    const killed = await watchDataset(folder.runtime, "coins", once).next();
    const found: WatchStep[] = [];
    for (let i = 0; i < 2; i++) for await (const step of watchDataset(folder.runtime, "coins", once)) found.push(step);
    expect(found[0]?.events.length).toBeGreaterThan(0);
    expect(found.map(({ events }) => events)).toEqual([(killed.value as WatchStep).events, []]);
  });

  it("computes a symbol again if the exchange revises a candle, or another writer does", async () => {
    await using server = await hours(history + 0.5);
    await using folder = await project();
    await folder.fetch(server, names);
    await steps(folder, server, history + 5);
    const last = start + (history + 4) * hour;
    for (let i = 0; i < 400; i++) server.candles.revise("BA/USDT", last);
    const [step] = await steps(folder, server, history + 5);
    expect(step?.fetched?.notes).toEqual([expect.stringContaining("binance revised 1 stored candle of BA/USDT")]);
    const scan = await scanSignals(folder.runtime, "coins");
    expect(step?.directions.get("BA/USDT")).toBe(scan.symbols.find(({ symbol }) => symbol === "BA/USDT")?.direction);
    for (let i = 0; i < 400; i++) server.candles.revise("CA/USDT", last);
    server.now += hour;
    await updateDataset(folder.runtime, "coins", access(server));
    const [later] = await steps(folder, server, history + 6);
    const after = await scanSignals(folder.runtime, "coins");
    expect(Object.fromEntries(later?.directions ?? [])).toEqual(
      Object.fromEntries(after.symbols.map(({ symbol, direction }) => [symbol, direction])),
    );
  });

  it("says that its state is damaged, and computes it again", async () => {
    await using server = await hours(history + 0.5);
    await using folder = await project();
    await folder.fetch(server, names);
    const [first] = await steps(folder, server, history);
    const states = join(folder.runtime.config.dataDir, ".watch");
    const [file = ""] = await readdir(states);
    const bytes = await readFile(join(states, file));
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(join(states, file), bytes);
    const [again] = await steps(folder, server, history);
    expect(again?.notes).toEqual([expect.stringContaining("is damaged")]);
    expect(again?.directions).toEqual(first?.directions);
    expect(await folder.runtime.store.list()).toEqual(["coins"]);
  });

  it("tries again after the network failed or while the dataset is locked; once, it fails", async () => {
    await using server = await hours(history + 0.5);
    await using folder = await project();
    await folder.fetch(server, names);
    let isDown = true;
    server.fault = () => (isDown ? { status: 503 } : undefined);
    const options = { ...watching(server), attempts: 1 };
    const found: WatchStep[] = [];
    for await (const step of watchDataset(folder.runtime, "coins", options)) {
      found.push(step);
      isDown = false;
      if (found.length === 2) break;
    }
    expect(found.map(({ error }) => error?.code)).toEqual(["ATC_NETWORK", undefined]);
    await using _ = await folder.runtime.store.lock("coins");
    const once = watchDataset(folder.runtime, "coins", { ...options, once: true });
    await expect(once.next()).rejects.toMatchObject({ code: "ATC_LOCKED" });
  });
});
