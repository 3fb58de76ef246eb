import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shop } from "./shop.ts";
import { smallDisk } from "./small-disk.ts";

/** Bars whose curves are too large to stay in memory. */
function longCsv(): string {
  const lines = ["symbol,timestamp,close"];
  for (const [seed, symbol] of ["A", "B", "C", "D"].entries())
    for (let i = 0; i < 60_000; i++)
      lines.push(
        `${symbol},${1.5e12 + i * 60_000},${(100 + 9 * Math.sin(i / (90 + seed)) + (i % 13) / 20).toFixed(2)}`,
      );
  return `${lines.join("\n")}\n`;
}

describe("the disk of the curves", () => {
  it.each(["worker", "inline"])("that fills in the middle ends the run with no partial file (%s)", async (executor) => {
    const disk = await smallDisk("disk", "40m");
    if (disk === undefined) return;
    await shop.file("long.csv", longCsv());
    const folders = ["--data-dir", "disk/d", "--cache-dir", "disk/c"];
    expect((await shop.atc("ingest", "long.csv", "--name", "d", ...folders)).code).toBe(0);
    const before = (await readdir(disk, { recursive: true })).sort();
    // Leaves room for a few blocks.
    const free = Number(execFileSync("stat", ["-f", "-c", "%a", disk])) * 4096;
    await writeFile(join(disk, "filler"), new Uint8Array(free - 1_000_000));
    const options = ["--executor", executor, "--threads", "2", "--batch-size", "1", "--trades", "t.csv", "--json"];
    const run = await shop.atc("backtest", "d", ...folders, "--no-cache", ...options);
    expect([run.code, run.stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
    expect(await readdir(shop.path)).not.toContain("t.csv");
    await rm(join(disk, "filler"));
    expect((await readdir(disk, { recursive: true })).sort()).toEqual(before);
    expect((await shop.atc("backtest", "d", ...folders, "--no-cache", ...options)).code).toBe(0);
    expect(await readFile(join(shop.path, "t.csv"), "utf8")).toMatch(/^symbol,entryTime,/);
  });

  it("of the cache that fills in the middle costs the cache alone, and is reported once", async () => {
    const disk = await smallDisk("small", "3m");
    // If nothing can be mounted the test of a disk says nothing.
    if (disk === undefined) return;
    await shop.file("long.csv", longCsv());
    const options = ["--executor", "worker", "--threads", "2", "--batch-size", "1", "--json"];
    const first = await shop.atc("backtest", "long.csv", "--cache-dir", "small/c", ...options);
    const without = await shop.atc("backtest", "long.csv", "--no-cache", ...options);
    expect([first.code, without.code]).toEqual([0, 0]);
    const { config: _, ...figures } = first.json<Record<string, unknown>>();
    expect(figures).toEqual(expect.objectContaining({ portfolio: without.json<{ portfolio: unknown }>().portfolio }));
    expect(first.stderr.match(/the cache cannot write/g)).toHaveLength(1);
  });
});
