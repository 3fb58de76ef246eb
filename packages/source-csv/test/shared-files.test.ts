import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { failure, read } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const folder = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const present = existsSync(folder);

/** File, rows, symbols, first and last time, kind; from the folder's SOURCES.md. */
const files = [
  ["spy_1d.csv", 5849, 1, "1998-01-02T00:00Z", "2021-03-31T00:00Z", "bars"],
  ["eurusd_1h.csv", 74_439, 1, "2007-01-01T21:00Z", "2018-12-31T21:00Z", "bars"],
  ["btcperp_1m_epochms.csv", 45_031, 1, "2021-12-31T23:01Z", "2022-02-01T05:31Z", "bars"],
  ["us_stocks_1d_50sym.csv", 25_632, 50, "2015-03-20T00:00Z", "2017-03-31T00:00Z", "bars"],
  ["ibm_trades_tick.csv", 33_381, 1, "2013-10-08T12:47:49.457Z", "2013-10-08T23:23:56.822Z", "ticks"],
  ["odd/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", 29_996, 1, "2024-01-01T23:01Z", "2024-01-31T23:59Z", "bars"],
  ["odd/pystock-20160104-prices.csv.gz", 12_197, 6096, "2015-12-31T00:00Z", "2016-01-04T00:00Z", "bars"],
  ["odd/6EH4.XCME_1min_bars.csv", 9, 1, "2024-01-01T23:01Z", "2024-01-01T23:09Z", "bars"],
  ["odd/Coinbase_BTCUSD_1h.csv", 20_111, 1, "2017-07-01T11:00Z", "2019-10-17T09:00Z", "bars"],
  ["odd/2006-01-02-volume-min-001.txt", 30_889, 1, "2006-01-02T09:01Z", "2006-02-27T22:00Z", "bars"],
] as const;

describe.skipIf(!present)("real files (needs ../shared)", () => {
  it.each(files)("reads %s", async (name, rows, symbols, first, last, kind) => {
    const data = await read(folder + name);
    expect([data.kind, data.symbols.length, new Set(data.symbols).size]).toEqual([kind, rows, symbols]);
    expect(data.summary).toMatchObject({ rows, badRows: 0 });
    const size = kind === "ticks" ? 1_000_000n : 1n;
    const times = [...data.times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    expect([times[0], times.at(-1)]).toEqual([BigInt(Date.parse(first)) * size, BigInt(Date.parse(last)) * size]);
    for (const value of data.numbers["close"] ?? []) if (!(value > 0)) throw new Error(`a close is ${value}`);
  });

  it("keeps the tickers NAN, TRUE and INF", async () => {
    const { symbols } = await read(`${folder}odd/pystock-20160104-prices.csv.gz`);
    for (const ticker of ["NAN", "TRUE", "INF"]) expect(symbols).toContain(ticker);
  });

  it("keeps the text of ticks with the option text", async () => {
    const { texts } = await read(`${folder}ibm_trades_tick.csv`, { text: "keep" });
    expect(texts["exchange"]?.slice(0, 3)).toEqual(["P", "P", "K"]);
    expect(texts["exchange"]).toHaveLength(33_381);
  });

  it.each([
    ["odd/ETH_BTC-5m.feather", "ATC_UNSUPPORTED"],
    ["odd/spy.zip", "ATC_UNSUPPORTED"],
  ])("explains why it cannot read %s", async (name, code) => {
    expect((await failure(read(folder + name))).code).toBe(code);
  });
});
