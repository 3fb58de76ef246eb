import { open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { mmapStore } from "../src/index.ts";
import { appendBars, barsOf, closesOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

/** What the `node:fs` of Yarn Plug'n'Play does not implement: `FileHandle` of `@yarnpkg/fslib` throws this. */
const missing = ["sync", "datasync", "utimes", "readv"] as const;

beforeEach(async () => {
  const file = await open(join(newDirectory(), "any"), "w");
  const prototype = Object.getPrototypeOf(file) as typeof file;
  await file.close();
  for (const name of missing)
    vi.spyOn(prototype, name).mockImplementation(() => {
      throw new Error("Method not implemented.");
    });
});
afterEach(() => vi.restoreAllMocks());

it("a dataset is written, appended to, compacted and verified with the file handles of Yarn Plug'n'Play", async () => {
  // Enough bytes for a sync in the background, which begins after 32 MiB.
  const rows = 1_800_000;
  const store = mmapStore({ directory: newDirectory() });
  await publishBars(store, "d", { A: rows });
  await appendBars(store, [{ symbol: "B", rows: 300 }], { B: 1 });
  {
    await using lock = await store.lock("d");
    await store.compact(lock);
  }
  using dataset = await store.open("d");
  expect(dataset.series("A").length).toBe(rows);
  expect(closesOf(dataset, "B")).toEqual([...(barsOf(300, 1)["close"] as Float64Array)]);
  expect((await store.verify("d")).faults).toEqual([]);
});
