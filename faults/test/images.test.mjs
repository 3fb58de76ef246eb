import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reportOf } from "./program.mjs";

const isLinux = existsSync("/proc/self/fd");
const given = process.env["ATC_FAULTS_STRIDE"];

describe.skipIf(!isLinux)("a crash or a power failure leaves the old or the new state (needs /proc)", () => {
  it.each([
    ["cache", 2, 200],
    ["run", 1, 100],
    ["dataset", 7, 150],
    ["ingest in memory", 13, 15],
    ["fetch watch", 73, 12],
    ["sweep, to a table", 61, 15],
    ["export", 5, 30],
  ])("in operations of %s, for each %i-th image", { timeout: 240_000 }, async (name, stride, least) => {
    const reports = await reportOf("images", name, "--stride", given ?? String(stride));
    expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
    expect(reports.reduce((sum, { images }) => sum + images, 0)).toBeGreaterThan(least);
  });
});
