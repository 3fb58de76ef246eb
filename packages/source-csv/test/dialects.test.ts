import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { fileOf, type Read, read, readText, twoBars } from "./temporary-file.ts";

function expectTwoBars({ symbols, times, numbers, kind }: Read): void {
  expect(kind).toBe("bars");
  expect(symbols).toEqual(["AAA", "BBB"]);
  expect(times).toEqual([1704153600000n, 1704240000000n]);
  expect(numbers).toEqual({ open: [1, 10], high: [2, 20], low: [0.5, 5], close: [1.5, 15.25], volume: [100, 200] });
}

it.each([",", ";", "\t", "|"])("finds the separator %j", async (separator) => {
  expectTwoBars(await readText(twoBars.replaceAll(",", separator)));
});

it("uses the separator of the options", async () => {
  expectTwoBars(await readText(twoBars.replaceAll(",", "~"), { separator: "~" }));
});

it.each([
  ["CRLF", twoBars.replaceAll("\n", "\r\n")],
  ["lone CR", twoBars.replaceAll("\n", "\r")],
  ["no end of the last line", twoBars.trimEnd()],
  ["CRLF without the last LF", twoBars.replaceAll("\n", "\r\n").slice(0, -1)],
  ["blank lines", `\n\n${twoBars.replaceAll("\n", "\n\n  \n")}`],
  ["a byte order mark", `\ufeff${twoBars}`],
  ["quotes around everything", twoBars.replaceAll(/[^,\n]+/g, '"$&"')],
  ["blanks around everything", twoBars.replaceAll(/[^,\n]+/g, " $& \t")],
  ["quotes and blanks", twoBars.replaceAll(/[^,\n]+/g, ' "$&" ')],
  ["a separator at the end of each line", twoBars.replaceAll("\n", ",\n")],
  ["a separator at the end of each row, not of the header", twoBars.replaceAll("\n", ",\n").replace(",\n", "\n")],
  ["upper case in the header", twoBars.replace(/.*/, (header) => header.toUpperCase())],
])("reads %s", async (_, text) => {
  expectTwoBars(await readText(text));
});

it("detects gzip by its bytes, not by its name, and reads all members", async () => {
  expectTwoBars(await read(fileOf(gzipSync(twoBars), "bars.csv")));
  const half = twoBars.indexOf("BBB");
  expectTwoBars(await readText(Buffer.concat([gzipSync(twoBars.slice(0, half)), gzipSync(twoBars.slice(half))])));
  expectTwoBars(await read(fileOf(twoBars, "bars.csv.gz")));
});

it.each([
  ["date,ticker,o,h,l,c,v"],
  ["Open Time,Instrument,Open,High,Low,Close,Volume"],
  ["ts,symbol,open,high,low,close,vol"],
  ["timestamp_utc,symbol,open,high,low,price,size"],
  ["unix,symbol,open,high,low,close,quantity"],
])("knows the header %s", async (header) => {
  const { metadata, symbols } = await readText(`${header}\n2024-01-01,AAA,1,2,0.5,1.5,100\n`);
  expect(metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "open", "high", "low", "close", "volume"]);
  expect(symbols).toEqual(["AAA"]);
});

it("maps the names of the options, in any case", async () => {
  const { numbers, times } = await readText("Zeit;Kurs;Umsatz\n2024-01-01;1.5;7\n", {
    columns: { timestamp: "zeit", close: "KURS", volume: " Umsatz" },
  });
  expect([numbers, times]).toEqual([{ close: [1.5], volume: [7] }, [1704067200000n]]);
});

it("prefers a name of the options to a known one", async () => {
  const { numbers } = await readText("date,close,adj close\n2024-01-01,1,2\n", { columns: { close: "Adj Close" } });
  expect(numbers).toEqual({ close: [2], "close.1": [1] });
});

it("prefers the better of two names and keeps the other as a column", async () => {
  const { times, numbers } = await readText("unix,date,close,price\n1704067200,2024-01-09,1,2\n");
  expect([times, numbers]).toEqual([[1704067200000n], { close: [1], price: [2] }]);
});

it("reads prices as ticks, with nanoseconds", async () => {
  const { kind, metadata, numbers, times } = await readText("time,price,qty\n2024-01-01T00:00:00.000000001Z,5,7\n");
  expect(kind).toBe("ticks");
  expect(metadata.map(({ name, type }) => [name, type])).toEqual([
    ["symbol", "text"],
    ["timestamp", "timestamp[ns]"],
    ["close", "float64"],
    ["volume", "float64"],
  ]);
  expect([times, numbers]).toEqual([[1704067200000000001n], { close: [5], volume: [7] }]);
});

it("reads closes without other prices as bars, and follows the option kind", async () => {
  expect((await readText("date,close\n2024-01-01,1\n")).kind).toBe("bars");
  expect((await readText("date,close\n2024-01-01,1\n", { kind: "ticks" })).kind).toBe("ticks");
});

it("takes the symbol from the option or the file's name if no column holds it", async () => {
  const text = "date,close\n2024-01-01,1\n";
  expect((await readText(text, { symbol: "XYZ" })).symbols).toEqual(["XYZ"]);
  for (const [name, symbol] of [
    ["IBM.csv", "IBM"],
    ["6EH4.XCME_1min_bars_2024.csv.gz", "6EH4.XCME_1min_bars_2024"],
    ["SPY.TXT", "SPY"],
    ["BRK.B", "BRK.B"],
  ] as const)
    expect((await read(fileOf(text, name))).symbols).toEqual([symbol]);
});

it("keeps tickers that look like something else as text", async () => {
  const tickers = [
    "NAN",
    "TRUE",
    "INF",
    "NULL",
    "NA",
    "1234",
    "1e5",
    "007",
    "aaa",
    "AAA",
    "Ünïcode",
    "株式",
    "A/B",
    "a symbol with spaces",
    "x".repeat(300),
  ];
  const { symbols } = await readText(`symbol,date,close\n${tickers.map((name) => `${name},2024-01-01,1\n`).join("")}`);
  expect(symbols).toEqual(tickers);
});

it("distinguishes symbols that share their first bytes or differ in their last", async () => {
  const tickers = [
    "A",
    "AB",
    "ABC",
    "ABCD",
    "ABCDE",
    "ABCDEFG",
    "ABCDEFGH",
    "ABCDEFGHI",
    "ABCDEFGHJ",
    "ABCDEFGHIJ",
    "B",
  ];
  const rows = [...tickers, ...tickers.toReversed()];
  const { symbols } = await readText(`symbol,date,close\n${rows.map((name) => `${name},2024-01-01,1\n`).join("")}`);
  expect(symbols).toEqual(rows);
});

it("unescapes quoted symbols with separators, quotes and line ends", async () => {
  const { symbols, numbers } = await readText(
    'symbol,date,close\n"A,B",2024-01-01,1\n"say ""hi""",2024-01-02,"2"\n"two\nlines",2024-01-03,3\n"""",2024-01-04,4\nplain,2024-01-05,5\n',
  );
  expect(symbols).toEqual(["A,B", 'say "hi"', "two\nlines", '"', "plain"]);
  expect(numbers["close"]).toEqual([1, 2, 3, 4, 5]);
});

const withExtras = `symbol,date,close,exchange,Trades,Note
A,2024-01-01,1,P,5,"x, y"
A,2024-01-02,2,Q,,
B,2024-01-03,3,P,7,"he said ""no"""
`;

it("drops other text and keeps other numbers under their lower-case name", async () => {
  const { metadata, numbers } = await readText(withExtras);
  expect(metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "close", "trades"]);
  expect(numbers["trades"]).toEqual([5, Number.NaN, 7]);
});

it("keeps other text as dictionaries and drops other numbers if the options ask for it", async () => {
  const { metadata, texts } = await readText(withExtras, { text: "keep", extra: "drop" });
  expect(metadata.map(({ name, type }) => `${name}: ${type}`)).toEqual([
    ...["symbol: text", "timestamp: timestamp[ms]", "close: float64", "exchange: text", "note: text"],
  ]);
  expect(texts).toEqual({ exchange: ["P", "Q", "P"], note: ["x, y", undefined, 'he said "no"'] });
});

it.each(["", "NaN", "null", "NA", "-", "N/A", "none"])("reads the volume %j as missing", async (text) => {
  const { numbers, badRows } = await readText(`date,close,volume\n2024-01-01,1,${text}\n2024-01-02,2,3\n`);
  expect([numbers["volume"], badRows]).toEqual([[Number.NaN, 3], []]);
});

it("keeps zero and negative prices", async () => {
  expect((await readText("date,close\n2020-04-20,-37.63\n2020-04-21,0\n")).numbers["close"]).toEqual([-37.63, 0]);
});
