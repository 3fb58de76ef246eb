import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import { freeLeftovers, mmapStore } from "../src/index.ts";
import { appendBars, closesOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
const system = vi.hoisted(() => ({ refuses: false, removals: 0 }));

// Windows refuses to remove a file that is mapped or open elsewhere.
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  return {
    ...real,
    rm: (...[path, options]: Parameters<typeof real.rm>) => {
      if (!String(path).endsWith(".arrow")) return real.rm(path, options);
      system.removals++;
      if (!system.refuses) return real.rm(path, options);
      return Promise.reject(Object.assign(new Error("EBUSY: resource busy or locked"), { code: "EBUSY", path }));
    },
  };
});

beforeEach(() => {
  system.refuses = false;
  system.removals = 0;
});

const segmentsIn = (directory: string): string[] =>
  readdirSync(join(directory, "d")).filter((entry) => entry.endsWith(".arrow"));

async function replacedUnderRefusal(): Promise<{ directory: string; store: ReturnType<typeof mmapStore> }> {
  const directory = newDirectory();
  const store = mmapStore({ directory, keepGenerations: 0 });
  await publishBars(store, "d", { A: 10 });
  system.refuses = true;
  const { generation } = await publishBars(store, "d", { A: 20 }, 1);
  expect(generation).toBe(2);
  expect(segmentsIn(directory)).toEqual(["seg-1-0.arrow", "seg-2-0.arrow"]);
  return { directory, store };
}

it("a publication succeeds although the previous generation cannot be removed, and the next open removes it", async () => {
  const { directory, store } = await replacedUnderRefusal();
  for (const expected of [["seg-1-0.arrow", "seg-2-0.arrow"], ["seg-2-0.arrow"], ["seg-2-0.arrow"]]) {
    const dataset = await store.open("d");
    expect(closesOf(dataset, "A")).toHaveLength(20);
    dataset[Symbol.dispose]();
    expect(segmentsIn(directory)).toEqual(expected);
    system.refuses = false;
  }
  expect(readdirSync(join(directory, "d"))).toHaveLength(2);
  expect(system.removals).toBe(3);
});

it("the next lock removes it too, but no file that an append still needs", async () => {
  const { directory, store } = await replacedUnderRefusal();
  await appendBars(store, [{ symbol: "A", rows: 5 }], { A: 1 });
  expect(segmentsIn(directory)).toEqual(["seg-1-0.arrow", "seg-2-0.arrow", "seg-3-0.arrow"]);
  system.refuses = false;
  await (await store.lock("d"))[Symbol.asyncDispose]();
  expect(segmentsIn(directory)).toEqual(["seg-2-0.arrow", "seg-3-0.arrow"]);
  expect((await store.verify("d")).faults).toEqual([]);
});

it("an open removes nothing while a writer is active, whose segments may have no manifest yet", async () => {
  const { directory, store } = await replacedUnderRefusal();
  const lock = await store.lock("d");
  system.refuses = false;
  (await store.open("d"))[Symbol.dispose]();
  expect(segmentsIn(directory)).toEqual(["seg-1-0.arrow", "seg-2-0.arrow"]);
  await lock[Symbol.asyncDispose]();
  (await store.open("d"))[Symbol.dispose]();
  expect(segmentsIn(directory)).toEqual(["seg-2-0.arrow"]);
});

it("a writer waits for readers that clean up", async () => {
  const { directory, store } = await replacedUnderRefusal();
  system.refuses = false;
  const [lock, ...datasets] = await Promise.all([store.lock("d"), ...Array.from({ length: 8 }, () => store.open("d"))]);
  for (const dataset of datasets) dataset[Symbol.dispose]();
  await lock[Symbol.asyncDispose]();
  expect(segmentsIn(directory)).toEqual(["seg-2-0.arrow"]);
});

it("a deleted dataset is gone although its segments cannot be removed, and the next lock removes them", async () => {
  const { directory, store } = await replacedUnderRefusal();
  expect(await store.delete("d")).toBe(true);
  expect(await store.list()).toEqual([]);
  expect(segmentsIn(directory)).toHaveLength(2);
  system.refuses = false;
  await publishBars(store, "d", { A: 3 }, 2);
  expect(segmentsIn(directory)).toHaveLength(1);
  expect((await store.find("d"))?.rows).toBe(3);
});

it("what is left of deleted and former datasets is listed, and goes as soon as the system lets it", async () => {
  const { directory, store } = await replacedUnderRefusal();
  expect(await freeLeftovers(directory)).toEqual([{ dataset: "d", files: 1, bytes: expect.any(Number) }]);
  await store.delete("d");
  const [left] = await freeLeftovers(directory);
  expect(left).toMatchObject({ dataset: "d", files: 2 });
  expect(left?.bytes).toBeGreaterThan(1000);
  const lock = await store.lock("d");
  expect(await freeLeftovers(directory)).toEqual([]);
  await lock[Symbol.asyncDispose]();
  system.refuses = false;
  expect(await freeLeftovers(directory)).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});
