import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csv } from "../src/index.ts";
import { pastedOptions } from "./pasted-options.ts";
import { readSliced } from "./sliced.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

const quotes = "time,bid,ask\n2024-01-02T09:30:00.1Z,1,2\n2024-01-02T09:30:00.2Z,5,3\n2024-01-02T09:30:00.3Z,2,2\n";

async function notesOf(text: string, options = {}): Promise<readonly string[]> {
  await using source = await csv(fileOf(text), options);
  return source.notes ?? [];
}

it("takes the mean of bid and ask, and keeps both", async () => {
  const { kind, numbers, summary } = await readText(quotes);
  expect([kind, numbers]).toEqual(["ticks", { close: [1.5, 4, 2], bid: [1, 5, 2], ask: [2, 3, 2] }]);
  expect(summary?.notes).toEqual([{ key: "crossed", rows: 1, line: 3, text: "with a bid above the ask" }]);
  expect((await notesOf(quotes)).join()).toContain("prices are the mean of bid and ask");
  expect((await readText(quotes, { extra: "drop" })).numbers).toEqual({ close: [1.5, 4, 2] });
});

it("gives no price to a row without a quote on one side, and counts it", async () => {
  const text = "time,bid,ask\n2024-01-02T09:30:00Z,100,101\n2024-01-02T09:30:01Z,0,101\n2024-01-02T09:30:02Z,100,0\n";
  const { numbers, summary } = await readText(text);
  expect(numbers["close"]).toEqual([100.5, Number.NaN, Number.NaN]);
  expect(summary?.notes).toEqual([
    { key: "one side", rows: 2, line: 3, text: "with a bid or an ask of 0 or less, so without a price" },
  ]);
});

it("takes one side with the option price, and no note", async () => {
  expect((await readText(quotes, { price: "bid" })).numbers).toEqual({ close: [1, 5, 2], ask: [2, 3, 2] });
  expect((await readText(quotes, { price: "ask" })).numbers).toEqual({ close: [2, 3, 2], bid: [1, 5, 2] });
  expect((await readText(quotes, { price: "mid" })).numbers["close"]).toEqual([1.5, 4, 2]);
});

it("prefers a price of its own, and obeys the option price", async () => {
  const text = "time,price,bid,ask\n2024-01-02,9,1,2\n";
  expect((await readText(text)).numbers).toEqual({ close: [9], bid: [1], ask: [2] });
  expect((await readText(text, { price: "mid" })).numbers["close"]).toEqual([1.5]);
  expect((await readText("date,close,bid,ask\n2024-01-02,9,1,2\n")).kind).toBe("bars");
});

it("takes a last price only if there is no quote", async () => {
  expect((await readText("time,last,bid,ask\n2024-01-02,9,1,2\n")).numbers).toMatchObject({ close: [1.5], last: [9] });
  expect((await readText("time,last\n2024-01-02,9\n")).numbers).toEqual({ close: [9] });
});

it("takes the mean of bars, column by column", async () => {
  const text = "date,bid_open,bid_close,ask_open,ask_close,volume\n2024-01-02,1,2,3,5,7\n";
  const { kind, metadata, numbers } = await readText(text, { extra: "drop" });
  expect(kind).toBe("bars");
  expect(metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "open", "close", "volume"]);
  expect(numbers).toEqual({ open: [2], close: [3.5], volume: [7] });
  expect((await readText(text, { price: "ask", extra: "drop" })).numbers).toEqual({
    open: [3],
    close: [5],
    volume: [7],
  });
});

it("maps bid and ask by the option columns", async () => {
  const { numbers } = await readText("time,Geld,Brief\n2024-01-02,1,2\n", { columns: { bid: "Geld", ask: "Brief" } });
  expect(numbers["close"]).toEqual([1.5]);
});

it("makes a bad row of a quote without a side, and divides by the price scale", async () => {
  const { numbers, badRows } = await readText("time,bid,ask\n2024-01-02,10,\n2024-01-03,10,20\n", {
    badRows: "skip",
    priceScale: 10,
  });
  expect(numbers).toEqual({ close: [1.5], bid: [1], ask: [2] });
  expect(badRows).toMatchObject([{ line: 2, column: "ask" }]);
});

it("refuses the option price without a bid and an ask", async () => {
  const { code, message } = await failure(readText("date,close\n2024-01-02,1\n", { price: "bid" }));
  expect(code).toBe("ATC_INVALID_ARGUMENT");
  expect(message).toMatch(/no columns of bid and ask/);
});

it("reads the number of ticks as volume if the volume of MetaTrader is 0", async () => {
  const text = readFileSync(new URL("fixtures/mt5-tick-volume.csv", import.meta.url), "utf8");
  expect((await readText(text)).numbers).toMatchObject({ volume: [120, 90], vol: [0, 0] });
  expect((await notesOf(text)).join()).toContain('volume is the number of ticks ("<TICKVOL>"), because "<VOL>" is 0');
  expect((await readText(text, { extra: "drop" })).numbers["volume"]).toEqual([120, 90]);
  const one = text.replace("90\t0", "90\t5");
  expect((await readText(one)).numbers).toMatchObject({ volume: [0, 5], tickvol: [120, 90] });
});

it("refuses a volume behind the sampled rows, in slices too, with options that work", async () => {
  const header = "date,close,tickvol,vol\n";
  const rows = Array.from({ length: 6000 }, (_, i) => `2024-01-02,1,${i + 1},${i === 5500 ? 7 : 0}\n`);
  const path = fileOf(header + rows.join(""));
  const error = await failure(read(path));
  expect([error.code, error.details["line"], error.details["column"]]).toEqual(["ATC_INVALID_DATA", 5502, "vol"]);
  const [first = "", second = ""] = error.message.split(" or --columns");
  expect((await read(path, pastedOptions(first))).numbers["volume"]?.[5500]).toBe(7);
  expect((await read(path, pastedOptions(`--columns${second}`))).numbers["volume"]?.[5500]).toBe(5501);
  await expect(readSliced(path, 10_000)).rejects.toThrow(/columns volume=vol/);
});

it.each([
  ["Volume BTC,Volume USDT", "BTCUSDT", [3]],
  ["Volume USDT,Volume BTC", "BTC/USDT", [4]],
  ["Volume USDT,other", "ETHUSDT", [3]],
  ["volume_btc,volume", "BTCUSD", [4]],
  ["Volume BTC,Volume USDT", "ETHUSDT", undefined],
] as const)("takes of the volumes %s of %s that of the symbol", async (names, symbol, volume) => {
  const text = `date,symbol,close,${names}\n2024-01-02,${symbol},1,3,4\n`;
  expect((await readText(text)).numbers["volume"]).toEqual(volume);
  if (volume === undefined)
    expect((await notesOf(text)).join()).toMatch(/no volume was read.*--columns 'volume=Volume BTC'/);
});

const wide =
  "time,BTC:open,BTC:close,ETH:open,ETH:close,ETH:volume\n2024-01-02,1,2,3,4,5\n2024-01-03,6,7,,,\n2024-01-04,,,8,9,10\n";

it("makes one row per symbol of a row of several", async () => {
  const { symbols, times, numbers, summary } = await readText(wide);
  expect(symbols).toEqual(["BTC", "ETH", "BTC", "ETH"]);
  expect(times.map((time) => new Date(Number(time)).getUTCDate())).toEqual([2, 2, 3, 4]);
  expect(numbers).toEqual({ open: [1, 3, 6, 8], close: [2, 4, 7, 9], volume: [Number.NaN, 5, Number.NaN, 10] });
  expect(summary).toMatchObject({ rows: 4, badRows: 0 });
  expect(summary?.notes).toMatchObject([{ rows: 2, line: 3, text: expect.stringContaining("without any price") }]);
  expect((await notesOf(wide)).join()).toContain("each row holds 2 symbols");
});

it("reports a symbol that has only some of its prices as a bad row of its own", async () => {
  const text = "time,BTC:open,BTC:close,ETH:open,ETH:close\n2024-01-02,1,2,3,\n2024-01-03,1,2,3,x\n";
  const partial = text.replace(",x", ",4");
  expect((await failure(readText(partial))).details).toMatchObject({ line: 2, column: "ETH:close" });
  const skipped = await readText(text, { badRows: "skip" });
  expect(skipped.badRows).toMatchObject([
    { line: 3, column: "ETH:close", reason: "number", text: "x" },
    { line: 2, column: "ETH:close", reason: "number" },
  ]);
  expect(skipped.symbols).toEqual(["BTC"]);
  const kept = await readText(text, { badRows: "nan" });
  expect([kept.symbols, kept.numbers["close"], kept.badRows.length, kept.summary?.badRows]).toEqual([
    ["BTC", "ETH", "BTC", "ETH"],
    [2, Number.NaN, 2, Number.NaN],
    2,
    2,
  ]);
});

it.each([
  ["{symbol}_{field}", "time,BTC_open,BTC_close,ETH_USD_open,ETH_USD_close", ["BTC", "ETH_USD"]],
  ["{field}_{symbol}", "time,open_BTC,close_BTC,open_ETH_USD,close_ETH_USD", ["BTC", "ETH_USD"]],
  ["{symbol} {field}", "time,BTC open,BTC close,ETH open,ETH close", ["BTC", "ETH"]],
  ["{symbol}", "time,BTC,ETH,SOL,XRP", ["BTC", "ETH", "SOL", "XRP"]],
  ["{symbol}", "time,600519,000001,7203,1", ["600519", "000001", "7203", "1"]],
] as const)("reads the names %s with the option that the error gives", async (pattern, header, wanted) => {
  const text = `${header}\n2024-01-02,1,2,3,4\n`;
  const { message } = await failure(readText(text));
  expect(pastedOptions(message)).toMatchObject({ wide: pattern });
  expect((await readText(text, { wide: pattern })).symbols).toEqual(wanted);
});

it("takes adjusted closes of a symbol for a column, not for a symbol", async () => {
  const text = "time,BTC_adj_close,BTC_close,ETH_adj_close,ETH_close\n2024-01-02,1,2,3,4\n";
  const { symbols, numbers } = await readText(text, { wide: "{symbol}_{field}" });
  expect([symbols, numbers]).toEqual([["BTC", "ETH"], { close: [2, 4], adj_close: [1, 3] }]);
});

it.each([
  [
    "a symbol without a price",
    "time,BTC:open,BTC:close,ETH:close\n2024-01-02,1,2,3\n",
    {},
    /"open" of the symbol "ETH"/,
  ],
  ["a price twice", "time,BTC:close,ETH:close,ETH:close\n2024-01-02,1,2,3\n", {}, /two columns/],
  ["a column of symbols", "time,symbol,BTC:close,ETH:close\n2024-01-02,A,1,2\n", {}, /column of symbols/],
  ["the option symbol", wide, { symbol: "A" }, /remove the option symbol/],
  ["sides of a quote", "time,bid:close,ask:close\n2024-01-02,1,2\n", {}, /no column for a price/],
] as const)("refuses %s in a row of several symbols", async (_, text, options, message) => {
  expect((await failure(readText(text, options))).message).toMatch(message);
});

it("refuses a pattern without a symbol", async () => {
  for (const pattern of ["{field}", "x", "{symbol}{field}"])
    expect((await failure(readText(wide, { wide: pattern }))).code).toBe("ATC_INVALID_ARGUMENT");
});

it("reads rows of several symbols in slices as from the start, with any rows missing", async () => {
  const cell = fc.option(fc.integer({ min: 1, max: 99 }), { freq: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 60 }),
      async (rows) => {
        const lines = rows.map(
          (cells, i) => `${Date.UTC(2024, 0, 1 + i)},${cells.map((value) => value ?? "").join()}\n`,
        );
        const path = fileOf(`time,A:close,B:close,C:close\n${lines.join("")}`);
        const { symbols, times, numbers } = await read(path);
        const wanted = rows.flatMap((cells, i) =>
          cells.flatMap((value, s) =>
            value === null ? [] : [[["A", "B", "C"][s], BigInt(Date.UTC(2024, 0, 1 + i)), value]],
          ),
        );
        expect(symbols.map((symbol, i) => [symbol, times[i], numbers["close"]?.[i]])).toEqual(wanted);
        const sliced = await readSliced(path, 50);
        expect([sliced.symbols, sliced.times, sliced.numbers["close"] ?? []]).toEqual([
          symbols,
          times,
          numbers["close"] ?? [],
        ]);
      },
    ),
    { numRuns: 40 },
  );
});

it("reads hundreds of symbols in chunks of bounded length", async () => {
  const names = Array.from({ length: 700 }, (_, i) => `S${i}`);
  const lines = Array.from({ length: 200 }, (_, i) => `${Date.UTC(2024, 0, 1 + i)}${",1.5".repeat(700)}\n`);
  const path = fileOf(`time,${names.map((name) => `${name}:close`).join()}\n${lines.join("")}`);
  await using source = await csv(path);
  let rows = 0;
  for await (const { length, row } of source.chunks()) {
    expect(row).toBe(rows);
    expect(length).toBeLessThanOrEqual(65_536);
    rows += length;
  }
  expect(rows).toBe(140_000);
});

it("reads quotes in slices as from the start", async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `${Date.UTC(2024, 0, 1 + i)},${i},${i + 1}\n`);
  const path = fileOf(`time,bid,ask\n${lines.join("")}`);
  const { times, numbers } = await read(path);
  const sliced = await readSliced(path, 500);
  expect(sliced.slices).toBeGreaterThan(5);
  expect([sliced.times, sliced.numbers]).toEqual([times, numbers]);
});
