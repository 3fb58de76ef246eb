import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { shop } from "./shop.ts";

const day = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

beforeEach(async () => {
  const rows = ["AAA", "BBB"].flatMap((symbol) =>
    Array.from({ length: 60 }, (_, i) => `${symbol},${day(i)},${(100 + 9 * Math.sin(i / 7)).toFixed(3)}`),
  );
  await shop.file("bars.csv", `symbol,date,close\n${rows.join("\n")}\n`);
  await shop.file("weights.csv", `time,symbol,weight\n${day(3)},AAA,0.5\n${day(20)},AAA,-0.25\n${day(3)},ZZZ,1\n`);
  await shop.file("members.csv", `symbol,from,to\nAAA,${day(10)},${day(15)}\n`);
});

describe("atc backtest --signals", () => {
  it("names the file in its headline, and what the data lacks", async () => {
    const { code, stdout } = await shop.atc("backtest", "bars.csv", "--signals", "weights.csv");
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toMatch(/signals weights\.csv; signal weight/);
    expect(stdout).toMatch(/weights\.csv: 1 symbol is not in the data: ZZZ/);
    expect(stdout).toMatch(/weights\.csv: 1 symbol of the data has no row, so flat: BBB/);
  });

  it("writes fills and equity of a file's weights", async () => {
    const run = await shop.atc(
      "backtest",
      "bars.csv",
      "--signals",
      "weights.csv",
      "--fills",
      "f.csv",
      "--equity",
      "e.csv",
    );
    expect(run.code).toBe(0);
    const fills = (await readFile(join(shop.path, "f.csv"), "utf8")).trim().split("\n").slice(1);
    expect(fills.map((line) => line.split(",").slice(0, 2))).toEqual([
      ["AAA", `${day(4)}T00:00:00.000Z`],
      ["AAA", `${day(21)}T00:00:00.000Z`],
    ]);
    expect((await readFile(join(shop.path, "e.csv"), "utf8")).trim().split("\n")).toHaveLength(121);
  });

  it("is refused beside a strategy, and for a file that is an output", async () => {
    const beside = await shop.atc("backtest", "bars.csv", "--signals", "weights.csv", "--strategy", "hold");
    expect(beside.stderr).toMatch(/strategy "hold" is set too.*--signals none.*ATC_INVALID_CONFIG/);
    const before = await readFile(join(shop.path, "weights.csv"), "utf8");
    const over = await shop.atc(
      "backtest",
      "bars.csv",
      "--signals",
      "weights.csv",
      "--fills",
      "weights.csv",
      "--force",
    );
    expect(over.stderr).toMatch(/--fills is .*which is the input file/);
    expect(await readFile(join(shop.path, "weights.csv"), "utf8")).toBe(before);
  });

  it("is read from atc.yaml, and dropped by --signals none", async () => {
    await shop.file("atc.yaml", "signals: weights.csv\n");
    const { stdout } = await shop.atc("backtest", "bars.csv", "--json");
    expect(JSON.parse(stdout).config).toMatchObject({ signals: "weights.csv", signal: "weight" });
    const without = await shop.atc("backtest", "bars.csv", "--json", "--signals", "none");
    expect(JSON.parse(without.stdout).config).toMatchObject({ signals: null, signal: "strategy" });
  });
});

describe("atc backtest --universe", () => {
  it("opens positions of members only, names the file, and what the data lacks", async () => {
    const run = await shop.atc(
      "backtest",
      "bars.csv",
      "--strategy",
      "hold",
      "--universe",
      "members.csv",
      "--fills",
      "f.csv",
    );
    expect(run.code).toBe(0);
    expect(run.stdout.split("\n")[0]).toMatch(/universe members\.csv/);
    expect(run.stdout).toMatch(/members\.csv: 1 symbol of the data is never a member and opens no position: BBB/);
    const fills = (await readFile(join(shop.path, "f.csv"), "utf8")).trim().split("\n").slice(1);
    expect(fills.map((line) => line.split(",").slice(0, 2))).toEqual([["AAA", `${day(11)}T00:00:00.000Z`]]);
  });
});
