import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv, sharedFile } from "./atc.ts";
import { errorOf, rowsOf, shop, startAtc } from "./shop.ts";

/** A bar as `datasetRows` writes it: symbol, time, open, high, low, close, volume, rows. */
type Bar = readonly [string, number, number, number, number, number, number, number];
type Row = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

/** Bars straight from the definition, for rows in groups. */
function barOf(symbol: string, time: number, rows: readonly Row[]): Bar {
  const [, open = 0] = rows[0] ?? [];
  const high = Math.max(...rows.map((row) => row[2]));
  const low = Math.min(...rows.map((row) => row[3]));
  const volume = rows.reduce((sum, row) => sum + row[5], 0);
  return [symbol, time, open, high, low, rows.at(-1)?.[4] ?? 0, volume, rows.length];
}

const written = (bars: readonly Bar[]): readonly string[] => bars.map((bar) => bar.join());

describe("atc data resample", () => {
  beforeEach(async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 50));
    await shop.atc("ingest", "bars.csv", "--name", "hours");
  });

  it("makes a dataset that the other commands take", async () => {
    const run = await shop.atc("data", "resample", "hours", "--to", "1d", "--json");
    expect(run.json()).toMatchObject({ dataset: "hours-1d", rows: 6, symbols: 2, reused: false });
    expect((await shop.atc("data", "verify", "hours-1d")).code).toBe(0);
    expect((await shop.atc("backtest", "hours-1d", "--ema-length", "7", "--json")).json()["data"]).toMatchObject({
      rows: 6,
    });
  });

  it("does nothing if the dataset is up to date, and follows its original", async () => {
    await shop.atc("data", "resample", "hours", "--to", "4h", "--name", "four");
    expect(
      (await shop.atc("data", "resample", "hours", "--to", "4h", "--name", "four", "--json")).json()["reused"],
    ).toBe(true);
    await shop.file("more.csv", barsCsv(["AAA", "BBB"], 60));
    await shop.atc("data", "append", "hours", "more.csv");
    const again = await shop.atc("data", "resample", "hours", "--to", "4h", "--name", "four", "--json");
    expect(again.json()).toMatchObject({ reused: false, rows: 30 });
    expect(
      (await shop.atc("data", "resample", "hours", "--to", "4h", "--reread", "--name", "four", "--json")).json(),
    ).toMatchObject({
      reused: false,
    });
  });

  it("reads a file first, and leaves out what is outside of the session", async () => {
    const args = ["--to", "1d", "--session", "09:00-17:00", "--time-zone", "UTC", "--name", "day", "--json"];
    const report = (await shop.atc("data", "resample", "bars.csv", ...args)).json<{
      report: { bars: number; outside: number }[];
    }>().report;
    expect(report[0]).toMatchObject({ bars: 2, outside: 34 });
  });

  it.each([
    ["no rule", ["--to", "5"], "ATC_INVALID_ARGUMENT"],
    ["a rule that could be months", ["--to", "1M"], "ATC_INVALID_ARGUMENT"],
    ["shorter bars", ["--to", "5m"], "ATC_INVALID_ARGUMENT"],
    ["an unknown zone", ["--to", "1d", "--time-zone", "Mars/Base"], "ATC_INVALID_ARGUMENT"],
    ["a session that is none", ["--to", "1d", "--session", "9-17"], "ATC_INVALID_ARGUMENT"],
    ["its own name", ["--to", "1d", "--name", "hours"], "ATC_INVALID_ARGUMENT"],
    ["a column that is not there", ["--to", "1d", "--aggregate", "oi=last"], "ATC_INVALID_ARGUMENT"],
    ["an unknown aggregation", ["--to", "1d", "--aggregate", "volume=mean"], "ATC_INVALID_ARGUMENT"],
    ["hours without a row", ["--to", "1h", "--session", "09:30-09:45"], "ATC_INVALID_DATA"],
    ["a name that leads elsewhere", ["--to", "1d", "--name", "../x"], "ATC_INVALID_ARGUMENT"],
  ])("refuses %s and writes nothing", async (_, args, code) => {
    const before = await shop.cached();
    expect(errorOf(await shop.atc("data", "resample", "hours", ...args, "--json")).code).toBe(code);
    expect(await shop.cached()).toEqual(before);
  });
});

it("atc data resample by Ctrl-C leaves no dataset and no file", async () => {
  await shop.file("bars.csv", barsCsv(["A", "B", "C"], 60_000));
  await shop.atc("ingest", "bars.csv", "--name", "d");
  const folder = join(shop.path, ".cache/mmap/r");
  // Every hour its own bar, and those between filled: enough to be ended amid.
  const args = ["data", "resample", "d", "--to", "1s", "--fill-gaps", "previous", "--name", "r"];
  const { child, exited } = startAtc(...args);
  while (!existsSync(folder)) await new Promise(setImmediate);
  child.kill("SIGINT");
  expect(await exited).toEqual([130, null]);
  expect((await shop.atc("data", "list", "--json")).json<{ name: string }[]>().map(({ name }) => name)).toEqual(["d"]);
  expect((await shop.cached()).filter((name) => name.includes("mmap/r/"))).toEqual([]);
});

const data = sharedFile("data");

describe.skipIf(!data.present)("bars of real data (needs ../shared)", () => {
  const lines = (name: string): string[][] =>
    readFileSync(sharedFile(`data/${name}`).path, "utf8")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));

  it("of an hour hold the minutes of btcperp_1m", async () => {
    const rows = lines("btcperp_1m_epochms.csv").map((line) => line.slice(1).map(Number) as unknown as Row);
    const hours = new Map<number, Row[]>();
    for (const row of rows) {
      const hour = Math.floor(row[0] / 3_600_000) * 3_600_000;
      hours.set(hour, [...(hours.get(hour) ?? []), row]);
    }
    await shop.atc("data", "resample", sharedFile("data/btcperp_1m_epochms.csv").path, "--to", "1h", "--name", "h");
    expect(await rowsOf("h")).toEqual(written([...hours].map(([hour, own]) => barOf("BTC-PERP", hour, own))));
  });

  const ticks = (): Row[] =>
    lines("ibm_trades_tick.csv").map(([, time = "", price, size]) => {
      const at = Number(price);
      return [Date.parse(time), at, at, at, at, Number(size)];
    });

  it("of a minute hold the ticks of ibm_trades_tick", async () => {
    const minutes = new Map<number, Row[]>();
    for (const row of ticks()) {
      const minute = Math.floor(row[0] / 60_000) * 60_000;
      minutes.set(minute, [...(minutes.get(minute) ?? []), row]);
    }
    await shop.atc("data", "resample", sharedFile("data/ibm_trades_tick.csv").path, "--to", "1m", "--name", "m");
    expect(await rowsOf("m")).toEqual(written([...minutes].map(([minute, own]) => barOf("IBM", minute, own))));
  });

  it.each([
    ["10000volume", 10_000, (row: Row) => row[5]],
    ["1e6dollars", 1e6, (row: Row) => row[4] * row[5]],
    ["250ticks", 250, () => 1],
  ] as const)("of %s hold the ticks of ibm_trades_tick", async (to, amount, of) => {
    const bars: Bar[] = [];
    let own: Row[] = [];
    let sum = 0;
    for (const row of ticks()) {
      own.push(row);
      sum += of(row);
      if (sum < amount) continue;
      bars.push(barOf("IBM", row[0], own));
      own = [];
      sum = 0;
    }
    await shop.atc("data", "resample", sharedFile("data/ibm_trades_tick.csv").path, "--to", to, "--name", "v");
    expect(await rowsOf("v")).toEqual(written(bars));
  });
});
