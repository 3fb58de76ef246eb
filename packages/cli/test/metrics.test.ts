import { metricNames, metricTable } from "@atc/runtime";
import { describe, expect, it } from "vitest";
import { runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

describe("atc metrics", () => {
  it("lists every metric with its unit, its better side and its formula", async () => {
    const { stdout, code } = await shop.atc("metrics");
    const lines = stdout.split("\n");
    expect(code).toBe(0);
    for (const name of metricNames) {
      const { unit, better, formula } = metricTable[name];
      const line = lines.find((one) => one.split(" ")[0] === name);
      expect(line, name).toContain(` ${unit} `);
      expect(line?.endsWith(`  ${formula}`), name).toBe(true);
      expect(/ {2}(?:more|less) {2}/.test(line ?? ""), name).toBe(better !== "");
    }
  });
  it.each(["80", "120"])("fits a terminal of %s columns", async (COLUMNS) => {
    for (const words of [[], ["kRatio"], ["probabilisticSharpe"]]) {
      const { stdout } = await runAtc(shop.path, ["metrics", ...words], { COLUMNS });
      expect(stdout.split("\n").filter((line) => line.length > Number(COLUMNS))).toStrictEqual([]);
    }
  });
  it("explains one: formula, unit, better side, source, what it needs, and its symbols", async () => {
    const { stdout } = await shop.atc("metrics", "calmar");
    expect(stdout).toContain("calmar = cagr / maxDrawdown");
    expect(stdout).toMatch(/unit +ratio/);
    expect(stdout).toMatch(/better +more/);
    expect(stdout).toMatch(/source +Young 1991/);
    expect(stdout).toMatch(/cagr +\(E\[m] \/ E\[0]\)\^\(1 \/ years\) - 1/);
    expect((await shop.atc("metrics", "beta")).stdout).toMatch(/b' +return of b from one common time to the next/);
    expect((await shop.atc("metrics", "valueAtRisk")).stdout).toContain("8 bytes of memory each");
  });
  it("gives the same as JSON", async () => {
    const all = (await shop.atc("metrics", "--json")).json<{ name: string }[]>();
    expect(all.map(({ name }) => name)).toStrictEqual([...metricNames]);
    expect(all[0]).toStrictEqual({ name: "bars", ...metricTable.bars });
    const one = (await shop.atc("metrics", "sqn", "--json")).json();
    expect(one).toMatchObject({ name: "sqn", better: "+", source: "Tharp 2008; backtesting.py, vectorbt" });
    expect(Object.keys(one["symbols"] as object)).toStrictEqual(["mean", "sd", "N"]);
  });
  it("explains each column of a backtest's table by its heading, and takes any spelling", async () => {
    await shop.file("few.csv", "date,close\n2024-01-02,1\n2024-01-03,2\n");
    const table = (await shop.atc("backtest", "few.csv")).stdout;
    const headings = (table.split("\n").find((line) => line.includes("Sharpe")) ?? "").trim().split(/ {2,}/);
    const named: Record<string, string> = {};
    for (const heading of headings)
      named[heading] = (await shop.atc("metrics", heading, "--json")).json<{ readonly name: string }>().name;
    expect(named).toStrictEqual({
      bars: "bars",
      return: "totalReturn",
      "before costs": "grossReturn",
      "buy & hold": "buyAndHold",
      CAGR: "cagr",
      Sharpe: "sharpe",
      Sortino: "sortino",
      "max DD": "maxDrawdown",
      exposure: "exposure",
      trades: "trades",
      won: "winRate",
      PF: "profitFactor",
      fees: "fees",
    });
    expect((await shop.atc("metrics", "max_drawdown")).stdout).toContain("maxDrawdown = ");
  });
  it("suggests the nearest name", async () => {
    const near = await shop.atc("metrics", "sharp", "--json");
    expect(near.code).toBe(2);
    expect(errorOf(near)).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      details: { metric: "sharp", nearest: "sharpe" },
    });
    expect(errorOf(await shop.atc("metrics", "toString", "--json")).message).toContain("atc metrics lists them");
  });
  it("reads no configuration, so that a faulty one does not stop it", async () => {
    await shop.file("atc.yaml", "feeBps: [");
    expect((await shop.atc("metrics", "sharpe")).code).toBe(0);
  });
});
