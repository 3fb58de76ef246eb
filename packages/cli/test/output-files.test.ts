import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

describe("a file that is read", () => {
  it.each([
    ["backtest", ["--trades", "bars.csv"]],
    ["backtest", ["--equity", "./bars.csv"]],
    ["backtest", ["--portfolio", "link.csv"]],
    ["backtest", ["--report", "bars.csv"]],
    ["signals", ["-o", "bars.csv"]],
  ])("is never written over: %s %s", async (command, args) => {
    const path = await shop.file("bars.csv", barsCsv(["A"], 300));
    await symlink(path, join(shop.path, "link.csv"));
    const before = await readFile(path, "utf8");
    const run = await shop.atc(command, "bars.csv", ...args, "--json");
    expect(run.code).toBe(2);
    expect(errorOf(run)).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("give another name"),
    });
    expect(await readFile(path, "utf8")).toBe(before);
    expect((await readdir(shop.path)).sort()).toEqual(["bars.csv", "link.csv"]);
  });

  it("is the configuration, too", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.file("atc.json", '{"feeBps":2}');
    const run = await shop.atc("backtest", "bars.csv", "--report", "atc.json", "--json");
    expect([run.code, errorOf(run).message]).toEqual([2, expect.stringContaining('the input file "')]);
  });
});

it("two results of one file are refused before any work", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 300));
  const run = await shop.atc("backtest", "bars.csv", "--trades", "o.csv", "--equity", "./o.csv", "--json");
  expect([run.code, errorOf(run).message]).toEqual([2, expect.stringContaining("--trades and --equity both write")]);
  expect(await readdir(shop.path)).toEqual(["bars.csv"]);
});

it("a run with curves says whether its figures came from the cache", async () => {
  await shop.file("bars.csv", barsCsv(["A", "B"], 300));
  const options = ["--equity", "e.csv"];
  expect((await shop.atc("backtest", "bars.csv", ...options)).stderr).toContain("computed in");
  expect((await shop.atc("backtest", "bars.csv", ...options)).stderr).toContain("from the cache in");
});

it("what a killed run left beside an output goes at the next run; what a living process writes stays", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 300));
  await shop.file(".t.csv.4194303-0123456789abcdef.tmp", "half a file");
  await shop.file(`.t.csv.${process.ppid}-0123456789abcdef.tmp`, "of a living process");
  expect((await shop.atc("backtest", "bars.csv", "--trades", "t.csv")).code).toBe(0);
  expect((await readdir(shop.path)).filter((name) => name !== ".cache").sort()).toEqual([
    `.t.csv.${process.ppid}-0123456789abcdef.tmp`,
    "bars.csv",
    "t.csv",
  ]);
});
