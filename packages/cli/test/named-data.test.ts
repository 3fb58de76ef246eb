import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

/** The name of the only dataset. */
async function onlyDataset(): Promise<string> {
  const [first, ...others] = (await shop.atc("data", "list", "--json")).json<readonly { readonly name: string }[]>();
  expect(others).toEqual([]);
  return first?.name ?? "";
}

describe("several files", () => {
  it("are backtested as one dataset", async () => {
    const names = ["a.csv", "b.csv", "c.csv", "d.csv"];
    for (const name of names) await shop.file(name, barsCsv([name.slice(0, 1).toUpperCase()], 100));
    const run = await shop.atc("backtest", ...names);
    expect([run.code, run.stdout]).toEqual([
      0,
      expect.stringMatching(/^a\.csv, b\.csv, c\.csv and 1 more: .*4 symbols/),
    ]);
    expect(run.stderr).toContain("the rows of 4 files were read into the dataset");
    expect((await shop.atc("backtest", ...names)).stderr).toContain("from the cache in");
    const name = await onlyDataset();
    // Not "d-...", which "atc data info d" would take for the dataset of d.csv.
    expect(name).toMatch(/^a-and-3-more-[0-9a-f]{8}$/);
    const [together, named] = [
      await shop.atc("backtest", ...names, "--json"),
      await shop.atc("backtest", name, "--json"),
    ];
    expect(together.json()["portfolio"]).toEqual(named.json()["portfolio"]);
  });

  it("are none of the outputs", async () => {
    await shop.file("a.csv", barsCsv(["A"], 100));
    await shop.file("b.csv", barsCsv(["B"], 100));
    const run = await shop.atc("backtest", "a.csv", "b.csv", "--trades", "b.csv", "--force", "--json");
    expect([run.code, errorOf(run).message]).toEqual([2, expect.stringContaining("input file")]);
  });

  it("are read with the options that are given", async () => {
    for (const name of ["a.csv", "b.csv"]) await shop.file(name, `${barsCsv([name], 100)}X,soon,1,1,1,1,1\n`);
    expect((await shop.atc("backtest", "a.csv", "b.csv")).code).toBe(3);
    const run = await shop.atc("backtest", "a.csv", "b.csv", "--bad-rows", "skip", "--name", "both", "--json");
    expect(run.json<{ data: object }>().data).toMatchObject({ rows: 200, symbols: 2 });
    expect(await onlyDataset()).toBe("both");
  });
});

describe("a dataset", () => {
  it("can be named by the stem of its file in every command but rm", async () => {
    await shop.file("AAPL 1.csv", barsCsv(["A"], 300));
    await shop.file("more.csv", barsCsv(["A"], 310));
    await shop.atc("ingest", "AAPL 1.csv");
    const name = await onlyDataset();
    expect(name).toMatch(/^AAPL_1-[0-9a-f]{8}$/);
    for (const stem of ["AAPL 1", "AAPL_1"])
      for (const args of [
        ["backtest", stem],
        ["signals", stem],
        ["data", "info", stem],
        ["data", "verify", stem],
        ["data", "compact", stem],
        ["data", "append", stem, "more.csv"],
        ["data", "export", stem, "-o", "-"],
        ["data", "resample", stem, "--to", "1d", "--name", "days"],
        ["cache", "warm", stem],
        ["codec", "bench", "--dataset", stem, "--seconds", "0"],
      ]) {
        const run = await shop.atc(...args);
        expect([args, run.code, run.stderr]).toEqual([args, 0, expect.not.stringContaining("error")]);
      }
    const removed = await shop.atc("data", "rm", "AAPL_1");
    expect([removed.code, removed.stderr]).toEqual([4, expect.stringContaining(`did you mean "${name}"?`)]);
  });

  it("needs its whole name if several have the stem", async () => {
    for (const name of ["x-00000001", "x-00000002"]) {
      await shop.file("f.csv", barsCsv(["A"], 60));
      await shop.atc("ingest", "f.csv", "--name", name);
    }
    const run = await shop.atc("backtest", "x", "--json");
    expect([run.code, errorOf(run).message]).toEqual([2, expect.stringContaining("x-00000001, x-00000002")]);
    expect((await shop.atc("backtest", "x-00000002")).code).toBe(0);
  });

  it("of exactly that name comes first", async () => {
    await shop.file("f.csv", barsCsv(["A"], 60));
    await shop.file("g.csv", barsCsv(["B"], 60));
    await shop.atc("ingest", "f.csv", "--name", "x-00000001");
    await shop.atc("ingest", "g.csv", "--name", "x");
    expect((await shop.atc("backtest", "x")).stdout).toMatch(/^B /m);
  });
});

describe("the headline", () => {
  it("says what was run", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B", "C"], 100));
    const headline = async (...args: readonly string[]): Promise<string> =>
      (await shop.atc("backtest", ...args)).stdout.split("\n")[0] ?? "";
    expect(await headline("bars.csv")).toMatch(/^bars\.csv: .* 300 rows, 3 symbols; fee 10 bps/);
    expect(await headline("bars.csv", "--symbols", "A,C")).toMatch(/^bars\.csv: .* 2 of 3 symbols \(A, C\), 200 bars;/);
    await shop.atc("ingest", "bars.csv", "--name", "stocks");
    expect(await headline("stocks", "--symbols", "B")).toMatch(
      /^stocks \(.*bars\.csv\): .* 1 of 3 symbols \(B\), 100 bars; fee 10 bps, slippage 0 bps$/,
    );
  });
});
