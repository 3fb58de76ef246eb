import assert from "node:assert/strict";
import { isAtcError } from "@atc/contract";
import { assertRejects, type StoreLaw } from "./array-store-laws.ts";
import { assertShows, sampleDataset, writeSample } from "./array-store-samples.ts";

/** Laws for generations that are opened by their number. */
export const generationLaws: Readonly<Record<string, StoreLaw>> = {
  "opens the newest generation by its number": async ({ store, maxRows }) => {
    const [first, second] = [sampleDataset(71, 3, maxRows), sampleDataset(72, 3, maxRows)];
    const { generation } = await writeSample(store, "d", first);
    using before = await store.open("d", { generation });
    assertShows(before, first);
    const later = await writeSample(store, "d", second);
    using after = await store.open("d", { generation: later.generation });
    assert.deepEqual(after.manifest, later);
    assertShows(after, second);
    assertShows(before, first);
  },
  "throws ATC_NOT_FOUND for a generation that is not there": async ({ store, maxRows }) => {
    await assertRejects(store.open("d", { generation: 1 }), "ATC_NOT_FOUND", "a dataset that does not exist");
    const { generation } = await writeSample(store, "d", sampleDataset(73, 2, maxRows));
    for (const other of [generation + 1, generation - 1, -1, 0.5])
      await assertRejects(store.open("d", { generation: other }), "ATC_NOT_FOUND", `generation ${other}`);
    await store.delete("d");
    await assertRejects(store.open("d", { generation }), "ATC_NOT_FOUND", "a deleted dataset");
  },
  "shows the rows of a former generation if it keeps it, until a compaction": async ({ store, maxRows }) => {
    const [first, second] = [sampleDataset(74, 4, maxRows), sampleDataset(75, 4, maxRows)];
    const published = await writeSample(store, "d", first);
    await writeSample(store, "d", second);
    const { generation } = published;
    try {
      using former = await store.open("d", { generation });
      assert.deepEqual(former.manifest, published);
      assertShows(former, first);
    } catch (error) {
      assert.ok(isAtcError(error, "ATC_NOT_FOUND"), `a former generation is there or not: ${String(error)}`);
    }
    const lock = await store.lock("d");
    await store.compact?.(lock);
    await lock[Symbol.asyncDispose]();
    if (store.compact !== undefined)
      await assertRejects(store.open("d", { generation }), "ATC_NOT_FOUND", "a former generation after compaction");
    using newest = await store.open("d");
    assertShows(newest, second);
  },
};
