import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { rowsOf, shop } from "./shop.ts";

const days = (close: number, rest = ""): string =>
  Array.from({ length: 60 }, (_, i) => {
    const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${close + (i % 7)}${rest}`;
  }).join("\n");

const file = (name: string, close: number): Promise<string> => shop.file(name, `date,close\n${days(close)}\n`);

describe("a name of a dataset that is taken", () => {
  it("keeps the rows of another file", async () => {
    await file("first.csv", 100);
    expect((await shop.atc("ingest", "first.csv", "--name", "kept")).code).toBe(0);
    await rm(`${shop.path}/first.csv`);
    const before = await rowsOf("kept");
    await file("second.csv", 200);
    for (const command of ["ingest", "backtest"]) {
      const run = await shop.atc(command, "second.csv", "--name", "kept");
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(
        /"kept" holds other rows, from .*first\.csv; give another --name, or replace them with --reread/,
      );
    }
    expect(await rowsOf("kept")).toEqual(before);
    expect((await shop.atc("ingest", "second.csv", "--name", "kept", "--reread")).code).toBe(0);
    expect(await rowsOf("kept")).not.toEqual(before);
  });

  it("takes the new rows of the same file", async () => {
    await file("growing.csv", 100);
    expect((await shop.atc("ingest", "growing.csv", "--name", "growing")).code).toBe(0);
    await file("growing.csv", 300);
    expect((await shop.atc("ingest", "growing.csv", "--name", "growing")).code).toBe(0);
    expect((await rowsOf("growing")).join("\n")).toContain("300");
  });

  it("keeps the rows of a file from bars of another dataset, and these from a file", async () => {
    await file("days.csv", 100);
    await file("others.csv", 200);
    await shop.atc("ingest", "days.csv", "--name", "days");
    await shop.atc("ingest", "others.csv", "--name", "others");
    const before = await rowsOf("days");
    const weekly = (from: string, name: string, ...more: readonly string[]) =>
      shop.atc("data", "resample", from, "--to", "1w", "--name", name, ...more);
    expect((await weekly("others", "days")).stderr).toContain('"days" holds other rows, from ');
    expect(await rowsOf("days")).toEqual(before);
    expect((await weekly("days", "weeks")).code).toBe(0);
    expect((await shop.atc("data", "resample", "days", "--to", "1mo", "--name", "weeks")).code).toBe(0);
    expect((await weekly("others", "weeks")).stderr).toContain('"weeks" holds other rows, from dataset days');
    expect((await shop.atc("ingest", "others.csv", "--name", "weeks")).stderr).toContain("holds other rows");
    expect((await weekly("others", "weeks", "--reread")).code).toBe(0);
  });
});

describe("a dataset with options for reading files", () => {
  it("is refused, because its rows cannot change", async () => {
    await shop.file("adjusted.csv", `date,open,close,adj close\n${days(100, ",90,50")}\n`);
    await shop.atc("ingest", "adjusted.csv", "--name", "adjusted");
    for (const [flag, ...value] of [
      ["--adjust"],
      ["--no-adjust"],
      ["--time-zone", "Asia/Tokyo"],
      ["--csv-symbol", "X"],
      ["--bad-rows", "skip"],
      ["--duplicates", "keep-first"],
      ["--reread"],
      ["--drop-appended"],
      ["--name", "other"],
      ["--source-option", "dateOrder=dmy"],
    ] as const) {
      for (const command of ["backtest", "signals"]) {
        const run = await shop.atc(command, "adjusted", flag, ...value);
        expect(run.code, flag).toBe(2);
        expect(run.stderr).toContain('"adjusted" is a dataset, whose rows were read before, so --');
        expect(run.stderr).toContain(flag.replace("--no-", "--"));
        expect(run.stderr).toContain("name the file instead, or leave it out");
      }
    }
    expect((await shop.atc("backtest", "adjusted", "--memory", "256MB")).code).toBe(0);
  });
});

describe("a direction that is none", () => {
  it("leaves out its symbol, and computes the others", async () => {
    const rows = (symbol: string, direction: string): string =>
      days(100)
        .split("\n")
        .map((line, i) => `${symbol},${line},${i === 20 ? direction : "1"}`)
        .join("\n");
    await shop.file("directions.csv", `symbol,date,close,direction\n${rows("GOOD", "0")}\n${rows("BAD", "7")}\n`);
    for (const account of ["separate", "shared"]) {
      const run = await shop.atc("backtest", "directions.csv", "--strategy", "columns", "--account", account, "--json");
      expect(run.code, run.stderr).toBe(0);
      const { symbols, contributions, skipped } = run.json<{
        readonly symbols: readonly { readonly symbol: string }[];
        readonly contributions?: readonly { readonly symbol: string }[];
        readonly skipped: readonly { readonly symbol: string }[];
      }>();
      expect([...symbols, ...(contributions ?? [])].map(({ symbol }) => symbol)).toEqual(["GOOD"]);
      expect(skipped.map(({ symbol }) => symbol)).toEqual(["BAD"]);
    }
  });
});
