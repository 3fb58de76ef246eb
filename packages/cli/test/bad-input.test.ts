import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const header = "symbol,timestamp,open,high,low,close,volume\n";
const good = "A,2020-01-01,1,2,0.5,1.5,10\n";

const files: readonly (readonly [string, string | Uint8Array, string, number, RegExp])[] = [
  ["an empty file", "", "ATC_INVALID_DATA", 3, /empty/],
  ["a header alone", header, "ATC_INVALID_DATA", 3, /no .*row|header/i],
  ["columns that are not prices", "a,b\n1,2\n", "ATC_INVALID_DATA", 3, /close|price/],
  ["binary garbage", Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256), "ATC_INVALID_DATA", 3, /.+/],
  ["a gzip that is cut off", gzipSync(barsCsv(["A"], 2000)).subarray(0, 9000), "ATC_CORRUPT_DATA", 3, /gzip/],
  [
    "text in a price",
    `${header}${good}A,2020-01-02,1,2,0.5,soon,10\n`,
    "ATC_INVALID_DATA",
    3,
    /line 3.*close.*"soon"|"soon"/,
  ],
];

describe("a file that cannot be used", () => {
  it.each(files)("is refused: %s", async (_, content, code, exitCode, words) => {
    const file = await shop.file("bars.csv", content);
    const run = await shop.atc("backtest", file, "--json");
    expect(errorOf(run).code).toBe(code);
    expect(run.code).toBe(exitCode);
    expect(errorOf(run).message).toMatch(words);
    expect(errorOf(run).message).toContain("bars.csv");
    expect(run.stdout).toBe("");
    expect(await shop.cached()).toEqual([]);
  });

  it("is refused: a missing directory", async () => {
    const run = await shop.atc("backtest", "nowhere.csv", "--json");
    expect(errorOf(run).code).toBe("ATC_NOT_FOUND");
    expect(run.code).toBe(4);
    expect(await shop.cached()).toEqual([]);
  });

  it("is refused: a directory without data", async () => {
    const run = await shop.atc("ingest", ".", "--json");
    expect(errorOf(run).code).toBe("ATC_NOT_FOUND");
    expect(run.code).toBe(4);
    expect(await shop.cached()).toEqual([]);
  });

  it("names line, column and text to a person too", async () => {
    const file = await shop.file("bars.csv", `${header}${good}A,2020-01-02,1,2,0.5,soon,10\n`);
    const run = await shop.atc("backtest", file);
    expect(run.stderr).toMatch(/line 3/);
    expect(run.stderr).toMatch(/close/);
    expect(run.stderr).toMatch(/"soon"/);
    expect(run.stderr).toMatch(/--bad-rows/);
  });
});

describe("rows that cannot be used", () => {
  it("are left out and counted under skip", async () => {
    const file = await shop.file(
      "bars.csv",
      `${header}${good}A,2020-01-02,1,2,0.5,soon,10\nA,2020-01-03,1,2,0.5,1.6,10\n`,
    );
    const run = await shop.atc("ingest", file, "--bad-rows", "skip", "--json");
    expect(run.code).toBe(0);
    const { rows, report } = run.json<{
      rows: number;
      report: { badRows: { count: number; first: { line: number; text: string }[] } };
    }>();
    expect(rows).toBe(2);
    expect(report.badRows.count).toBe(1);
    expect(report.badRows.first[0]).toMatchObject({ line: 3, text: "soon" });
  });

  it.each(["-1.5", "0"])(
    "a price of %s skips the symbol, names the bar, and the other symbols are computed",
    async (price) => {
      const bars = barsCsv(["GOOD"], 60);
      const bad = Array.from(
        { length: 60 },
        (_, i) => `BAD,${new Date(Date.UTC(2020, 0, 1, i)).toISOString()},1,2,0.5,${i === 30 ? price : 1.5},10\n`,
      ).join("");
      const file = await shop.file("bars.csv", bars + bad);
      const run = await shop.atc("backtest", file, "--json");
      expect(run.code).toBe(0);
      const { symbols, skipped } = run.json<{
        symbols: { symbol: string }[];
        skipped: { symbol: string; reason: string }[];
      }>();
      expect(symbols.map(({ symbol }) => symbol)).toEqual(["GOOD"]);
      expect(skipped[0]?.symbol).toBe("BAD");
      expect(skipped[0]?.reason).toMatch(/30/);
      const skipping = await shop.atc("backtest", file, "--json", "--invalid-prices", "skip");
      expect(skipping.json<{ symbols: unknown[]; skipped: unknown[] }>()).toMatchObject({ skipped: [] });
      expect(skipping.json<{ symbols: { bars: number }[] }>().symbols[0]?.bars).toBe(59);
    },
  );

  it("out of order are sorted and counted", async () => {
    const lines = barsCsv(["A"], 50).trimEnd().split("\n");
    const [head = "", ...rows] = lines;
    const sorted = await shop.file("sorted.csv", lines.join("\n"));
    const reversed = await shop.file("reversed.csv", [head, ...rows.toReversed()].join("\n"));
    const one = (await shop.atc("backtest", sorted, "--json")).json<{ portfolio: unknown }>();
    const two = (await shop.atc("backtest", reversed, "--json")).json<{ portfolio: unknown }>();
    expect(two.portfolio).toEqual(one.portfolio);
    const info = (await shop.atc("ingest", reversed, "--json")).json<{ report: { totals: { unsorted: number } } }>();
    expect(info.report.totals.unsorted).toBe(49);
  });

  it("of one symbol and time follow the policy and are counted", async () => {
    const file = await shop.file(
      "bars.csv",
      `${header}${good}A,2020-01-01,1,2,0.5,9,10\nA,2020-01-02,1,2,0.5,1.6,10\n`,
    );
    const last = (await shop.atc("ingest", file, "--json")).json<{
      rows: number;
      report: { totals: { duplicates: number } };
    }>();
    expect(last).toMatchObject({ rows: 2, report: { totals: { duplicates: 1 } } });
    await shop.atc("signals", file, "-o", "last.json", "--cutout", "0");
    const strict = await shop.atc("ingest", file, "--duplicates", "error", "--json");
    expect(errorOf(strict).code).toBe("ATC_INVALID_DATA");
    const odd = await shop.atc("ingest", file, "--duplicates", "keep-some", "--json");
    expect(errorOf(odd).code).toBe("ATC_INVALID_ARGUMENT");
  });
});

describe("an invalid configuration", () => {
  it("lists every fault with path, value, what is allowed, and the nearest key", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A"], 60));
    await shop.file("atc.yaml", "robustness: Huge\nema_lenght: 20\nfeeBps: -3\n");
    const run = await shop.atc("backtest", file, "--json");
    expect(run.code).toBe(2);
    expect(errorOf(run).code).toBe("ATC_INVALID_CONFIG");
    const { message } = errorOf(run);
    for (const words of ["Huge", "Narrow", "ema_lenght", "ema_len", "-3", "atc.yaml"]) expect(message).toContain(words);
    expect(await shop.cached()).toEqual([]);
  });

  it("refuses lengths too short for the robustness", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await shop.atc("backtest", file, "--ema-length", "6", "--robustness", "Medium", "--json");
    expect(errorOf(run).code).toBe("ATC_INVALID_CONFIG");
    expect(errorOf(run).message).toMatch(/ema/i);
    expect(errorOf(run).message).toContain("7");
    expect(await shop.cached()).toEqual([]);
  });

  it("skips symbols that the cutout leaves no bar of; with none left the exit code is not zero", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A", "B"], 40));
    const run = await shop.atc("backtest", file, "--cutout", "40", "--json");
    expect(run.code).toBe(3);
    const { portfolio, symbols, skipped } = run.json<{
      portfolio: unknown;
      symbols: unknown[];
      skipped: { reason: string }[];
    }>();
    expect(portfolio).toBeNull();
    expect(symbols).toEqual([]);
    expect(skipped).toHaveLength(2);
    expect(skipped[0]?.reason).toMatch(/cutout/);
    const alone = await shop.atc("signals", file, "--symbols", "A", "--cutout", "40", "--json");
    expect(alone.code).toBe(3);
  });

  it("computes and warns of a symbol shorter than its longest average", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A"], 20));
    const run = await shop.atc("backtest", file, "--json");
    expect(run.code).toBe(0);
    expect(run.json<{ symbols: { warnings: string[] }[] }>().symbols[0]?.warnings.join(" ")).toMatch(/average/);
  });

  it("suggests the nearest algorithm, and refuses level 10", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A"], 60));
    const name = await shop.atc("backtest", file, "--use-compression", "--compression-algorithm", "zsdt", "--json");
    expect(errorOf(name)).toMatchObject({ code: "ATC_INVALID_CONFIG", details: { nearest: "zstd" } });
    const level = await shop.atc("backtest", file, "--compression-level", "10", "--json");
    expect(errorOf(level).code).toBe("ATC_INVALID_CONFIG");
  });
});

describe("options and names", () => {
  it.each([
    ["an unknown command", ["backtes", "x.csv"], /backtest/],
    ["an unknown option", ["backtest", "x.csv", "--fee-bsp", "2"], /--fee-bps/],
    ["a missing argument", ["backtest"], /data/],
  ])("refuses %s with the nearest", async (_, args, words) => {
    const run = await shop.atc(...args);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(words);
  });

  it("suggests the nearest symbol and dataset", async () => {
    const file = await shop.file("bars.csv", barsCsv(["AAPL", "MSFT"], 60));
    await shop.atc("ingest", file, "--name", "stocks");
    const symbol = await shop.atc("signals", "stocks", "--symbols", "APPL", "--json");
    expect(errorOf(symbol).code).toBe("ATC_NOT_FOUND");
    expect(errorOf(symbol).message).toContain("AAPL");
    const dataset = await shop.atc("backtest", "stock", "--json");
    expect(errorOf(dataset).code).toBe("ATC_NOT_FOUND");
    expect(errorOf(dataset).message).toContain("stocks");
    const several = await shop.atc("signals", "stocks", "-o", "one.csv", "--json");
    expect(errorOf(several).message).toMatch(/2 symbols.*--symbols.*--all-bars/);
  });

  it("refuses a file ending that signals are not written as, before computing", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await shop.atc("signals", file, "-o", "a.xlsx", "--json");
    expect(errorOf(run).code).toBe("ATC_INVALID_ARGUMENT");
    expect(await shop.cached()).toEqual([]);
  });

  it("refuses a dataset name that leads elsewhere", async () => {
    const file = await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await shop.atc("ingest", file, "--name", "../elsewhere", "--json");
    expect(errorOf(run).code).toBe("ATC_INVALID_ARGUMENT");
  });
});
