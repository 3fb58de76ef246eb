import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { main } from "../src/index.ts";
import { barsCsv, runAtc } from "./atc.ts";
import { shop } from "./shop.ts";

/** What a command prints on a terminal of some columns, without colour. */
async function onTerminal(columns: number, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
  const pieces: string[] = [];
  stdout.on("data", (piece: Buffer) => pieces.push(String(piece)));
  const signal = new AbortController().signal;
  const io = { stderr: new PassThrough().resume(), cwd: shop.path, env: { NO_COLOR: "1", ...env }, signal };
  expect(await main(args, { ...io, stdout })).toBe(0);
  return pieces.join("");
}

const widest = (text: string): number => Math.max(...text.split("\n").map(({ length }) => length));
const chart = /\nEquity and drawdown:\n[\u2800-\u28ff]{31,}/;

/** Hourly bars of four months. */
const bars = (): Promise<string> => shop.file("bars.csv", barsCsv(["A", "B"], 3000));

describe("the charts of atc backtest", () => {
  it.each([80, 40, 132])("are below the table on a terminal, and fit its %i columns", async (columns) => {
    await bars();
    const text = await onTerminal(columns, ["backtest", "bars.csv"]);
    expect(text).toMatch(chart);
    expect(text).toContain("Returns by month in per cent:");
    expect(widest(text)).toBeLessThanOrEqual(columns);
    if (columns === 80) expect(widest(text.slice(text.indexOf("Equity and")))).toBe(80);
  });

  it.each([
    [["--json"], {}],
    [["--quiet"], {}],
    [["--no-chart"], {}],
    [[], { TERM: "dumb" }],
    [[], { LANG: "C" }],
  ])("are not there with %j and %j", async (flags, env) => {
    await bars();
    expect(await onTerminal(80, ["backtest", "bars.csv", ...flags], env)).not.toMatch(/[\u2800-\u28ff]|by month/);
  });

  it("are in a pipe or on another terminal only with --chart, and never in JSON", async () => {
    await bars();
    expect((await shop.atc("backtest", "bars.csv")).stdout).not.toMatch(chart);
    expect((await shop.atc("backtest", "bars.csv", "--chart")).stdout).toMatch(/drawdown:\n[\u2800-\u28ff]{71}/);
    const dumb = await runAtc(shop.path, ["backtest", "bars.csv", "--chart", "--quiet"], { TERM: "dumb", LANG: "C" });
    expect(dumb.stdout).toMatch(chart);
    expect((await shop.atc("backtest", "bars.csv", "--chart", "--json")).json()).toHaveProperty("portfolio");
    const printed = await shop.atc("backtest", "bars.csv", "--chart", "--report", "-");
    expect(printed.json()).toHaveProperty("portfolio");
  });

  it("have colour unless NO_COLOR is set", async () => {
    await bars();
    const text = await onTerminal(80, ["backtest", "bars.csv"], { NO_COLOR: "" });
    const [, charts = ""] = text.split("Equity and drawdown:");
    expect(charts).toContain("\u001b[31m");
    const plain = await onTerminal(80, ["backtest", "bars.csv"]);
    expect(plain).not.toContain("\u001b");
    const escapes = new RegExp(`${"\u001b"}\\[\\d+m`, "g");
    expect(text.replaceAll(escapes, "")).toBe(plain);
  });

  it("are the same if the results come from the cache, also without files of curves", async () => {
    await bars();
    const first = await onTerminal(80, ["backtest", "bars.csv"]);
    const again = await shop.atc("backtest", "bars.csv", "--chart");
    expect(again.stderr).toContain("results from the cache");
    const chartsOf = (text: string): string => text.slice(text.indexOf("Equity and drawdown"));
    expect(chartsOf(again.stdout)).toBe(chartsOf(first));
  });

  it("are left out if no symbol could be computed", async () => {
    await shop.file("bars.csv", "symbol,timestamp,close\nA,2024-01-01,0\nA,2024-01-02,-1\nA,2024-01-03,1\n");
    const run = await shop.atc("backtest", "bars.csv", "--chart");
    expect(run.code).not.toBe(0);
    expect(run.stdout).not.toMatch(chart);
  });

  it("are of the account that all symbols share", async () => {
    await bars();
    expect(await onTerminal(80, ["backtest", "bars.csv", "--account", "shared"])).toMatch(chart);
  });
});

describe("the chart of atc walk-forward", () => {
  const args = ["walk-forward", "bars.csv", "--windows", "3", "--grid", "emaLength=20,30"];

  it("is of the account through all tests, on a terminal", async () => {
    await bars();
    const text = await onTerminal(80, args);
    expect(text).toMatch(/\nEquity out of sample and drawdown:\n[\u2800-\u28ff]{71}/);
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect((await shop.atc(...args)).stdout).not.toContain("Equity out of sample");
    expect(await onTerminal(80, [...args, "--no-chart"])).not.toContain("Equity out of sample");
  });
});
