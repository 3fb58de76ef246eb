import assert from "node:assert/strict";
import { assertRejects, type StoreLaw } from "./array-store-laws.ts";
import { sampleDataset, writeSample } from "./array-store-samples.ts";

/** What the optional operations of an array store must do where it has them. */
export const growingLaws: Readonly<Record<string, StoreLaw>> = {
  "finds no fault in what was written, where it verifies": async ({ store, maxRows }) => {
    if (store.verify === undefined) return;
    await assertRejects(store.verify("d"), "ATC_NOT_FOUND", "verify without a dataset");
    const { generation, bytes } = await writeSample(store, "d", sampleDataset(61, 5, maxRows));
    const report = await store.verify("d");
    assert.deepEqual({ ...report, segments: 0 }, { name: "d", generation, segments: 0, bytes, faults: [] });
    assert.ok(report.segments >= 1);
    await assertRejects(store.verify("../d"), "ATC_INVALID_ARGUMENT", "verify of a name that leads elsewhere");
    await assertRejects(store.verify("d", { signal: AbortSignal.abort() }), "ATC_ABORTED", "an aborted verify");
  },
};
