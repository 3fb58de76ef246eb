import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reportOf } from "./program.mjs";

// Descriptors are named by /proc. ATC_FAULTS_STRIDE=1 tries every step, as `pnpm faults steps` does.
const isLinux = existsSync("/proc/self/fd");
const given = process.env["ATC_FAULTS_STRIDE"];

describe.skipIf(!isLinux)("a call of the file system that fails leaves the old or the new state (needs /proc)", () => {
  it.each([
    ["cache", 2, 500],
    ["run", 1, 300],
    ["dataset", 9, 300],
    ["ingest in memory", 9, 50],
    ["ingest in places, two threads", 301, 5],
    ["fetch create", 41, 20],
    ["fetch watch", 101, 10],
    ["export", 11, 80],
    ["sweep, to a table", 61, 10],
    ["append", 101, 10],
    ["backtest", 101, 5],
  ])("in operations of %s, for each %i-th step", { timeout: 240_000 }, async (name, stride, least) => {
    const reports = await reportOf("steps", name, "--stride", given ?? String(stride));
    expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
    expect(reports.reduce((sum, { injected }) => sum + injected, 0)).toBeGreaterThan(least);
  });
});
