import { expect, it } from "vitest";
import { csv } from "../src/index.ts";
import { readSlice } from "../src/reading/slice-reader.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

const ms = (text: string): bigint => BigInt(Date.parse(text));

it.each([
  ["a sentence", "Times are UTC,https://example.org\n"],
  ["a lone URL", "https://example.org/prices\n"],
  ["lines that start with #", "# made by hand, on a Monday, with care, and more, and more\n# in UTC\n"],
  ["slashes and blank lines", "// exported\n\n// twice\n"],
  ["an open quote", '# it"s odd\n'],
])("leaves out %s before the header and counts the lines", async (_, comment) => {
  const rows = "date,symbol,open,close,volume\n2024-01-01,A,1,2,3\n2024-01-02,A,1,x,3\n";
  const { times, badRows } = await readText(comment + rows, { badRows: "skip" });
  expect(times).toEqual([ms("2024-01-01")]);
  expect(badRows).toMatchObject([{ line: comment.split("\n").length + 2, text: "x" }]);
});

it("reads a header that is a comment itself", async () => {
  expect((await readText("#date,close\n2024-01-01,1\n")).numbers).toEqual({ close: [1] });
});

it("leaves out the lines of the option skipLines", async () => {
  const text = "a,b,c,d\n1,2,3,4\ndate,close\n2024-01-01,1\n";
  expect((await failure(readText(text))).code).toBe("ATC_INVALID_DATA");
  expect((await readText(text, { skipLines: 2 })).numbers).toEqual({ close: [1] });
});

it("names the fields of a file without a header", async () => {
  const text =
    "19980102 00:00,973100,975300,965300,973600,2150000,junk\n19980105 00:00,978400,984400,967800,977500,4030800,junk\n";
  const columns = ["timestamp", "open", "high", "low", "close", "volume", ""];
  const { times, numbers, symbols } = await read(fileOf(text, "SPY.csv"), { columns, priceScale: 10_000 });
  expect([times, symbols]).toEqual([
    [ms("1998-01-02"), ms("1998-01-05")],
    ["SPY", "SPY"],
  ]);
  expect(numbers).toEqual({
    open: [97.31, 97.84],
    high: [97.53, 98.44],
    low: [96.53, 96.78],
    close: [97.36, 97.75],
    volume: [2_150_000, 4_030_800],
  });
});

it("reports the header line as a bad row if a list of columns is given", async () => {
  const error = await failure(readText("date,close\n2024-01-01,1\n", { columns: ["timestamp", "close"] }));
  expect([error.code, error.details["line"]]).toEqual(["ATC_INVALID_DATA", 1]);
  expect(
    (await readText("date,close\n2024-01-01,1\n", { columns: ["timestamp", "close"], skipLines: 1 })).times,
  ).toHaveLength(1);
});

it.each([
  ["2019-10-17 09-AM", "2019-10-17T09:00Z"],
  ["2019-10-17 12-AM", "2019-10-17T00:00Z"],
  ["2019-10-17 12-PM", "2019-10-17T12:00Z"],
  ["2019-10-17 9:30 pm", "2019-10-17T21:30Z"],
  ["2019-10-17 11:59:59.5 PM", "2019-10-17T23:59:59.5Z"],
  ["2019-10-17 9:05:00", "2019-10-17T09:05Z"],
  ["2019-1-7", "2019-01-07"],
  ["2019/1/7 09:05", "2019-01-07T09:05Z"],
  ["20191017 09:05", "2019-10-17T09:05Z"],
  ["20191017", "2019-10-17"],
  ["20191017090500", "2019-10-17T09:05Z"],
  ["201910170905", "2019-10-17T09:05Z"],
])("reads the time %s", async (text, wanted) => {
  expect((await readText(`date;close\n${text};1\n`)).times).toEqual([ms(wanted)]);
});

it.each(["2019-10-17 13-AM", "2019-10-17 0-AM", "2019-10-17 9:60 AM", "2019-10-17 AM", "2019-10-17 9-XM"])(
  "refuses the time %s among others of a 12-hour clock",
  async (text) => {
    const rows = "date,close\n2019-10-17 08-AM,1\n2019-10-17 09-AM,1\n2019-10-17 10-AM,1\n";
    expect((await readText(`${rows}${text},1\n`, { badRows: "skip" })).badRows).toMatchObject([{ line: 5, text }]);
  },
);

it("reads days before months only with the option dateOrder", async () => {
  const text = "date,close\n31/01/2024,1\n1.2.2024 09:30,2\n";
  const refused = await failure(readText(text));
  expect(refused.code).toBe("ATC_INVALID_DATA");
  expect(refused.message).toMatch(/dateOrder/);
  expect((await readText(text, { dateOrder: "dmy" })).times).toEqual([ms("2024-01-31"), ms("2024-02-01T09:30Z")]);
  const american = "date,close\n01/31/2024 1:05 PM,1\n";
  expect((await readText(american, { dateOrder: "mdy" })).times).toEqual([ms("2024-01-31T13:05Z")]);
  expect((await failure(readText(american, { dateOrder: "dmy" }))).message).toContain("dateOrder=mdy");
  const late = `date,close\n${"1/2/2024,1\n".repeat(3)}1/31/2024,1\n2/13/2024,1\n`;
  const bad = await failure(readText(late.replace("2/13", "13/2"), { dateOrder: "dmy" }));
  expect(bad.details).toMatchObject({ line: 5, text: "1/31/2024" });
  expect(bad.message).toContain("--source-option dateOrder=mdy");
});

it("finds a time of day without a name after a date", async () => {
  const { times, numbers } = await readText("Date,Open,Close\r\n2006-01-02,09:01:00,3602.00,3599.00\r\n");
  expect([times, numbers]).toEqual([[ms("2006-01-02T09:01Z")], { open: [3602], close: [3599] }]);
});

it("joins a date and a time of any names and of a 12-hour clock", async () => {
  const { times } = await readText("Day;Hour;Kurs\n2024-01-31;9:30 PM;1\n2024-01-31;12:15 AM;1\n", {
    columns: { timestamp: "Day", clock: "Hour", close: "Kurs" },
  });
  expect(times).toEqual([ms("2024-01-31T21:30Z"), ms("2024-01-31T00:15Z")]);
});

it("reads decimal commas with the option decimal, and without it if nothing else fits", async () => {
  const text = "Datum;Kurs;Umsatz\n2024-01-31;1234,5;7\n2024-02-01;-0,25;1e3\n";
  const columns = { timestamp: "Datum", close: "Kurs", volume: "Umsatz" };
  for (const options of [{ columns }, { columns, decimal: "," }] as const)
    expect((await readText(text, options)).numbers).toEqual({ close: [1234.5, -0.25], volume: [7, 1000] });
  expect((await failure(readText(text, { columns, decimal: "." }))).message).toMatch(/decimal ","/);
  const points = "date;close\n2024-01-31;1.234,5\n";
  expect((await failure(readText(points, { decimal: "," }))).code).toBe("ATC_INVALID_DATA");
});

it("reads times in a zone, before and after its clocks change", async () => {
  const rows = ["2024-01-02 09:30", "2024-03-08 09:30", "2024-03-11 09:30", "2024-11-04 09:30", "1950-01-03 09:30"];
  const text = `date,close\n${rows.map((row) => `${row},1\n`).join("")}`;
  const { times } = await readText(text, { timeZone: "America/New_York" });
  expect(times.map((time) => new Date(Number(time)).toISOString().slice(11, 16))).toEqual([
    ...["14:30", "14:30", "13:30", "14:30", "14:30"],
  ]);
  expect((await readText(text, { timeZone: "+05:30" })).times[0]).toBe(ms("2024-01-02T04:00Z"));
});

it.each([
  ["reject", undefined, undefined],
  ["earlier", "2024-03-10T06:30Z", "2024-11-03T05:30Z"],
  ["later", "2024-03-10T07:30Z", "2024-11-03T06:30Z"],
  ["compatible", "2024-03-10T07:30Z", "2024-11-03T05:30Z"],
] as const)("takes times that clocks skip or make twice as %s", async (disambiguation, skipped, twice) => {
  const options = { timeZone: "America/New_York", disambiguation, badRows: "skip" } as const;
  for (const [local, wanted] of [
    ["2024-03-10 02:30", skipped],
    ["2024-11-03 01:30", twice],
  ] as const) {
    const { times, badRows } = await readText(`date,close\n2024-06-01 00:00,1\n${local},1\n`, options);
    if (wanted === undefined) expect(badRows).toMatchObject([{ line: 3, reason: "time" }]);
    else expect(times[1]).toBe(ms(wanted));
  }
});

it("names file and line of a time without a zone among times with one, and vice versa", async () => {
  const zoned = ["2024-01-01T00:00:00Z", "2024-01-01T01:00:00+00:00", "2024-01-01T02:00:00+02:00"];
  const bare = ["2024-01-01T00:00:00", "2024-01-01T01:00:00", "2024-01-01T02:00:00"];
  for (const [most, odd] of [
    [zoned, bare],
    [bare, zoned],
  ] as const) {
    const error = await failure(readText(`date,close\n${[...most, odd[0]].map((text) => `${text},1\n`).join("")}`));
    expect([error.code, error.details["line"], error.details["reason"]]).toEqual(["ATC_INVALID_DATA", 5, "time"]);
    expect(error.message).toMatch(/bars\.csv" line 5.*zone/);
  }
});

it("scales ticks too, but no volume", async () => {
  const { numbers } = await readText("time,price,size\n2024-01-01T00:00:00Z,1843700,300\n", { priceScale: 1e4 });
  expect(numbers).toEqual({ close: [184.37], volume: [300] });
});

it.each([
  ["date,close\n2024-01-01,1\n", {}, []],
  ["date,close\n2024-01-01T00:00Z,1\n", {}, []],
  [
    "date,close\n2024-01-01 09:30,1\n",
    {},
    ["times name no zone and were read in UTC (--time-zone reads them in another)"],
  ],
  ["date,close,type\n2024-01-01,1,Last\n", {}, ["columns left out: type"]],
  [
    "date,close\n2024-01-01 09:30,1\n",
    { timeZone: "Europe/Berlin" },
    ["times name no zone and were read in Europe/Berlin (reject when clocks change)"],
  ],
  ["#x\ndate,close\n2024-01-01,1\n", {}, ['comments before the header were left out: "#x"']],
  [
    "x\ndate;close\n2024-01-01;1,5\n",
    { skipLines: 1, decimal: ",", priceScale: 10 },
    [
      "1 line at the start left out (skipLines)",
      "prices were divided by 10 (priceScale)",
      "commas were read as decimal points (decimal)",
    ],
  ],
  [
    "Date,Close\n2024-01-01,9:30 PM,1\n",
    {},
    [
      "the header has 2 names for 3 fields: the time of day after the date has none",
      "times name no zone and were read in UTC (--time-zone reads them in another)",
      "times have a 12-hour clock",
    ],
  ],
] as const)("notes what it assumes of %j", async (text, options, notes) => {
  await using source = await csv(fileOf(text), options);
  expect(source.notes).toEqual(notes);
});

it.each([
  [
    "a zone",
    (day: string, i: number) => `${day} 0${i % 8}:30,1${i}.5\n`,
    { timeZone: "America/New_York", disambiguation: "later" },
  ],
  ["a 12-hour clock", (day: string, i: number) => `${day} ${1 + (i % 12)}:05 PM,1${i}.5\n`, {}],
  ["scaled prices", (day: string, i: number) => `${day},${i}\n`, { priceScale: 1e4 }],
  ["decimal commas", (day: string, i: number) => `${day};${i},25\n`, { decimal: "," }],
  [
    "days before months",
    (day: string, i: number) => `${day.split("-").toReversed().join("/")},${i}\n`,
    { dateOrder: "dmy" },
  ],
  ["no header", (day: string, i: number) => `${day},${i}\n`, { columns: ["timestamp", "close"] }],
] as const)("reads %s in slices as from the start", async (name, row, options) => {
  const rows = Array.from({ length: 300 }, (_, i) =>
    row(new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10), i),
  );
  const header = name === "no header" ? "" : `# made up\ndate${name === "decimal commas" ? ";" : ","}close\n`;
  const path = fileOf(header + rows.join(""));
  const { times, numbers } = await read(path, options);
  expect(times).toHaveLength(300);
  await using source = await csv(path, options);
  const sliced = await source.slices?.({ length: 700 });
  if (sliced === undefined) throw new Error("it has no slices");
  expect(sliced.starts.length).toBeGreaterThan(3);
  const found: { times: bigint[]; closes: number[] } = { times: [], closes: [] };
  for (const [i, start] of sliced.starts.entries())
    for await (const { columns } of readSlice(JSON.parse(JSON.stringify(sliced.input)), {
      start,
      end: sliced.starts[i + 1] ?? sliced.end,
      line: 1,
    })) {
      found.times.push(...(columns["timestamp"] as BigInt64Array));
      found.closes.push(...(columns["close"] as Float64Array));
    }
  expect(found).toEqual({ times, closes: numbers["close"] });
});
