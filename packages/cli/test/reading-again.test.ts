import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { zipOf } from "../../source-zip/test/zip-file.ts";
import { shop } from "./shop.ts";

interface Report {
  readonly data: { readonly rows: number };
  readonly portfolio: { readonly bars: number; readonly start: string; readonly buyAndHold: number };
}

const fixture = (name: string): Promise<Buffer> => readFile(new URL(`fixtures/${name}`, import.meta.url));

async function backtest(...args: readonly string[]): Promise<Report> {
  const run = await shop.atc("backtest", ...args, "--json");
  expect(run.code, run.stderr).toBe(0);
  return run.json<Report>();
}

/**
 * The second of two readings of a file in the same folders: what the cache gives, which must be what `--no-cache`
 * gives.
 */
async function second(file: string, first: readonly string[], other: readonly string[]): Promise<Report> {
  const before = await backtest(file, ...first);
  expect(await backtest(file, ...first)).toEqual(before);
  const cached = await backtest(file, ...other);
  expect(cached).toEqual(await backtest(file, ...other, "--no-cache"));
  expect(cached.portfolio).not.toEqual(before.portfolio);
  // And back again: the entries of both readings stay.
  expect((await backtest(file, ...first)).portfolio).toEqual(before.portfolio);
  return cached;
}

const option = (text: string): readonly string[] => ["--source-option", text];

/** Days whose dates and columns can be read in two ways. */
const days = Array.from({ length: 12 }, (_, i) => {
  const day = String(i + 1).padStart(2, "0");
  return `${day}/${day}/2024,${100 + i},${120 - i},${90 + 3 * i},${110 - i}`;
});
const columnsCsv = `date,open,high,low,close\n${days.join("\n")}\n`;
const dmy = option("dateOrder=dmy");

describe("a file that is read with other options", () => {
  it("gives the figures of its other dates", async () => {
    await shop.file("b.csv", await fixture("cache-date-order.csv"));
    const { portfolio } = await second("b.csv", dmy, option("dateOrder=mdy"));
    expect(portfolio.start).toBe("2024-01-02T00:00:00.000Z");
    expect(portfolio.buyAndHold).toBeCloseTo(-0.0909, 4);
  });

  it("gives the figures of its other times", async () => {
    await shop.file("b.csv", await fixture("cache-time-zone.csv"));
    const { portfolio } = await second("b.csv", [], ["--time-zone", "Asia/Tokyo"]);
    expect(portfolio.start).toBe("2024-01-02T00:30:00.000Z");
  });

  it("gives the figures of its other rows", async () => {
    await shop.file("b.csv", await fixture("cache-bad-rows.csv"));
    const { portfolio } = await second("b.csv", ["--bad-rows", "skip"], ["--bad-rows", "nan"]);
    expect(portfolio.bars).toBe(3);
  });

  it("gives the figures of its other columns, by name and as a list", async () => {
    await shop.file("b.csv", columnsCsv);
    const { portfolio } = await second("b.csv", dmy, [...dmy, "--columns", "open=close,close=open"]);
    expect(portfolio.buyAndHold).toBeCloseTo(0.11, 10);
    await shop.file("bare.csv", `${days.join("\n")}\n`);
    const list = (names: string): readonly string[] => [...dmy, "--columns", names];
    await second("bare.csv", list("timestamp,open,high,low,close"), list("timestamp,close,high,low,open"));
  });

  it("gives the figures of its other unit", async () => {
    await shop.file("b.csv", "timestamp,close\n1700000000,100\n1700003600,110\n1700007200,120\n");
    const { portfolio } = await second("b.csv", option("timeUnit=s"), option("timeUnit=ms"));
    expect(portfolio.start).toBe("1970-01-20T16:13:20.000Z");
  });

  it("gives them out of gzip, zip and JSON too", async () => {
    await shop.install("source-zip", "source-json");
    const dates = await fixture("cache-date-order.csv");
    await shop.file("b.csv.gz", gzipSync(dates));
    await shop.file("b.zip", zipOf([{ name: "b.csv", content: dates }]));
    await shop.file("b.json", JSON.stringify([100, 110].map((close, i) => ({ timestamp: 1_700_000_000 + i, close }))));
    for (const file of ["b.csv.gz", "b.zip"]) {
      const { portfolio } = await second(file, dmy, option("dateOrder=mdy"));
      expect(portfolio.buyAndHold).toBeCloseTo(-0.0909, 4);
    }
    await second("b.json", option("timeUnit=s"), option("timeUnit=ms"));
  });

  it("gives them after --reread, and under another name", async () => {
    await shop.file("b.csv", await fixture("cache-date-order.csv"));
    const mdy = option("dateOrder=mdy");
    const first = await backtest("b.csv", ...dmy);
    for (const run of [["--reread"], ["--name", "other"]]) {
      const cached = await backtest("b.csv", ...mdy, ...run);
      expect(cached.portfolio).toEqual((await backtest("b.csv", ...mdy, "--no-cache")).portfolio);
      expect(cached.portfolio).not.toEqual(first.portfolio);
      expect((await backtest("b.csv", ...dmy, ...run)).portfolio).toEqual(first.portfolio);
    }
  });

  it("writes signals of one reading, not averages of another beside its closes", async () => {
    await shop.file("b.csv", columnsCsv);
    const exchanged = [...dmy, "--columns", "open=close,close=open"];
    const signals = async (out: string, ...args: readonly string[]): Promise<string> => {
      const run = await shop.atc("signals", "b.csv", ...args, "-o", out);
      expect(run.code, run.stderr).toBe(0);
      return await readFile(`${shop.path}/${out}`, "utf8");
    };
    const first = await signals("first.csv", ...dmy);
    const cached = await signals("cached.csv", ...exchanged);
    expect(cached).toBe(await signals("fresh.csv", ...exchanged, "--no-cache"));
    expect(cached).not.toBe(first);
    expect(await signals("again.csv", ...dmy)).toBe(first);
  });
});

it("the notes of a reading are those of this reading, though its figures come from the cache", async () => {
  const rows = "timestamp,close\n2024-01-02 09:30:00,100\n2024-01-02 09:31:00,110\n";
  await shop.file("b.csv", rows);
  const zoned = await shop.atc("ingest", "b.csv", "--name", "zoned", "--time-zone", "UTC", "--json");
  await shop.file("b.csv", `${rows}2024-01-02 09:31:00,110\n`);
  const plain = await shop.atc("ingest", "b.csv", "--name", "plain", "--json");
  const reports = [zoned, plain].map((run) => run.json<{ report?: object }>());
  expect(reports[0]).not.toEqual(reports[1]);
  const first = await backtest("zoned");
  expect((await backtest("plain")).portfolio).toEqual(first.portfolio);
  for (const [name, run] of [
    ["zoned", zoned],
    ["plain", plain],
  ] as const) {
    const info = (await shop.atc("data", "info", name)).stdout;
    await backtest(name);
    expect((await shop.atc("data", "info", name)).stdout).toBe(info);
    expect(run.code).toBe(0);
  }
});
