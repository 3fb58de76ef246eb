import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { periodOf } from "../src/invocation/period.ts";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

beforeEach(() => shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300)));

interface Report {
  readonly period?: unknown;
  readonly portfolio: { readonly start: string; readonly end: string; readonly bars: number } | null;
  readonly symbols: readonly Record<string, unknown>[];
  readonly skipped: readonly { readonly symbol: string; readonly reason: string }[];
}

describe("--from and --to", () => {
  it.each([
    ["2024", "2024-01-01T00:00:00.000Z"],
    ["2024-02", "2024-02-01T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2024-02-29 14:30", "2024-02-29T14:30:00.000Z"],
    ["2024-02-29T14:30:15.250", "2024-02-29T14:30:15.250Z"],
    ["2024-02-29T14:30Z", "2024-02-29T14:30:00.000Z"],
    ["2024-03-01T01:30+02:00", "2024-02-29T23:30:00.000Z"],
    ["2024-02-29T20:00:00-0530", "2024-03-01T01:30:00.000Z"],
    ["1969-12-31", "1969-12-31T00:00:00.000Z"],
    ["0099-01-01", "0099-01-01T00:00:00.000Z"],
  ])("takes %s", (text, iso) => {
    expect(new Date(periodOf({ from: text })?.from ?? Number.NaN).toISOString()).toBe(iso);
  });
  it.each([
    "soon",
    "2023-02-29",
    "2024-13-01",
    "2024-1-1",
    "01/02/2024",
    "2024-01-01T25:00",
    "2024-01-01T14",
    "2024-01-01T14:30 CET",
    "2024-01-01T14:30+25:00",
    "1704067200000",
    "",
  ])("refuses %j", (text) => {
    expect(() => periodOf({ to: text })).toThrow(/--to is .*give a date or time such as/);
  });
  it("refuses an end that is not after the start, before the file is read", async () => {
    const run = await shop.atc("backtest", "missing.csv", "--from", "2024-01-02", "--to", "2024-01-02", "--json");
    expect(run.code).toBe(2);
    expect(errorOf(run).message).toMatch(/--to is exclusive/);
  });
});

describe("atc backtest --from --to", () => {
  it("says how many of the rows its span has", async () => {
    expect((await shop.atc("backtest", "bars.csv")).stdout).toMatch(/^bars\.csv: \S+ to \S+, 600 rows, 2 symbols;/);
    const limited = (await shop.atc("backtest", "bars.csv", "--limit", "20")).stdout;
    expect(limited).toMatch(/^bars\.csv: \S+ to \S+, 40 of 600 rows, 2 symbols;/);
    const { portfolio } = (await shop.atc("backtest", "bars.csv", "--json")).json<Report>();
    const run = await shop.atc("backtest", "bars.csv", "--from", portfolio?.end ?? "");
    // Of each symbol the bar before the period, at whose close it is in cash, and the last one.
    expect(run.stdout).toMatch(/^bars\.csv: \S+ to \S+, 4 of 600 rows, 2 symbols;/);
  });
  it("trades in the period only, and says so", async () => {
    const whole = (await shop.atc("backtest", "bars.csv", "--json")).json<Report>();
    const [start, end] = [whole.portfolio?.start ?? "", whole.portfolio?.end ?? ""].map((time) => Date.parse(time));
    const step = ((end as number) - (start as number)) / 299;
    const at = (bar: number): string => new Date((start as number) + bar * step).toISOString();
    const period = ["--from", at(200), "--to", at(260)];
    const report = (await shop.atc("backtest", "bars.csv", ...period, "--json", "--equity", "e.csv")).json<Report>();
    expect(report.period).toEqual({ from: at(200), to: at(260) });
    expect(report.portfolio).toMatchObject({ start: at(199), end: at(259), bars: 61 });
    const lines = (await readFile(join(shop.path, "e.csv"), "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(1 + 2 * 61);
    const [, first = ""] = lines;
    expect(first).toContain(at(199).slice(0, 19));

    const people = await shop.atc("backtest", "bars.csv", ...period);
    expect(people.stdout).toContain("in cash at the close before it");
    // A run without --equity keeps what its report shows, so it is computed once more.
    expect((await shop.atc("backtest", "bars.csv", ...period)).stderr).toContain("from the cache");
    for (const options of [["--no-cache"], ["--executor", "worker", "--batch-size", "1", "--no-cache"], []]) {
      const again = (await shop.atc("backtest", "bars.csv", ...period, "--json", ...options)).json<Report>();
      expect({ ...again, config: 0 }).toEqual({ ...report, config: 0 });
    }
  });
  it("is part of the cache keys, and leaves those of all bars as they were", async () => {
    const whole = await shop.atc("backtest", "bars.csv", "--json");
    await shop.atc("backtest", "bars.csv", "--json", "--from", "2000");
    const other = await shop.atc("backtest", "bars.csv", "--from", "2000-01-02");
    expect(other.stderr).toContain("computed");
    expect((await shop.atc("backtest", "bars.csv", "--json")).stdout).toBe(whole.stdout);
    expect(whole.json<Report>().period).toBeUndefined();
  });
  it("skips every symbol if the period has no bar", async () => {
    const run = await shop.atc("backtest", "bars.csv", "--from", "2199", "--json");
    expect(run.code).toBe(3);
    const { portfolio, skipped } = run.json<Report>();
    expect(portfolio).toBeNull();
    expect(skipped.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
    expect(skipped[0]?.reason).toMatch(/no bar from 2199-01-01.*its bars are from/);
  });
});
