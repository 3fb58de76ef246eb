import { readdir } from "node:fs/promises";
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
  expect(await readdir(disk)).toEqual(["table.csv"]);
  const again = await shop.atc("sweep", "bars.csv", ...axes, "--by-symbol", "-o", "table.csv", "--json");
  expect(again.json<Counts>()).toMatchObject({ computed: 0, cached: 760 });
}, 60_000);

it("a sweep writes Parquet with the plugin", async () => {
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 120));
  const few = ["--grid", "parameters.fast=2,3", "--strategy", "cross"];
  await shop.install("source-duckdb");
  const run = await shop.atc("sweep", "bars.csv", ...few, "--by-symbol", "-o", "table.parquet");
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("table.parquet")]);
  expect((await readdir(shop.path)).includes("table.parquet")).toBe(true);
}, 60_000);
