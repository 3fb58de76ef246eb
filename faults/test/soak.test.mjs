import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { reportOf } from "./program.mjs";

// ATC_SOAK_MINUTES=20 takes longer.
const minutes = process.env["ATC_SOAK_MINUTES"] ?? "1";
const isLinux = existsSync("/proc/self/fd");

it.skipIf(!isLinux)(
  "processes that are killed, stopped or out of space give the figures of a quiet run (needs /proc)",
  {
    timeout: 60_000 * (Number(minutes) + 4),
  },
  async ({ annotate }) => {
    const { faults, works, kills, growth, isSmallDisk } = await reportOf("soak", "--minutes", minutes, "--seed", "1");
    if (!isSmallDisk) await annotate("skipped: a small disk, which needs the right to mount");
    expect(faults).toEqual([]);
    expect(Object.keys(works).length).toBeGreaterThan(0);
    expect(kills).toBeGreaterThan(0);
    expect(growth.filter(({ isFlat, from }) => !isFlat && !Number.isNaN(from))).toEqual([]);
  },
);
