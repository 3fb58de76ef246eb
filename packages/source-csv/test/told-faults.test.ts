import { describe, expect, it } from "vitest";
import { csv } from "../src/index.ts";
import { pastedOptions } from "./pasted-options.ts";
import { failure, fileOf, readText } from "./temporary-file.ts";

async function notesOf(text: string): Promise<readonly string[]> {
  await using source = await csv(fileOf(text));
  return source.notes ?? [];
}

describe("a typing error in a column of numbers", () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `2024-01-01 00:${String(i).padStart(2, "0")},1,${i === 49 ? "1o1.5" : 2}`,
  );
  const text = `Date,Close,Adj Close\n${rows.join("\n")}\n`;

  it("is a bad row with its line and column, and can be left out with the column", async () => {
    const error = await failure(readText(text));
    expect(error.details).toMatchObject({ line: 51, column: "Adj Close", reason: "number", text: "1o1.5" });
    for (const option of ["--source-option extra=drop", "--bad-rows skip"]) expect(error.message).toContain(option);
    expect((await readText(text, { extra: "drop" })).times).toHaveLength(60);
    expect((await readText(text, { badRows: "nan" })).numbers["adj close"]?.[49]).toBeNaN();
  });

  it("is none if a fifth of the fields are texts", async () => {
    expect(await notesOf("Date,Close,Venue\n2024-01-01,1,1\n2024-01-02,1,1\n2024-01-03,1,XETRA\n")).toContain(
      "columns left out: Venue",
    );
  });
});

it("asks about a misspelt name", async () => {
  expect(await notesOf("Date,Opne,Close\n2024-01-01,1,2\n")).toContain(
    'is the column "Opne" meant as "open"? --columns open=Opne',
  );
});

describe("a local time that clocks skip", () => {
  it("is quoted alone, under the name of its column", async () => {
    const options = { timeZone: "America/New_York" };
    const error = await failure(
      readText("Zeit,Close\n2024-03-10 01:30,1\n2024-03-10 02:30,2\n", { ...options, columns: { timestamp: "Zeit" } }),
    );
    expect(error.details).toMatchObject({ line: 3, column: "Zeit", text: "2024-03-10 02:30" });
    expect(error.message).toContain("clocks of America/New_York show twice or never");
    const apart = await failure(readText("Date,Time,Close\n2024-03-10,01:30,1\n2024-03-10,02:30,2\n", options));
    expect(apart.details).toMatchObject({ column: "Date", text: "2024-03-10 02:30" });
  });
});

it("errors on times show one of this file", async () => {
  const error = await failure(readText("date,close\n1999/12/31,1\n1999/12/32,2\n"));
  expect(error.message).toContain('such as "1999/12/31"');
});

it("refuses rows of values before a later header", async () => {
  const error = await failure(readText("2024-01-01,1,2\n2024-01-02,2,3\ndate,open,close,volume\n2024-01-03,1,2,3\n"));
  expect(error.message).toContain("no header line");
});

it("leaves out a line of units below the header, with a note", async () => {
  const text = "date,open,close,volume\n,USD,USD,shares\n2024-01-03,1,2,3\n";
  expect(await notesOf(text)).toEqual(["a line of units below the header was left out: USD USD shares"]);
  expect((await readText(text)).numbers["close"]).toEqual([2]);
});

it.each([
  ["1,234", { thousands: ",", decimal: "," }],
  ["1,234.5", { thousands: "," }],
  ["12,5", { decimal: "," }],
] as const)("late in a file, %s is advised by each option that reads it", async (number, wanted) => {
  const text = `date,close\n${"2024-01-01,999\n".repeat(6000)}2024-01-02,"${number}"\n`;
  const { message } = await failure(readText(text));
  const named = [...message.matchAll(/--source-option (\w+)=,/g)].map(([, name]) => name);
  expect(named).toEqual(Object.keys(wanted));
  for (const [name, value] of Object.entries(wanted))
    expect((await readText(text, { [name]: value })).badRows).toEqual([]);
});

it("refuses points that may separate thousands between semicolons", async () => {
  const text = "Datum;Open;High;Low;Close\n2024-01-02;1.234;1.300;1.200;1.250\n";
  const error = await failure(readText(text));
  expect(error.message).toContain("thousands=. or --source-option decimal=.");
  expect((await readText(text, { thousands: "." })).numbers["close"]).toEqual([1250]);
  expect((await readText(text, { decimal: "." })).numbers["close"]).toEqual([1.25]);
  expect((await failure(readText(`${text}2024-01-03;1.5M;1.300;1.200;1.250\n`))).message).toContain("thousands=.");
  for (const other of [text.replace("1.300", "1.31"), text.replaceAll("1.", "0."), text.replaceAll(";", ",")])
    expect((await readText(other)).times).toHaveLength(1);
});

it.each([
  ["20240102,930,10,12,9,11,5", "date,time,open,high,low,close,volume"],
  ["20240102,930,935,925,932,1000", "timestamp,open,high,low,close,volume"],
  ["2024-01-02,AAPL,10,12,9,11,5", "timestamp,symbol,open,high,low,close,volume"],
  ["600000,2024-01-02,10,12,9,11,5", "symbol,timestamp,open,high,low,close,volume"],
  ["2024-01-02,10,12,9,11,5,AAPL", "timestamp,open,high,low,close,volume,symbol"],
  ["09:30,20240102,10,12,9,11,5", "time,date,open,high,low,close,volume"],
])("%s without a header is advised to be read as %s", async (row, names) => {
  const text = `${row}\n${row}\n`;
  const error = await failure(readText(text));
  expect(error.message).toContain(`--columns ${names}`);
  expect((await readText(text, pastedOptions(error.message))).times.length).toBeGreaterThan(0);
});

it("names lent to rows that they do not fit are refused", async () => {
  const headerOf = fileOf("date,open,high,low,close\n2024-01-01,10,12,9,11\n");
  const fitting = "2024-01-02,10,12,9,11\n2024-01-03,10,12,9,11\n";
  expect((await readText(fitting, { headerOf })).numbers["high"]).toEqual([12, 12]);
  const error = await failure(readText(fitting.replaceAll("10,12,9,11", "10,9,12,11"), { headerOf }));
  expect(error.message).toContain("--columns timestamp");
});
