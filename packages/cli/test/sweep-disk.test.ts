import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { shop } from "./shop.ts";
import { smallDisk } from "./small-disk.ts";

const axes = ["--grid", "parameters.fast=2..20", "--grid", "parameters.slow=21..60", "--strategy", "cross"];

interface Counts {
  readonly computed: number;
  readonly cached: number;
}

it("a sweep whose table does not fit on the disk keeps what is finished, and the old table", async (context) => {
  const disk = await smallDisk("disk", "64k");
  if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 120));
  const few = ["--grid", "parameters.fast=2,3", "--strategy", "cross"];
  expect((await shop.atc("sweep", "bars.csv", ...few, "-o", "disk/table.csv")).code).toBe(0);
  const run = await shop.atc("sweep", "bars.csv", ...axes, "--by-symbol", "-o", "disk/table.csv", "--force", "--json");
  expect([run.code, run.stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
  expect(await readdir(disk)).toEqual(["table.csv", "table.csv.json"]);
  const again = await shop.atc("sweep", "bars.csv", ...axes, "--by-symbol", "-o", "table.csv", "--json");
  expect(again.json<Counts>()).toMatchObject({ computed: 0, cached: 760 });
});

it("a sweep whose results do not fit on the disk says so once, and writes the whole table", async (context) => {
  const disk = await smallDisk("cache", "48k");
  if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 120));
  const args = ["sweep", "bars.csv", ...axes, "--by-symbol", "--json"];
  const run = await shop.atc(...args, "--cache-dir", disk, "-o", "full.arrow");
  expect({ code: run.code, ...run.json<Counts>() }).toMatchObject({ code: 0, computed: 760, cached: 0 });
  expect(run.stderr.match(/"message"|warning/g) ?? []).toHaveLength(1);
  expect(run.stderr).toMatch(/space/);
  await shop.atc(...args, "--no-cache", "-o", "whole.arrow");
  const [full, whole] = await Promise.all(["full", "whole"].map((name) => readFile(join(shop.path, `${name}.arrow`))));
  expect(full?.equals(whole as Buffer)).toBe(true);
});

it("a sweep writes Parquet with the plugin", async () => {
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 120));
  const few = ["--grid", "parameters.fast=2,3", "--strategy", "cross"];
  await shop.install("source-duckdb");
  const run = await shop.atc("sweep", "bars.csv", ...few, "--by-symbol", "-o", "table.parquet");
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("table.parquet")]);
  expect((await readdir(shop.path)).includes("table.parquet")).toBe(true);
});
