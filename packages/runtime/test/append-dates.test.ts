import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatasetManifest } from "@atc/contract";
import { appendDataset } from "@atc/datasets";
import { type MmapStore, mmapStore } from "@atc/mmap-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const day = 86_400_000;
const counts = { rowsRead: 0, badRows: 0, dropped: 0 };
let directory = "";
let store: MmapStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "atc-dates-"));
  store = mmapStore({ directory, backend: "read" });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

async function write(name: string, times: readonly number[], timeIs?: "date"): Promise<void> {
  await using lock = await store.lock(name);
  const schema = {
    kind: "bars",
    columns: [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
    ],
  } as const;
  const series = [{ symbol: "A", rows: times.length }];
  await using writer = await store.create(lock, { schema, fingerprint: `${name} ${times.join()}`, series });
  const close = Float64Array.from(times, (_, i) => i + 1);
  await writer.write("A", 0, { timestamp: BigInt64Array.from(times, BigInt), close });
  await writer.publish({}, timeIs === undefined ? {} : { timeIs });
}

async function appended(): Promise<DatasetManifest> {
  await using lock = await store.lock("d");
  using stored = await store.open("d");
  using added = await store.open("more");
  const merge = { stored, added, overlap: "restate", source: "more.csv", counts, storedCounts: undefined } as const;
  return (await appendDataset(store, lock, merge)).manifest;
}

describe("an append to a dataset of dates", () => {
  beforeEach(() => write("d", [0, day], "date"));

  it.each(["date", undefined] as const)("keeps it one, if all new times are midnights: %s", async (timeIs) => {
    await write("more", [2 * day, 3 * day], timeIs);
    expect(await appended()).toMatchObject({ timeIs: "date", rows: 4 });
  });

  it("refuses rows with a time of day, naming the first", async () => {
    await write("more", [2 * day, 3 * day + 1]);
    await expect(appended()).rejects.toMatchObject({
      code: "ATC_INVALID_DATA",
      message: expect.stringContaining('"1970-01-04T00:00:00.001Z"'),
    });
    expect((await store.find("d"))?.generation).toBe(1);
  });
});

it("an append of dates to a dataset of instants leaves it one", async () => {
  await write("d", [0, day]);
  await write("more", [2 * day], "date");
  expect(await appended()).not.toHaveProperty("timeIs");
});
