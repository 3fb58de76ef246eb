import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newOwner } from "@atc/plugin-kit";
import { describe, expect, it } from "vitest";
import { type CacheFs, cacheFs } from "../src/index.ts";
import { fileTallies } from "../src/tallies.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

async function written(directory: string): Promise<CacheFs> {
  const store = await cacheFs({ directory });
  await store.set("a", new Uint8Array(1));
  return store;
}

async function tallyNames(directory: string): Promise<string[]> {
  return (await readdir(join(directory, "~store-v1"))).filter((name) => name.endsWith(".tally"));
}

const file = (amounts: Readonly<Record<string, number>>, merged: readonly string[] = [], since = 1000): string =>
  JSON.stringify({ format: 1, amounts, since, merged });

describe("tallies", () => {
  it("are the sums over all stores of a directory, open and closed", async () => {
    const directory = await newDirectory();
    const before = Date.now();
    const one = await written(directory);
    const two = await written(directory);
    one.tallies.add({ "hits votes": 2, "misses é/ü": 1 });
    two.tallies.add({ "hits votes": 3 });
    one.tallies.add({ "hits votes": 0.5 });
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    const three = await cacheFs({ directory });
    three.tallies.add({ "hits votes": 10 });
    const { amounts, since } = await three.tallies.read();
    expect(amounts).toEqual({ "hits votes": 15.5, "misses é/ü": 1 });
    expect(since).toBeGreaterThanOrEqual(before);
    await three[Symbol.asyncDispose]();
  });

  it("stay exact while 60 stores are closed at once and take over each other's files", async () => {
    const directory = await newDirectory();
    const reader = await written(directory);
    for (let round = 0; round < 3; round++) {
      const stores = await Promise.all(Array.from({ length: 20 }, () => cacheFs({ directory })));
      await Promise.all(
        stores.map(async (store) => {
          store.tallies.add({ n: 1, [`round ${round}`]: 1 });
          await store[Symbol.asyncDispose]();
        }),
      );
      expect((await reader.tallies.read()).amounts["n"]).toBe(20 * (round + 1));
    }
    expect((await reader.tallies.read()).amounts).toEqual({ n: 60, "round 0": 20, "round 1": 20, "round 2": 20 });
    expect((await tallyNames(directory)).length).toBeLessThan(40);
    await reader[Symbol.asyncDispose]();
  });

  it("are added up when a process ends after many others", async () => {
    const directory = await newDirectory();
    for (let i = 0; i < 20; i++) {
      const store = await written(directory);
      store.tallies.add({ n: 1 });
      await store[Symbol.asyncDispose]();
    }
    expect((await tallyNames(directory)).length).toBeLessThan(17);
    expect((await (await cacheFs({ directory })).tallies.read()).amounts).toEqual({ n: 20 });
  });

  it("count nothing twice after a crash between the sum and the removal of its parts", async () => {
    const directory = await newDirectory();
    const folder = join(directory, "~store-v1");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "closed-a.tally"), file({ n: 7 }, ["closed-b.tally", "closed-c.tally"], 500));
    await writeFile(join(folder, "closed-b.tally"), file({ n: 3 }));
    for (let i = 0; i < 20; i++) await writeFile(join(folder, `closed-more${i}.tally`), file({ n: 1 }));
    const store = await cacheFs({ directory });
    expect(await store.tallies.read()).toEqual({ amounts: { n: 27 }, since: 500 });
    store.tallies.add({ n: 1 });
    await store[Symbol.asyncDispose]();
    expect(await tallyNames(directory)).toHaveLength(1);
    expect((await (await cacheFs({ directory })).tallies.read()).amounts).toEqual({ n: 28 });
  });

  it("ignore and keep files of another version, and damaged ones", async () => {
    const directory = await newDirectory();
    const folder = join(directory, "~store-v1");
    await mkdir(folder, { recursive: true });
    const others = { "closed-new.tally": '{"format":2,"amounts":{"n":5}}', "closed-cut.tally": '{"format":1,"amo' };
    for (const [name, text] of Object.entries(others)) await writeFile(join(folder, name), text);
    for (let i = 0; i < 20; i++) await writeFile(join(folder, `closed-more${i}.tally`), file({ n: 1 }));
    const store = await written(directory);
    store.tallies.add({ n: 1 });
    await store[Symbol.asyncDispose]();
    for (const [name, text] of Object.entries(others)) expect(await readFile(join(folder, name), "utf8")).toBe(text);
    expect((await (await cacheFs({ directory })).tallies.read()).amounts).toEqual({ n: 21 });
  });

  it("make no folder, and are no entries", async () => {
    const directory = await newDirectory();
    const idle = await cacheFs({ directory });
    idle.tallies.add({ misses: 1 });
    expect((await idle.tallies.read()).amounts).toEqual({ misses: 1 });
    await idle[Symbol.asyncDispose]();
    expect(await readdir(directory)).toEqual([]);
    const store = await written(directory);
    store.tallies.add({ misses: 1 });
    await store[Symbol.asyncDispose]();
    const again = await cacheFs({ directory });
    const keys: string[] = [];
    for await (const { key } of again.list()) keys.push(key);
    expect([keys, again.statistics.entries]).toEqual([["a"], 1]);
  });

  it("are 0 after a reset", async () => {
    const directory = await newDirectory();
    const store = await written(directory);
    store.tallies.add({ n: 1 });
    await store[Symbol.asyncDispose]();
    const again = await cacheFs({ directory });
    again.tallies.add({ n: 1 });
    await again.tallies.reset();
    expect(await again.tallies.read()).toEqual({ amounts: {}, since: undefined });
    again.tallies.add({ n: 4 });
    await again[Symbol.asyncDispose]();
    expect((await (await cacheFs({ directory })).tallies.read()).amounts).toEqual({ n: 4 });
  });

  it("of a killed process count", async () => {
    const directory = await newDirectory();
    await (await written(directory))[Symbol.asyncDispose]();
    const killed = fileTallies(directory, newOwner());
    killed.add({ n: 1 });
    await killed.read();
    await expect.poll(async () => (await (await cacheFs({ directory })).tallies.read()).amounts).toEqual({ n: 1 });
  });
});
