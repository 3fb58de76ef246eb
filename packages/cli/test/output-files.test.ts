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

describe("a file that exists", () => {
  it.each([
    ["backtest", "--trades", "o.csv"],
    ["backtest", "--equity", "o.arrow"],
    ["backtest", "--portfolio", "o.csv"],
    ["backtest", "--report", "o.json"],
    ["signals", "-o", "o.csv"],
    ["data export", "-o", "o.csv"],
  ])("is replaced by %s %s only with --force", async (command, flag, name) => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const path = await shop.file(name, "mine");
    const args = [...command.split(" "), "bars.csv", flag, name];
    const refused = await shop.atc(...args, "--json");
    expect([refused.code, errorOf(refused).message]).toEqual([2, expect.stringContaining("--force")]);
    expect(await readFile(path, "utf8")).toBe("mine");
    expect((await shop.atc(...args, "--force")).code).toBe(0);
    expect(await readFile(path, "utf8")).not.toBe("mine");
  });

  it("is an input with --force, too", async () => {
    const path = await shop.file("bars.csv", barsCsv(["A"], 300));
    const before = await readFile(path, "utf8");
    for (const args of [
      ["backtest", "bars.csv", "--trades", "bars.csv", "--force"],
      ["signals", "bars.csv", "-o", "bars.csv", "--force"],
    ])
      expect((await shop.atc(...args)).code).toBe(2);
    expect(await readFile(path, "utf8")).toBe(before);
  });

  it("is refused before any work", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.file("t.csv", "mine");
    await shop.atc("backtest", "bars.csv", "--trades", "t.csv");
    expect(await shop.cached()).toEqual([]);
  });
});

it("--force does not read files again", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 300));
  const ingest = await shop.atc("ingest", "bars.csv", "--force", "--json");
  expect([ingest.code, errorOf(ingest).details]).toEqual([2, { flag: "--force", nearest: "--reread" }]);
});

it("--report - prints the report instead of the tables", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 300));
  const run = await shop.atc("backtest", "bars.csv", "--report", "-");
  expect(run.json()).toHaveProperty("portfolio");
  expect(run.stdout).toBe((await shop.atc("backtest", "bars.csv", "--json")).stdout);
  // The folder of stored runs and that of the cache.
  expect((await readdir(shop.path)).sort()).toEqual([".atc", ".cache", "bars.csv"]);
});

describe("a former name", () => {
  it.each([
    ["data export d -o x.csv --only A", "--symbols"],
    ["signals d --symbol A", "--symbols"],
    ["codec bench --dataset d --symbol A", "--symbols"],
    ["signals d --out x.csv", "--output"],
    ["ingest x.csv --force", "--reread"],
    ["data resample d --to 1w --force", "--reread"],
  ])("in atc %s is refused with the present one", async (line, flag) => {
    const run = await shop.atc(...line.split(" "));
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`its name is ${flag}`)]);
  });
});

it("several symbols for a file or a command that takes one are refused", async () => {
  await shop.file("bars.csv", barsCsv(["A", "B"], 60));
  const run = await shop.atc("signals", "bars.csv", "--symbols", "A,B", "-o", "one.csv");
  expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("name one symbol")]);
  await shop.atc("ingest", "bars.csv", "--name", "bars");
  const bench = await shop.atc("codec", "bench", "--dataset", "bars", "--symbols", "A,B");
  expect([bench.code, bench.stderr]).toEqual([2, expect.stringContaining("takes one")]);
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
  expect((await shop.atc("backtest", "bars.csv", ...options, "--force")).stderr).toContain("from the cache in");
});

it("what a killed run left beside an output goes at the next run; what a living process writes stays", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 300));
  await shop.file(".t.csv.4194303-0123456789abcdef.tmp", "half a file");
  await shop.file(`.t.csv.${process.ppid}-0123456789abcdef.tmp`, "of a living process");
  expect((await shop.atc("backtest", "bars.csv", "--trades", "t.csv")).code).toBe(0);
  expect((await readdir(shop.path)).filter((name) => name !== ".cache" && name !== ".atc").sort()).toEqual([
    `.t.csv.${process.ppid}-0123456789abcdef.tmp`,
    "bars.csv",
    "t.csv",
  ]);
});
