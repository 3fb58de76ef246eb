import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { csv } from "../src/index.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

const ms = (text: string): bigint => BigInt(Date.parse(text));

async function notesOf(text: string | Uint8Array, options = {}): Promise<string> {
  await using source = await csv(fileOf(text), options);
  return source.notes?.join("; ") ?? "";
}

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

it("takes the times from the index of pandas, which has no name", async () => {
  const text = fixture("pandas-unnamed-index.csv");
  const { times, numbers } = await readText(text);
  expect(times).toEqual([ms("2024-01-02"), ms("2024-01-03")]);
  expect(numbers).toEqual({ open: [1, 1.5], high: [2, 2], low: [0.5, 1], close: [1.5, 1.7], volume: [10, 11] });
  expect(await notesOf(text)).toContain("the first column, without a name, holds the times");
});

it.each(["", "Unnamed: 0"])("leaves out row numbers in a first column %j beside the times", async (name) => {
  const text = `${name},date,close\n0,2024-01-02,1\n1,2024-01-03,2\n`;
  const { metadata, times } = await readText(text);
  expect(metadata.map((column) => column.name)).toEqual(["symbol", "timestamp", "close"]);
  expect(times).toEqual([ms("2024-01-02"), ms("2024-01-03")]);
  expect(await notesOf(text)).toContain("row numbers and was left out");
});

it("refuses row numbers as times, and keeps other numbers in a column of that name", async () => {
  expect((await failure(readText(",close\n0,1\n1,2\n"))).message).toMatch(/no column for a time/);
  const { numbers } = await readText("Unnamed: 0,date,close\n5,2024-01-02,1\n3,2024-01-03,2\n");
  expect(numbers["unnamed: 0"]).toEqual([5, 3]);
});

it("reads the three header lines of yfinance, with the symbol in the second", async () => {
  const text = fixture("yfinance-two-header-rows.csv");
  const { symbols, times, numbers } = await readText(text);
  expect(symbols).toEqual(["AAA", "AAA"]);
  expect(times).toEqual([ms("2024-01-02"), ms("2024-01-03")]);
  expect(numbers).toEqual({ open: [1, 1.5], high: [2, 2], low: [0.5, 1], close: [1.5, 1.7], volume: [10, 11] });
  expect(await notesOf(text)).toContain("the header has 3 lines");
  expect((await readText(text, { symbol: "B" })).symbols).toEqual(["B", "B"]);
});

it.each([
  ["group_by ticker", "Ticker,7203.T,7203.T\nPrice,Open,Close\nDate,,\n2024-01-02,1,2\n", ["7203.T"]],
  ["no names of the rows", ",Open,Close\n,^GSPC,^GSPC\nDate,,\n2024-01-02,1,2\n", ["^GSPC"]],
  ["index reset", "Date,Open,Close\n,SPY,SPY\n2024-01-02,1,2\n", ["SPY"]],
  ["index reset and kept", ",Date,Open,Close\n,,SPY,SPY\n0,2024-01-02,1,2\n", ["SPY"]],
  ["tickers that are numbers", "Price,Open,Close\nTicker,600519,600519\nDate,,\n2024-01-02,1,2\n", ["600519"]],
  ["the tuples of pandas", `Date,"('Open', 'SPY')","('Close', 'SPY')"\n2024-01-02,1,2\n`, ["SPY"]],
] as const)("reads a header of several lines: %s", async (_, text, wanted) => {
  const { symbols, times, numbers } = await readText(text);
  expect([symbols, times, numbers]).toEqual([wanted, [ms("2024-01-02")], { open: [1], close: [2] }]);
});

it("takes no row for a second line of names", async () => {
  for (const row of ["2024-01-02,nan,nan", ",1,2", "2024-01-02,1,2"]) {
    const { symbols } = await readText(`date,open,close\n${row}\n2024-01-03,1,2\n`, { badRows: "skip" });
    expect(symbols.every((symbol) => symbol === "bars")).toBe(true);
  }
});

const german = "Datum;Uhrzeit;Eröffnung;Hoch;Tief;Schluss;Stück\n2024-01-31;09:30;1,1;1,3;1;1,2;17\n";
const french = "Date;Heure;Ouverture;Plus haut;Plus bas;Clôture;Volume\n2024-01-31;09:30;1,1;1,3;1;1,2;17\n";

it.each([
  ["German", german],
  ["German without umlauts", german.replace("Eröffnung", "Eroeffnung").replace("Stück", "Stueck")],
  ["German, Windows-1252", Buffer.from(german, "latin1")],
  ["German, decomposed", german.normalize("NFD")],
  ["French", french],
  ["French, ISO-8859-1", Buffer.from(french, "latin1")],
  ["French, other words", french.replace("Plus haut", "Haut").replace("Plus bas", "Bas").replace("Clôture", "Dernier")],
])("knows the names of a header: %s", async (_, text) => {
  const { kind, times, numbers } = await readText(text);
  expect([kind, times]).toEqual(["bars", [ms("2024-01-31T09:30Z")]]);
  expect(numbers).toEqual({ open: [1.1], high: [1.3], low: [1], close: [1.2], volume: [17] });
});

it("says that a header is not UTF-8, and only then", async () => {
  expect(await notesOf(Buffer.from(german, "latin1"))).toContain("not UTF-8 and were read as Windows-1252");
  expect(await notesOf(german)).not.toContain("Windows");
  const comment = Buffer.from(`# Börse\n${german}`, "latin1");
  expect((await readText(comment)).numbers["close"]).toEqual([1.2]);
});

it("prefers shares to a turnover", async () => {
  const { numbers } = await readText("Datum;Schluss;Stück;Umsatz\n2024-01-31;1,5;7;10,5\n2024-02-01;1,5;8;12\n");
  expect(numbers).toMatchObject({ close: [1.5, 1.5], volume: [7, 8] });
});

const klines = [
  "1706693400000,1.1,1.3,1.0,1.2,17,1706693459999,20,4,9,10,0",
  "1706693460000,1.2,1.3,1.1,1.25,9,1706693519999,20,4,8,10,0",
];

it("recognises klines of Binance by their 12 fields, in ms and us", async () => {
  const { times, numbers } = await readText(`${klines.join("\n")}\n`);
  expect(times).toEqual([ms("2024-01-31T09:30Z"), ms("2024-01-31T09:31Z")]);
  expect(numbers).toMatchObject({ open: [1.1, 1.2], close: [1.2, 1.25], volume: [17, 9], count: [4, 4] });
  expect(await notesOf(`${klines.join("\n")}\n`)).toContain("no header line: read as klines of Binance");
  const micro = klines
    .join("\n")
    .replaceAll(/(1706\d{6})000/g, "$1000000")
    .replaceAll(/(1706\d{6})999/g, "$1999999");
  expect((await readText(`${micro}\n`)).times).toEqual(times);
});

it.each([
  ["a high below the low", klines[0]?.replace("1.3", "0.5")],
  ["an end before the start", klines[0]?.replace("1706693459999", "1706693399999")],
  ["more bought than traded", klines[0]?.replace(",9,10,0", ",18,10,0")],
  ["a fraction of a trade", klines[0]?.replace(",4,", ",4.5,")],
  ["a text", klines[0]?.replace(/0$/, "x")],
])("does not take other rows of 12 fields for klines: %s", async (_, row) => {
  const error = await failure(readText(`${row}\n`));
  expect([error.code, error.details["headerless"]]).toEqual(["ATC_INVALID_DATA", true]);
});

it.each([
  ["5000,1.2,17,20.4,1706693400000,True,True", "trades"],
  ["5000,1.2,17,20.4,1706693400000,true", "trades"],
  ["900,1.2,17,5000,5001,1706693400000,True,True", "aggregate trades"],
  ["900,1.2,17,5000,5001,1706693400000,false", "aggregate trades"],
  ["5000,1.2,17,20.5,1706693400000,True,True", undefined],
  ["5000,1.2,17,20.4,1706693400000,True,1", undefined],
  ["5000.5,1.2,17,20.4,1706693400000,True,True", undefined],
  ["900,1.2,17,5002,5001,1706693400000,True,True", undefined],
  ["900,1.2,17,5000,5001,1706693400,True,True", undefined],
] as const)("recognises the trade of Binance %s as %s", async (row, title) => {
  if (title === undefined) expect((await failure(readText(`${row}\n`))).details["headerless"]).toBe(true);
  else {
    expect((await readText(`${row}\n`)).numbers).toMatchObject({ close: [1.2], volume: [17] });
    expect(await notesOf(`${row}\n`)).toContain(`read as ${title} of Binance`);
  }
});

it("lends the names of one file to another without a header", async () => {
  const lender = fileOf("symbol,day,date,last,close\nA,1,2024-01-01,5,6\n", "2023.csv");
  const text = "B,2,2024-01-02,7,8\n";
  const { symbols, times, numbers } = await read(fileOf(text, "2024.csv"), { headerOf: lender });
  expect([symbols, times]).toEqual([["B"], [ms("2024-01-02")]]);
  expect(numbers).toEqual({ close: [8], last: [7], day: [2] });
  expect(await notesOf(text, { headerOf: lender })).toMatch(/the names are those of ".*2023\.csv"/);
});

it("lends no names if the counts of fields differ, or if the file has a header itself", async () => {
  const lender = fileOf("date,close\n2024-01-01,6\n");
  expect((await failure(readText("2024-01-02,1,2\n", { headerOf: lender }))).details["headerless"]).toBe(true);
  expect((await readText("close,date\n5,2024-01-02\n", { headerOf: lender })).numbers).toEqual({ close: [5] });
  const other = fileOf("2024-01-01,6\n");
  expect((await failure(readText("2024-01-02,1\n", { headerOf: other }))).details["headerless"]).toBe(true);
});

it("gives a file whose names are lent another identity for other names", async () => {
  const path = fileOf("2024-01-02,1,2\n");
  const partsOf = async (header: string): Promise<string> => {
    await using source = await csv(path, { headerOf: fileOf(`${header}\n2024-01-01,6,7\n`) });
    return JSON.stringify(source.identity.parts);
  };
  expect(await partsOf("date,close,volume")).not.toBe(await partsOf("date,volume,close"));
  expect(await partsOf("date,close,volume")).toBe(await partsOf("date,close,volume"));
});
