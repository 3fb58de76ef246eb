import { describe, expect, it } from "vitest";
import { type DuckdbOptions, duckdb, type SqlSource } from "../src/index.ts";
import { copyOf, failure, fileOf, read } from "./made-files.ts";

const day = (times: readonly bigint[]): readonly string[] =>
  times.map((time) => new Date(Number(time)).toISOString().slice(0, 10));

async function known(
  from: string | SqlSource,
  options: DuckdbOptions = {},
): Promise<{ readonly notes: readonly string[]; readonly timeIs: string | undefined }> {
  await using source = await duckdb(from, options);
  return { notes: source.notes ?? [], timeIs: source.timeIs };
}

const usDates = "date,close\n01/02/2024,1\n02/01/2024,2\n03/01/2024,3\n";

describe("CSV files", () => {
  it("take the order of dates from the option and name it if it is missing", async () => {
    const path = fileOf(usDates, "us.csv");
    expect((await failure(read(path))).message).toContain("--source-option dateOrder=dmy");
    expect(day((await read(path, { dateOrder: "mdy" })).times)).toEqual(["2024-01-02", "2024-02-01", "2024-03-01"]);
    expect(day((await read(path, { dateOrder: "dmy" })).times)).toEqual(["2024-02-01", "2024-01-02", "2024-01-03"]);
  });

  it("never have years of two digits", async () => {
    const path = fileOf(usDates.replaceAll("2024", "24"), "two-digits.csv");
    for (const options of [{}, { dateOrder: "mdy" }, { dateOrder: "dmy" }] as const)
      expect((await failure(read(path, options))).code).toBe("ATC_INVALID_DATA");
  });

  it("are refused if a column is named twice, as written", async () => {
    for (const header of ["date,close,close", "date,Close,close", "date,close, CLOSE"]) {
      const error = await failure(read(fileOf(`${header}\n2024-01-02,1,2\n2024-01-03,2,3\n`, "twice.csv")));
      expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining('two columns "close"')]);
    }
    const other = fileOf("date,close,n,n\n2024-01-02,1,2,4\n2024-01-03,2,3,5\n", "twice-other.csv");
    expect((await read(other)).metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "close", "n", "n.1"]);
  });

  it.each([
    ["lines before the header", "my bars\nof 2024\ndate,close\n2024-01-02,1\n2024-01-03,2\n"],
    ["comments", "date,close\n2024-01-02,1\n# nothing\n2024-01-03,2\n# nothing\n"],
    ["no header", "2024-01-02,1\n2024-01-03,2\n"],
  ])("are left to source-csv if DuckDB would guess: %s", async (_, text) => {
    const error = await failure(read(fileOf(text, "guess.csv")));
    expect(error.code).toBe("ATC_INVALID_DATA");
  });

  it("have the zone noted, or given, and columns that are not read", async () => {
    const path = fileOf("date,close,venue\n2024-07-01 09:30:00,1,X\n2024-07-01 09:31:00,2,Y\n", "zone.csv");
    expect(await known(path)).toEqual({
      notes: ["times name no zone and were read in UTC (--time-zone reads them in another)", "columns left out: venue"],
      timeIs: "instant",
    });
    const { times } = await read(path, { timeZone: "America/New_York" });
    expect(new Date(Number(times[0])).toISOString()).toBe("2024-07-01T13:30:00.000Z");
  });

  it("may change their unit, which is noted with its line", async () => {
    const path = fileOf(
      "symbol,ts,close\nA,1735686000000,1\nA,1735689600000000,2\nA,1735693200000000,x\n",
      "units.csv",
    );
    const { times, summary } = await read(path, { badRows: "skip" });
    expect(times).toEqual([1735686000000n, 1735689600000n]);
    expect(summary?.notes).toMatchObject([{ rows: 1, line: 2, text: "with a time in ms instead of us" }]);
  });

  it("have numbers as source-csv reads them", async () => {
    const rows = ["1", "+2.5", ".5", "1e3", "1_000", "0x10", "inf", "1,5"].map(
      (text, i) => `2024-01-0${i + 1};${text}`,
    );
    const { numbers, badRows } = await read(fileOf(`date;close\n${rows.join("\n")}\n`, "numbers.csv"), {
      badRows: "skip",
    });
    expect(numbers["close"]).toEqual([1, 2.5, 0.5, 1000]);
    expect(badRows.map(({ text }) => text)).toEqual(["1_000", "0x10", "inf", "1,5"]);
  });
});

describe("Parquet and SQL", () => {
  const parquet = (values: readonly string[], name: string): Promise<string> =>
    copyOf(
      `SELECT unnest([${values.join(", ")}]) AS date, unnest(range(1, ${values.length + 1})) AS close`,
      `times/${name}.parquet`,
    );

  it.each([
    ["texts", ["'31/01/2024'", "'01/02/2024'"], { dateOrder: "dmy" }, ["2024-01-31", "2024-02-01"]],
    ["texts before 1980", ["'1927-12-30'", "'1928-01-03'"], {}, ["1927-12-30", "1928-01-03"]],
    ["eight digits", ["20240131::INTEGER", "20240201::INTEGER"], {}, ["2024-01-31", "2024-02-01"]],
    ["twelve digits", ["202401310930::BIGINT"], {}, ["2024-01-31"]],
    ["seventeen digits", ["20240131093000123::BIGINT"], {}, ["2024-01-31"]],
    ["floats", ["1706693400.5::DOUBLE"], {}, ["2024-01-31"]],
    ["decimals", ["1706693400.5::DECIMAL(18, 6)"], {}, ["2024-01-31"]],
    ["Excel's days", ["45322::INTEGER"], { timeUnit: "excel" }, ["2024-01-31"]],
  ] as const)("hold %s by the rules of CSV", async (name, values, options, expected) => {
    expect(day((await read(await parquet(values, name.replaceAll(/\W/g, "-")), options)).times)).toEqual(expected);
  });

  it.each([
    ["days of Excel", ["45322::INTEGER"], "timeUnit=excel"],
    ["months", ["202401::INTEGER", "202402::INTEGER"], "timeUnit=yyyymm"],
    ["texts in another order", ["'31/01/2024'"], "dateOrder=dmy"],
    ["ticks", ["638423000000000000::BIGINT"], "timeUnit=ticks"],
  ])("are refused with the option that decides: %s", async (name, values, option) => {
    const error = await failure(read(await parquet(values, `refused-${name.replaceAll(/\W/g, "-")}`)));
    expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining(option)]);
  });

  it("note a unit that changes, in rows that stay", async () => {
    const path = await parquet(["1735686000000", "1735686060000", "1735689600000000", "NULL"], "units");
    const { times, summary, badRows } = await read(path, { badRows: "skip" });
    expect(times).toEqual([1735686000000n, 1735686060000n, 1735689600000n]);
    expect(summary?.notes).toMatchObject([{ rows: 1, text: "with a time in us instead of ms" }]);
    expect(badRows).toEqual([{ line: 4, column: "timestamp", reason: "time", text: "NULL" }]);
  });

  it("report a number that is no time by its digits", async () => {
    const { badRows } = await read(await parquet(["20240131", "20241304", "20240201"], "odd"), { badRows: "skip" });
    expect(badRows).toEqual([{ line: 2, column: "timestamp", reason: "time", text: "20241304" }]);
  });

  it("hold dates if they have no time of day and no zone", async () => {
    expect((await known(await parquet(["DATE '2024-01-02'"], "dates"))).timeIs).toBe("date");
    expect(await known(await parquet(["TIMESTAMP '2024-01-02'", "TIMESTAMP '2024-01-03'"], "midnights"))).toEqual({
      notes: [],
      timeIs: "date",
    });
    expect(await known(await parquet(["TIMESTAMP '2024-01-02 09:30'"], "stamps"))).toEqual({
      notes: ["times name no zone and were read in UTC (--time-zone reads them in another)"],
      timeIs: "instant",
    });
    expect(await known(await parquet(["TIMESTAMPTZ '2024-01-02 00:00:00+00'"], "zoned"))).toEqual({
      notes: [],
      timeIs: "instant",
    });
    const zone = { timeZone: "Asia/Tokyo" };
    const dates = await parquet(["DATE '2024-01-02'"], "dates");
    expect(day((await read(dates, zone)).times)).toEqual(["2024-01-02"]);
    expect((await read(await parquet(["TIMESTAMP '2024-01-02'"], "moved"), zone)).times).toEqual([
      BigInt(Date.parse("2024-01-01T15:00Z")),
    ]);
    expect((await failure(read(await parquet(["TIMESTAMPTZ '2024-01-02 00:00:00+00'"], "zoned"), zone))).code).toBe(
      "ATC_INVALID_ARGUMENT",
    );
  });

  it("leave dates of CSV and JSON files as texts in the view files", async () => {
    const csv = fileOf(usDates, "view.csv");
    const sql = "SELECT *, 'A' AS symbol FROM files WHERE close > 1";
    expect((await failure(read({ sql, files: csv }))).message).toContain("dateOrder");
    expect(day((await read({ sql, files: csv }, { dateOrder: "mdy" })).times)).toEqual(["2024-02-01", "2024-03-01"]);
    const json = fileOf('{"date":"01-02-2024","close":1}\n{"date":"02-01-2024","close":2}\n', "view.jsonl");
    expect((await failure(read({ sql, files: json }))).message).toContain("dateOrder");
    expect(day((await read({ sql, files: json }, { dateOrder: "mdy" })).times)).toEqual(["2024-02-01"]);
    const twice = fileOf("date,close,close\n2024-01-02,1,2\n2024-01-03,1,2\n", "view-twice.csv");
    expect((await failure(read({ sql, files: twice }))).message).toContain('two columns "close"');
  });

  it("refuse a file that a query names if DuckDB would guess the order of its dates", async () => {
    const csv = fileOf(usDates, "named.csv");
    const error = await failure(read({ sql: `SELECT *, 'A' AS symbol FROM '${csv}'` }));
    expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining("dateformat")]);
    const sql = `SELECT *, 'A' AS symbol FROM read_csv('${csv}', dateformat = '%m/%d/%Y')`;
    expect(day((await read({ sql })).times)).toEqual(["2024-01-02", "2024-02-01", "2024-03-01"]);
    const json = fileOf('{"date":"01-02-2024","close":1}\n', "named.jsonl");
    expect((await failure(read({ sql: `SELECT *, 'A' AS symbol FROM '${json}'` }))).message).toContain("dateformat");
    const isoJson = fileOf('{"date":"2024-01-02 09:30:00","close":1}\n', "named-iso.jsonl");
    expect(day((await read({ sql: `SELECT *, 'A' AS symbol FROM '${isoJson}'` })).times)).toEqual(["2024-01-02"]);
    const iso = fileOf("date,close\n2024-01-02,1\n2024-01-03,2\n", "named-iso.csv");
    expect(day((await read({ sql: `SELECT *, 'A' AS symbol FROM '${iso}'` })).times)).toEqual([
      "2024-01-02",
      "2024-01-03",
    ]);
  });
});
