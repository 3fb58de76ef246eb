import { describe, expect, it } from "vitest";
import { type CsvOptions, csv } from "../src/index.ts";
import { advisedOptions } from "./advice.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

const ms = (text: string): bigint => BigInt(Date.parse(text));

async function notesOf(text: string, options: CsvOptions = {}): Promise<readonly string[] | undefined> {
  await using source = await csv(fileOf(text), options);
  return source.notes;
}

describe("a time of day beside a date", () => {
  it("is read without leading zeros", async () => {
    const { times, metadata } = await readText(`date,time,open,high,low,close,volume
20240102,930,100,101,99,100,1
20240102,931,101,102,100,101,1
20240102,1000,102,103,101,102,1
`);
    expect(times).toEqual(["2024-01-02T09:30Z", "2024-01-02T09:31Z", "2024-01-02T10:00Z"].map(ms));
    expect(metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "open", "high", "low", "close", "volume"]);
  });

  it.each([
    ["HHMMSS", "93000\n160000\n", {}, ["09:30", "16:00"]],
    ["HMM that the option columns names", "930\n1600\n", { columns: { clock: "time" } }, ["09:30", "16:00"]],
    [
      "HMM of a list of columns",
      "930\n1600\n",
      { skipLines: 1, columns: ["date", "close", "time"] },
      ["09:30", "16:00"],
    ],
    ["zeros", "0\n5\n", {}, ["00:00", "00:05"]],
  ] as const)("is read as %s", async (_, clocks, options, wanted) => {
    const rows = clocks
      .trim()
      .split("\n")
      .map((clock) => `2024-01-02,1,${clock}\n`);
    const { times } = await readText(`date,close,time\n${rows.join("")}`, options);
    expect(times).toEqual(wanted.map((clock) => ms(`2024-01-02T${clock}Z`)));
  });

  it("that counts from midnight is refused, and the option reads it", async () => {
    const text = "DATE,TIME,PRICE,SIZE\n20240102,34200017,1,1\n20240102,34200500,2,1\n";
    const [options] = advisedOptions((await failure(readText(text))).message);
    expect(options).toEqual({ clockDigits: "ms" });
    expect((await readText(text, { ...options, kind: "bars" })).times).toEqual(
      ["2024-01-02T09:30:00.017Z", "2024-01-02T09:30:00.500Z"].map(ms),
    );
  });

  it("that is unclear is refused, and each option that the message names reads it", async () => {
    const text = "date,time,close\n20240102,930,1\n20240102,93000,2\n20240102,160000,3\n";
    const error = await failure(readText(text));
    expect([error.code, error.details["column"]]).toEqual(["ATC_INVALID_DATA", "time"]);
    const options = advisedOptions(error.message);
    expect(options).toEqual([{ clockDigits: "hhmmss" }, { clockDigits: "hhmm" }]);
    expect((await readText(text, options[0])).times[0]).toBe(ms("2024-01-02T00:09:30Z"));
    expect((await readText(text, { ...options[1], badRows: "skip" })).times).toEqual([ms("2024-01-02T09:30Z")]);
  });

  it.each([
    ["names", "date,time,close\n2024-01-02,open,1\n2024-01-03,close,2\n"],
    ["numbers", "date,time,close\n2024-01-02,134200000,1\n2024-01-03,134260000,2\n"],
    ["names with blanks before the header", "# by me\nDate,Time,Last Size,Close\n2024-01-02,x,5,1\n2024-01-03,y,5,2\n"],
    ["dates with a time of day", "date,time,close\n2024-01-02 09:30,09:30,1\n2024-01-03 09:30,09:30,2\n"],
  ])("that cannot be one (%s) is refused, and the advice reads the dates", async (_, text) => {
    const error = await failure(readText(text));
    expect(error.code).toBe("ATC_INVALID_DATA");
    expect(error.message).toContain("bars.csv");
    const [options = {}] = advisedOptions(error.message);
    const { times, numbers } = await readText(text, options);
    expect(times.map((time) => time / 86_400_000n)).toEqual([19_724n, 19_725n]);
    expect(numbers["close"]).toEqual([1, 2]);
    expect(Object.keys(numbers)).not.toContain("time");
  });

  it.each([
    ["seconds since 1970", "time", "1704187800", "1704187860"],
    ["a date with a time of day", "Time", "2024-01-02 09:30", "2024-01-02 09:31"],
  ])("that is %s is refused, and the advice reads it as the time", async (_, name, first, second) => {
    const text = `date,${name},close\n2024-01-02,${first},1\n2024-01-02,${second},2\n`;
    const { message } = await failure(readText(text));
    const [, timestamp = ""] = /--columns timestamp=(\w+)/.exec(message) ?? [];
    expect((await readText(text, { columns: { timestamp } })).times).toEqual(
      ["2024-01-02T09:30Z", "2024-01-02T09:31Z"].map(ms),
    );
  });

  it("with one odd value leaves that row out", async () => {
    const text = "date,time,close\n20240102,930,1\n20240102,961,2\n20240102,1000,3\n";
    const error = await failure(readText(text));
    expect(error.details).toMatchObject({ line: 3, column: "time", reason: "time", text: "961" });
    expect(error.message).toContain("time of day");
    expect(error.message).not.toContain("timeUnit");
    expect((await readText(text, { badRows: "skip" })).times).toHaveLength(2);
  });

  it("beside a date with a time of day makes a bad row", async () => {
    const text = "date,time,close\n2024-01-02,09:30,1\n2024-01-02 10:00,09:31,2\n2024-01-02,09:32,3\n";
    expect((await failure(readText(text))).details).toMatchObject({ line: 3, reason: "time" });
  });

  it("of an empty column is none", async () => {
    expect((await readText("date,time,close\n2024-01-02,,1\n2024-01-03,,2\n")).times).toEqual(
      ["2024-01-02", "2024-01-03"].map(ms),
    );
  });
});

describe("times of vendors", () => {
  it.each([
    ["IB with a zone", "20240308 09:30:00 US/Eastern", "2024-03-08T14:30Z"],
    ["IB with another zone", "20240708 09:30:00 America/New_York", "2024-07-08T13:30Z"],
    ["IB in UTC", "20240102-14:30:00", "2024-01-02T14:30Z"],
    ["IB of older versions", "20240102  14:30:00", "2024-01-02T14:30Z"],
    ["HistData ticks", "20240102 170000123", "2024-01-02T17:00:00.123Z"],
    ["HistData bars", "20240102 170000", "2024-01-02T17:00Z"],
    ["17 digits", "20240102170000123", "2024-01-02T17:00:00.123Z"],
  ])("are read: %s", async (_, text, wanted) => {
    expect((await readText(`date,close\n${text},1\n${text},2\n`)).times).toEqual([ms(wanted), ms(wanted)]);
  });

  it("with a zone's name are noted, and refused in another one", async () => {
    const text = "date,close\n20240308 09:30:00 US/Eastern,1\n20240308 09:31:00 US/Eastern,2\n";
    expect(await notesOf(text)).toEqual([
      "times name the zone US/Eastern and were read in it (reject when clocks change)",
    ]);
    const mixed = `${text}20240308 09:32:00 US/Central,3\n`;
    expect((await failure(readText(mixed))).details).toMatchObject({ line: 4, reason: "time" });
    expect((await failure(readText(text, { timeZone: "Asia/Tokyo" }))).details["option"]).toBe("timeZone");
  });

  it("with days first and an offset are read with the option that the error advises", async () => {
    const text = `Gmt time,Open,High,Low,Close,Volume
08.03.2024 00:00:00.000 GMT+0100,1,2,0.5,1.5,10
08.03.2024 01:00:00.000 GMT+0100,1.5,2,1,1.7,11
31.03.2024 23:00:00.000 GMT+0200,1.5,2,1,1.7,11
`;
    const error = await failure(readText(text));
    const [options] = advisedOptions(error.message);
    expect(options).toEqual({ dateOrder: "dmy" });
    expect((await readText(text, options)).times).toEqual(
      ["2024-03-07T23:00Z", "2024-03-08T00:00Z", "2024-03-31T21:00Z"].map(ms),
    );
    const bad = await failure(readText(text.replace("08.03.2024 01", "08.13.2024 01"), options));
    expect(bad.message).toContain("fits month/day/year");
    expect(bad.message).not.toContain("dateOrder=dmy");
  });

  it.each(["#N/A", "-", "--", "N/A", "NaN", ""])("%j is no volume", async (text) => {
    expect((await readText(`date,close,volume,oi\n2024-01-02,1,${text},${text}\n2024-01-03,2,5,7\n`)).numbers).toEqual({
      close: [1, 2],
      volume: [Number.NaN, 5],
      oi: [Number.NaN, 7],
    });
  });
});

describe("calendar dates", () => {
  it.each([
    ["date,close\n2024-01-02,1\n2024-01-03,2\n", {}],
    ["date,close\n20240102,1\n20240103,2\n", {}],
    ["date,close\n2/1/2024,1\n3/1/2024,2\n", { dateOrder: "dmy" }],
    ["date,close\n45293,1\n45294,2\n", { timeUnit: "excel" }],
  ] as const)("stay the same in each zone: %j", async (text, options) => {
    for (const timeZone of ["America/New_York", "Asia/Tokyo", undefined]) {
      const zoned = { ...options, ...(timeZone === undefined ? {} : { timeZone }) };
      await using source = await csv(fileOf(text), zoned);
      expect(source.timeIs).toBe("date");
      expect((await readText(text, zoned)).times).toEqual(["2024-01-02", "2024-01-03"].map(ms));
      expect(source.notes).toEqual(
        [
          "dateOrder" in options ? "dates were read as day/month/year (dateOrder=dmy)" : "",
          timeZone === undefined ? "" : "times are dates, to which the option timeZone does not apply",
        ].filter((note) => note !== ""),
      );
    }
  });

  it("in a zone refuse a time of day behind the sampled rows", async () => {
    const days = Array.from({ length: 6000 }, (_, i) => `${new Date(i * 86_400_000).toISOString().slice(0, 10)},1\n`);
    const text = `date,close\n${days.join("")}2024-01-02 09:30,2\n`;
    expect((await failure(readText(text, { timeZone: "Asia/Tokyo" }))).details).toMatchObject({
      line: 6002,
      reason: "time",
    });
    expect((await readText(text)).times.at(-1)).toBe(ms("2024-01-02T09:30Z"));
  });

  it("are no dates if a row has a time of day", async () => {
    await using source = await csv(fileOf("date,close\n2024-01-02,1\n2024-01-03 00:00,2\n"));
    expect(source.timeIs).toBe("instant");
  });

  it("know no 31 February, and hour 24 is the next day", async () => {
    const { times, badRows } = await readText(
      "date,close\n2024-02-28 24:00,1\n2024-02-31 00:00,2\n2024-02-28 24:01,3\n",
      {
        badRows: "skip",
      },
    );
    expect([times, badRows.map(({ line }) => line)]).toEqual([[ms("2024-02-29")], [3, 4]]);
  });
});

describe("local times that occur twice", () => {
  const infer = { timeZone: "America/New_York", disambiguation: "infer" } as const;
  const rows = ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"];
  const wanted = ["04:30", "05:00", "05:30", "06:00", "06:30", "07:00"].map((time) => ms(`2024-11-03T${time}Z`));

  it("are taken in the order of the file", async () => {
    const text = `date,close\n${rows.map((time) => `2024-11-03 ${time},1\n`).join("")}`;
    expect((await readText(text, infer)).times).toEqual(wanted);
    const [advised] = advisedOptions((await failure(readText(text, { timeZone: "America/New_York" }))).message);
    expect(advised).toEqual({ disambiguation: "infer" });
    const newest = `date,close\n${rows
      .toReversed()
      .map((time) => `2024-11-03 ${time},1\n`)
      .join("")}`;
    expect((await readText(newest, infer)).times).toEqual(wanted.toReversed());
  });

  it("are taken per symbol, of fast and careful rows alike", async () => {
    const line = (time: string): string => `A,2024-11-03 ${time},1\n"B",2024-11-03 ${time},2\n`;
    const { times, symbols } = await readText(`symbol,date,close\n${rows.map(line).join("")}`, infer);
    expect(symbols.slice(0, 3)).toEqual(["A", "B", "A"]);
    expect(times).toEqual(wanted.flatMap((time) => [time, time]));
  });

  it("are taken over the ends of chunks, and make slices impossible", async () => {
    const before = Array.from({ length: 65_534 }, (_, i) => {
      const time = new Date(Date.UTC(2024, 8, 1) + i * 60_000).toISOString();
      return `${time.slice(0, 10)} ${time.slice(11, 16)},1\n`;
    });
    const path = fileOf(`date,close\n${before.join("")}${rows.map((time) => `2024-11-03 ${time},1\n`).join("")}`);
    expect((await read(path, infer)).times.slice(-6)).toEqual(wanted);
    await using source = await csv(path, infer);
    expect(await source.slices?.({ length: 1000 })).toBeUndefined();
  });

  it("without a row before are bad rows, and without a second pass are noted", async () => {
    const text = `date,close\n${rows
      .slice(1)
      .map((time) => `2024-11-03 ${time},1\n`)
      .join("")}`;
    expect((await failure(readText(text, infer))).details).toMatchObject({ line: 2, reason: "time" });
    const once = `date,close\n${["00:30", "01:00", "01:30", "02:00"].map((time) => `2024-11-03 ${time},1\n`).join("")}`;
    const { times, summary } = await readText(once, infer);
    expect(times).toEqual([wanted[0], wanted[1], wanted[2], wanted[5]]);
    expect(summary?.notes).toMatchObject([{ rows: 2, text: expect.stringContaining("occurs twice") }]);
  });
});
