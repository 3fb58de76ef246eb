import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { barsCsv, runAtc } from "./atc.ts";
import { leftovers, rowsOf, shop } from "./shop.ts";
import { smallDisk } from "./small-disk.ts";

describe("a disk that is full", () => {
  it("ends an append and a resample, and leaves the datasets as they were", async (context) => {
    const disk = await smallDisk(".cache/mmap", "400k");
    if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
    await shop.file("old.csv", barsCsv(["A"], 3000));
    await shop.file("new.csv", barsCsv(["A"], 9000));
    expect((await shop.atc("ingest", "old.csv", "--name", "d")).code).toBe(0);
    const before = await rowsOf("d");
    const append = await shop.atc("data", "append", "d", "new.csv", "--json");
    expect([append.code, append.stderr.includes("ATC_NO_SPACE")]).toEqual([6, true]);
    expect(await rowsOf("d")).toEqual(before);
    const bars = await shop.atc("data", "resample", "d", "--to", "1h", "--json");
    expect(bars.code === 0 || bars.stderr.includes("ATC_NO_SPACE")).toBe(true);
    const copy = await shop.atc("data", "resample", "d", "--to", "1h", "--label", "end", "--json");
    expect([copy.code, copy.stderr.includes("ATC_NO_SPACE")]).toEqual([6, true]);
    expect(await leftovers(disk)).toEqual([]);
    expect((await shop.atc("data", "verify", "d")).code).toBe(0);
  });

  it.each(["out.csv", "out.arrow", "out.parquet"])("ends an export to %s, and leaves no file", async (file) => {
    const disk = await smallDisk("disk", "64k");
    // Without permission to mount, the test of a disk is skipped.
    if (disk === undefined) return;
    await shop.install("source-duckdb");
    await shop.file("bars.csv", barsCsv(["A", "B"], 20_000));
    await shop.atc("ingest", "bars.csv", "--name", "d");
    const run = await shop.atc("data", "export", "d", "-o", `disk/${file}`, "--json");
    expect([run.code, run.stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
    expect(await readdir(disk)).toEqual([]);
  });

  it("ends the writing of a plugin package, and leaves no folder", async (context) => {
    const disk = await smallDisk("disk", "16k");
    if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
    const run = await runAtc(disk, ["init", "plugin", "own", "--kind", "source", "--json"]);
    expect([run.code, run.stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
    expect(await readdir(disk)).toEqual([]);
  });

  it("ends an export into a folder that cannot be written", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 10));
    await shop.file("taken", "a file in the way of a folder");
    const run = await shop.atc("data", "export", "bars.csv", "-o", "taken/out.csv", "--json");
    expect(run.code).not.toBe(0);
    expect(run.stderr).toMatch(/ATC_(IO|NOT_FOUND|READ_ONLY)/);
  });
});
