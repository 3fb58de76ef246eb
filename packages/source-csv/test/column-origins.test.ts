import { adjustedSource, joinSources } from "@atc/plugin-kit";
import { expect, it } from "vitest";
import { type CsvOptions, csv } from "../src/index.ts";
import { fileOf } from "./temporary-file.ts";

async function originsOf(text: string, options: CsvOptions = {}): Promise<readonly string[] | undefined> {
  await using source = await csv(fileOf(text), options);
  return source.columnOrigins;
}

it.each<[string, CsvOptions, string]>([
  ["Date,Close/Last\n2024-01-02,$1\n2024-01-03,$2\n", {}, 'timestamp from "Date" (calendar dates)'],
  ["t,c\n1577836800,1\n1577840400,2\n", {}, 'timestamp from "t" (seconds since 1970)'],
  ["t,c\n1577836800000000,1\n1577840400000000,2\n", {}, 'timestamp from "t" (microseconds since 1970)'],
  ["time,c\n2024-01-02 09:30,1\n2024-01-02 09:31,2\n", {}, 'timestamp from "time" (in UTC)'],
  ["time,c\n2024-01-02T09:30Z,1\n2024-01-02T09:31Z,2\n", {}, 'timestamp from "time" (with their own zone)'],
  [
    "time,c\n2024-01-02 09:30,1\n2024-01-02 09:31,2\n",
    { timeZone: "Asia/Tokyo" },
    'timestamp from "time" (in Asia/Tokyo)',
  ],
  ["date,time,c\n2024-01-02,09:30,1\n2024-01-02,09:31,2\n", {}, 'timestamp from "date" and "time" (in UTC)'],
])("of the times in %j with %j", async (text, options, wanted) => {
  expect((await originsOf(text, options))?.[0]).toBe(wanted);
});

it("name the columns of the file, after the option that maps them", async () => {
  expect(
    await originsOf("Ticker,Day,Last,Vol,X\nA,2024-01-02,1,2,3\n", { columns: { close: "Last", timestamp: "Day" } }),
  ).toEqual([
    'timestamp from "Day" (calendar dates)',
    'symbol from "Ticker"',
    'close from "Last"',
    'volume from "Vol"',
  ]);
});

it("are of no use for rows of several symbols", async () => {
  expect(await originsOf("Date,A,B\n2024-01-02,1,2\n", { wide: "{symbol}" })).toBeUndefined();
});

it("stay in an adjusted source, and in joined sources if they are alike", async () => {
  const text = "Date,Open,High,Low,Close,Adj Close\n2024-01-02,1,1,1,1,0.5\n";
  const open = (content: string) => csv(fileOf(content));
  await using adjusted = adjustedSource(await open(text));
  expect(adjusted.columnOrigins).toContain('close from "Close"');
  await using alike = joinSources([await open(text), await open(text)], { name: "two" });
  expect(alike.columnOrigins).toEqual(adjusted.columnOrigins);
  await using other = joinSources([await open(text), await open(text.replace("Date", "Datetime"))], { name: "two" });
  expect(other.columnOrigins).toBeUndefined();
});
