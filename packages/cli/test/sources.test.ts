import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, rowsOf, shop } from "./shop.ts";

let expected: readonly string[];
const csv = barsCsv(["AAA", "BBB"], 50);

beforeEach(async () => {
  await shop.file("bars.csv", csv);
  await shop.atc("ingest", "bars.csv", "--name", "d");
  expected = await rowsOf("d");
});

async function ingested(...args: string[]): Promise<readonly string[]> {
  const run = await shop.atc("ingest", ...args, "--name", "again", "--reread", "--json");
  expect(errorOf(run)).toEqual({});
  return await rowsOf("again");
}

describe("a source that is not installed", () => {
  it.each([
    ["bars.parquet", "@atc/source-duckdb"],
    ["bars.jsonl.zst", "@atc/source-duckdb"],
    ["bars.feather", "@atc/source-arrow"],
    ["bars.jsonl", "@atc/source-json"],
    ["bars.zip", "@atc/source-zip"],
  ])("is named for %s with the line that installs it", async (name, packageName) => {
    await shop.file(name, "anything");
    const run = await shop.atc("ingest", name, "--json");
    expect(run.code).toBe(5);
    expect(errorOf(run)).toMatchObject({ code: "ATC_MISSING_PLUGIN" });
    expect(errorOf(run).message).toContain(`npm i ${packageName}`);
  });

  it("is reported for a query", async () => {
    const run = await shop.atc("ingest", "--sql", "SELECT 1", "--json");
    expect(errorOf(run).message).toContain("npm i @atc/source-duckdb");
  });
});

describe("files of every kind", () => {
  it("are read by what claims the longest ending", async () => {
    await shop.file("bars.csv.gz", gzipSync(csv));
    expect(await ingested("bars.csv.gz")).toEqual(expected);
    await shop.install("source-duckdb", "source-arrow", "source-json");
    await shop.atc("data", "export", "d", "-o", "bars.parquet");
    await shop.atc("data", "export", "d", "-o", "bars.arrow");
    const objects = csv
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => {
        const [symbol, timestamp, ...numbers] = line.split(",");
        const [open, high, low, close, volume] = numbers.map(Number);
        return JSON.stringify({ symbol, timestamp, open, high, low, close, volume });
      });
    await shop.file("bars.jsonl", objects.join("\n"));
    for (const file of ["bars.parquet", "bars.arrow", "bars.jsonl"]) expect(await ingested(file)).toEqual(expected);
    // Forced: DuckDB reads CSV too.
    expect(await ingested("bars.csv", "--source", "duckdb")).toEqual(expected);
  });

  it("are read in partitions, by a pattern and by a query", async () => {
    await shop.install("source-duckdb");
    for (const symbol of ["AAA", "BBB"]) {
      await mkdir(join(shop.path, `parts/symbol=${symbol}`), { recursive: true });
      const sql = `SELECT * EXCLUDE symbol FROM '${join(shop.path, "bars.csv")}' WHERE symbol = '${symbol}' ORDER BY timestamp`;
      await shop.atc("ingest", "--sql", sql, "--source-option", `symbol=${symbol}`, "--name", symbol);
      await shop.atc("data", "export", symbol, "-o", `parts/symbol=${symbol}/0.csv`);
    }
    expect(await ingested("parts")).toEqual(expected);
    expect(await ingested("parts/**/*.csv")).toEqual(expected);
    const query = await shop.atc("backtest", "bars.csv", "--sql", "SELECT * FROM files WHERE symbol = 'BBB'", "--json");
    expect(query.json()["data"]).toMatchObject({ rows: 50, symbols: 1 });
  });

  it("are joined, many CSV files to one dataset, each file's name its symbol", async () => {
    for (const symbol of ["AAA", "BBB"]) {
      const own = csv.split("\n").filter((line) => line.startsWith(symbol));
      const rows = own.map((line) => line.slice(4)).join("\n");
      await shop.file(`${symbol}.csv`, `timestamp,open,high,low,close,volume\n${rows}\n`);
    }
    expect(await ingested("AAA.csv", "BBB.csv")).toEqual(expected);
    expect(await ingested("[AB]*.csv")).toEqual(expected);
  });

  it("are refused if their columns differ", async () => {
    await shop.file("other.csv", "symbol,timestamp,close\nA,2020-01-01,1\n");
    const run = await shop.atc("ingest", "bars.csv", "other.csv", "--json");
    expect(errorOf(run).code).toBe("ATC_INVALID_DATA");
  });
});

describe("options of a source", () => {
  it("are passed on unchanged, and checked by the source", async () => {
    await shop.file("odd.csv", "2020-01-31 10:00;100;7\n");
    const options = ["--columns", "timestamp,close,volume", "--time-zone", "America/New_York", "--csv-symbol", "X"];
    const rows = await ingested("odd.csv", ...options, "--source-option", "separator=;");
    expect(rows).toEqual([`X,${Date.UTC(2020, 0, 31, 15)},100,7`]);
    const wrong = await shop.atc("ingest", "bars.csv", "--source-option", "seperator=;", "--json");
    expect(errorOf(wrong).code).toBe("ATC_INVALID_ARGUMENT");
    expect(errorOf(wrong).message).toContain("separator");
    expect(errorOf(await shop.atc("ingest", "bars.csv", "--source-option", "extra", "--json")).code).toBe(
      "ATC_INVALID_ARGUMENT",
    );
  });

  it("are listed with the endings that each source reads", async () => {
    await shop.install("source-duckdb");
    const sources = (await shop.atc("data", "sources", "--json")).json<
      { name: string; extensions: string[]; options: Record<string, string> }[]
    >();
    expect(sources.find(({ name }) => name === "duckdb")?.extensions).toContain(".parquet");
    expect(sources.find(({ name }) => name === "csv")?.options).toHaveProperty("timeZone");
    expect((await shop.atc("data", "sources")).stdout).toContain("--source-option for csv");
  });
});

describe("a Parquet file that cannot be used", () => {
  beforeEach(async () => {
    await shop.install("source-duckdb");
    await shop.atc("data", "export", "d", "-o", "bars.parquet");
  });

  it("is refused if it is truncated, and nothing is written", async () => {
    const { readFile } = await import("node:fs/promises");
    const bytes = await readFile(join(shop.path, "bars.parquet"));
    await shop.file("cut.parquet", bytes.subarray(0, bytes.length >> 1));
    const before = await shop.cached();
    expect(errorOf(await shop.atc("ingest", "cut.parquet", "--json"))).toMatchObject({ code: "ATC_CORRUPT_DATA" });
    expect(errorOf(await shop.atc("data", "append", "d", "cut.parquet", "--json")).code).toBe("ATC_CORRUPT_DATA");
    expect(await shop.cached()).toEqual(before);
    expect(await rowsOf("d")).toEqual(expected);
  });

  it("is refused if it has no price", async () => {
    await rm(join(shop.path, "bars.parquet"));
    await shop.atc("data", "export", "d", "-o", "bars.parquet");
    const run = await shop.atc(
      "ingest",
      "bars.parquet",
      "--sql",
      "SELECT symbol, timestamp, volume FROM files",
      "--json",
    );
    expect(errorOf(run).code).toBe("ATC_INVALID_DATA");
  });
});
