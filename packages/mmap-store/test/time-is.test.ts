import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatasetManifest, PublishFacts } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { appendBars, barSchema, barsOf } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

async function publish(store: MmapStore, facts?: PublishFacts): Promise<DatasetManifest> {
  await using lock = await store.lock("d");
  await using writer = await store.create(lock, {
    schema: barSchema,
    fingerprint: "f",
    series: [{ symbol: "A", rows: 3 }],
  });
  await writer.write("A", 0, barsOf(3, 0));
  return await writer.publish({ a: 1 }, facts);
}

describe("timeIs of a manifest", () => {
  it("is stored, and read again by find and open", async () => {
    const store = mmapStore({ directory: newDirectory(), backend: "read" });
    expect((await publish(store, { timeIs: "date" })).timeIs).toBe("date");
    expect((await store.find("d"))?.timeIs).toBe("date");
    using dataset = await store.open("d");
    expect(dataset.manifest.timeIs).toBe("date");
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it.each([undefined, { timeIs: "instant" } as const])("is absent for instants: %j", async (facts) => {
    const directory = newDirectory();
    const store = mmapStore({ directory, backend: "read" });
    expect(await publish(store, facts)).not.toHaveProperty("timeIs");
    expect(readFileSync(join(directory, "d/manifest.json"), "utf8")).not.toContain("timeIs");
  });

  it("does not change the content", async () => {
    const store = mmapStore({ directory: newDirectory(), backend: "read" });
    const dates = await publish(store, { timeIs: "date" });
    expect((await publish(store)).content).toBe(dates.content);
  });

  it("stays through an append and a compaction", async () => {
    const store = mmapStore({ directory: newDirectory(), backend: "read" });
    await publish(store, { timeIs: "date" });
    expect((await appendBars(store, [{ symbol: "B", rows: 2 }], {})).timeIs).toBe("date");
    {
      await using lock = await store.lock("d");
      const compacted = await store.compact(lock);
      expect(compacted).toMatchObject({ timeIs: "date", generation: 3 });
    }
    expect((await store.find("d"))?.timeIs).toBe("date");
  });

  it("of another value is damage", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, backend: "read" });
    await publish(store, { timeIs: "date" });
    const path = join(directory, "d/manifest.json");
    const text = readFileSync(path, "utf8").replace('"timeIs": "date"', '"timeIs": "week"');
    const body = text.slice(0, text.lastIndexOf(' "crc32"'));
    writeFileSync(path, `${body} "crc32": "${crc32(body).toString(16).padStart(8, "0")}"\n}\n`);
    await expect(store.find("d")).rejects.toMatchObject({
      code: "ATC_CORRUPT_DATA",
      message: expect.stringContaining("timeIs"),
    });
  });
});
