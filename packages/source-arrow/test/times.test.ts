import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AtcError, type BadRow, isAtcError, type SourceSummary } from "@atc/contract";
import {
  type DataType,
  DateDay,
  DateMillisecond,
  Dictionary,
  Float32,
  Float64,
  Int32,
  Int64,
  Table,
  TimeMicrosecond,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { afterAll, describe, expect, it } from "vitest";
import { type ArrowOptions, arrow } from "../src/index.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-arrow-times-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Read {
  readonly times: readonly string[];
  readonly columns: readonly string[];
  readonly notes: readonly string[];
  readonly timeIs: string | undefined;
  readonly badRows: readonly BadRow[];
  readonly summary: SourceSummary | undefined;
}

let count = 0;
async function read(columns: Readonly<Record<string, Vector>>, options: ArrowOptions = {}): Promise<Read> {
  const [first] = Object.values(columns);
  const close = vectorFromArray(
    Array.from({ length: first?.length ?? 0 }, (_, i) => i + 1),
    new Float64(),
  );
  const path = join(directory, `f${count++}.arrow`);
  writeFileSync(path, tableToIPC(new Table({ close, ...columns }), "file"));
  await using source = await arrow(path, options);
  const times: string[] = [];
  const badRows: BadRow[] = [];
  for await (const chunk of source.chunks({ onBadRow: (row) => badRows.push(row) }))
    for (const time of chunk.columns["timestamp"] ?? []) times.push(new Date(Number(time)).toISOString());
  return {
    times,
    columns: source.columns.map(({ name }) => name),
    notes: source.notes ?? [],
    timeIs: source.timeIs,
    badRows,
    summary: source.summary(),
  };
}

async function failure(promise: Promise<unknown>): Promise<AtcError> {
  try {
    await promise;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const texts = (values: readonly (string | null)[], type: DataType = new Utf8()): Vector =>
  vectorFromArray(values, type);
const longs = (values: readonly (bigint | null)[]): Vector => vectorFromArray(values, new Int64());
const noZone = expect.stringContaining("no zone and were read in UTC");

describe("times that are texts", () => {
  it.each([
    [
      "ISO 8601",
      ["2024-01-31 09:30:00", "2024-01-31T09:31:00.5"],
      ["2024-01-31T09:30:00.000Z", "2024-01-31T09:31:00.500Z"],
    ],
    [
      "zones",
      ["2024-01-31T09:30:00+02:00", "2024-01-31T09:30:00Z"],
      ["2024-01-31T07:30:00.000Z", "2024-01-31T09:30:00.000Z"],
    ],
    [
      "eight digits, one after the other",
      ["20240131", "20240201"],
      ["2024-01-31T00:00:00.000Z", "2024-02-01T00:00:00.000Z"],
    ],
    ["dates before 1980", ["1927-12-30", "1928-01-03"], ["1927-12-30T00:00:00.000Z", "1928-01-03T00:00:00.000Z"]],
    ["numbers", ["1706693400", "1706693460"], ["2024-01-31T09:30:00.000Z", "2024-01-31T09:31:00.000Z"]],
    [
      "12-hour clocks",
      ["2024-01-31 9:30 PM", "2024-01-31 9:31 PM"],
      ["2024-01-31T21:30:00.000Z", "2024-01-31T21:31:00.000Z"],
    ],
  ])("are read as in CSV files: %s", async (_, values, expected) => {
    for (const type of [new Utf8(), new Dictionary(new Utf8(), new Int32())])
      expect((await read({ date: texts(values, type) })).times).toEqual(expected);
  });

  it("take the order of dates from the option, and are refused without it", async () => {
    const date = texts(["01/02/2024", "02/02/2024", "30/01/2024"]);
    expect((await read({ date }, { dateOrder: "dmy" })).times[0]).toBe("2024-02-01T00:00:00.000Z");
    expect((await failure(read({ date }))).code).toBe("ATC_INVALID_DATA");
  });

  it("have a zone that is noted, or given", async () => {
    const date = texts(["2024-01-31 09:30"]);
    expect((await read({ date })).notes).toEqual([noZone]);
    const { times } = await read({ date }, { timeZone: "America/New_York" });
    expect(times).toEqual(["2024-01-31T14:30:00.000Z"]);
    expect((await failure(read({ date: texts(["2024-01-31 09:30Z"]) }, { timeZone: "Asia/Tokyo" }))).code).toBe(
      "ATC_INVALID_ARGUMENT",
    );
  });

  it("make a bad row if they cannot be read or are missing, with the text", async () => {
    const date = texts(["2024-01-31", "2024-02-30", null, "2024-02-01"]);
    const { times, badRows } = await read({ date }, { badRows: "skip" });
    expect(times.map((time) => time.slice(0, 10))).toEqual(["2024-01-31", "2024-02-01"]);
    expect(badRows).toEqual([
      { line: 2, column: "timestamp", reason: "time", text: "2024-02-30" },
      { line: 3, column: "timestamp", reason: "time", text: expect.any(String) },
    ]);
    expect((await failure(read({ date }))).message).toContain('"2024-02-30"');
  });
});

describe("times that are numbers", () => {
  it("may change their unit, which is noted", async () => {
    const { times, summary } = await read({ t: longs([1735686000000n, 1735689600000000n, 1735693200000000n]) });
    expect(times).toEqual(["2024-12-31T23:00:00.000Z", "2025-01-01T00:00:00.000Z", "2025-01-01T01:00:00.000Z"]);
    expect(summary?.notes).toMatchObject([{ rows: 1, text: "with a time in ms instead of us" }]);
  });

  it("are not counted in rows that are left out", async () => {
    const close = vectorFromArray([1, null, 3, 4], new Float64());
    const t = longs([1735686000000n, 1735689600000000n, null, 1735686060000n]);
    const { summary, badRows } = await read({ close, t }, { badRows: "skip" });
    expect([summary?.rows, summary?.notes]).toEqual([2, undefined]);
    expect(badRows.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "number"],
      [3, "time"],
    ]);
  });

  it.each([
    ["dates of eight digits", longs([20240131n, 20240201n]), ["2024-01-31", "2024-02-01"]],
    ["the same as floats", vectorFromArray([20240131, 20240201], new Float64()), ["2024-01-31", "2024-02-01"]],
    ["the same as int32", vectorFromArray([20240131, 20240201], new Int32()), ["2024-01-31", "2024-02-01"]],
    ["seconds with decimals", vectorFromArray([1706693400.25], new Float64()), ["2024-01-31T09:30:00.250Z"]],
  ])("are read by their form: %s", async (_, t, expected) => {
    expect((await read({ t })).times.map((time, i) => time.slice(0, expected[i]?.length))).toEqual(expected);
  });

  it("are bad rows if they are no dates among dates", async () => {
    const { times, badRows } = await read({ t: longs([20240131n, 20241304n, 20240201n]) }, { badRows: "skip" });
    expect(times).toHaveLength(2);
    expect(badRows).toEqual([{ line: 2, column: "timestamp", reason: "time", text: "20241304" }]);
  });

  it("are refused if they may be no times, with the option that reads them", async () => {
    const error = await failure(read({ t: longs([45292n, 45293n]) }));
    expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining("timeUnit=excel")]);
    expect((await read({ t: longs([45292n]) }, { timeUnit: "excel" })).times).toEqual(["2024-01-01T00:00:00.000Z"]);
  });
});

describe("Arrow's types of times", () => {
  const midnights = [Date.UTC(2024, 0, 2), Date.UTC(2024, 0, 3)];
  it("are dates if they have no time of day and no zone", async () => {
    for (const type of [new DateDay(), new DateMillisecond()])
      expect(
        (
          await read({
            date: vectorFromArray(
              midnights.map((ms) => new Date(ms)),
              type,
            ),
          })
        ).timeIs,
      ).toBe("date");
    expect(await read({ date: vectorFromArray(midnights, new TimestampMillisecond()) })).toMatchObject({
      timeIs: "date",
      notes: [],
    });
    expect((await read({ date: vectorFromArray(midnights, new TimestampMillisecond("UTC")) })).timeIs).toBe("instant");
    const hours = vectorFromArray(
      [midnights[0] as number, (midnights[1] as number) + 3_600_000],
      new TimestampMillisecond(),
    );
    expect(await read({ date: hours })).toMatchObject({ timeIs: "instant", notes: [noZone] });
  });

  it("that are dates are not moved by a zone, and others are", async () => {
    const date = vectorFromArray(
      midnights.map((ms) => new Date(ms)),
      new DateDay(),
    );
    const { times, notes } = await read({ date }, { timeZone: "Asia/Tokyo" });
    expect([times[0], notes.join()]).toEqual(["2024-01-02T00:00:00.000Z", expect.stringContaining("does not apply")]);
    const stamps = vectorFromArray(midnights, new TimestampMillisecond());
    expect((await read({ date: stamps }, { timeZone: "Asia/Tokyo" })).times[0]).toBe("2024-01-01T15:00:00.000Z");
  });

  it("are rejected or inferred at a change of clocks", async () => {
    const at = (minutes: number): number => Date.UTC(2024, 10, 3, 0, 30) + minutes * 60_000;
    const date = vectorFromArray([at(0), at(30), at(60), at(30), at(60), at(90)], new TimestampMillisecond());
    const zone = { timeZone: "America/New_York" };
    expect((await read({ date }, { ...zone, badRows: "skip" })).times).toHaveLength(2);
    const { times } = await read({ date }, { ...zone, disambiguation: "infer" });
    expect(times.map((time) => time.slice(11, 16))).toEqual(["04:30", "05:00", "05:30", "06:00", "06:30", "07:00"]);
  });
});

describe("a time of day in a column of its own", () => {
  it.each([
    ["texts", { date: texts(["2024-01-31"]), time: texts(["09:30:15"]) }],
    [
      "a date and a text",
      { date: vectorFromArray([new Date(Date.UTC(2024, 0, 31))], new DateDay()), time: texts(["09:30:15"]) },
    ],
    [
      "a date and a time of Arrow",
      {
        date: vectorFromArray([new Date(Date.UTC(2024, 0, 31))], new DateDay()),
        time: vectorFromArray([34_215_000_000n], new TimeMicrosecond()),
      },
    ],
    ["numbers", { date: longs([20240131n]), time: longs([93015n]) }],
  ])("is joined with its date: %s", async (name, columns) => {
    expect(await read(columns)).toMatchObject({
      times: ["2024-01-31T09:30:15.000Z"],
      columns: ["symbol", "timestamp", "close"],
      notes: [noZone, ...(name === "numbers" ? [expect.stringContaining("read as hhmmss")] : [])],
    });
  });

  const midnight = (): Vector =>
    vectorFromArray([Date.UTC(2024, 0, 31), Date.UTC(2024, 0, 31)], new TimestampMillisecond());

  it.each([
    ["a text", "time", texts(["09:30:15", "16:00"])],
    ["a number", "time", longs([93_015n, 160_000n])],
    ["a time of Arrow", "time", vectorFromArray([34_215_000_000n, 57_600_000_000n], new TimeMicrosecond())],
    ["a text of another name", "Time (ET)", texts(["09:30:15", "16:00"])],
  ])("is joined with timestamps that are midnights: %s", async (_, name, clock) => {
    const found = await read({ date: midnight(), [name]: clock });
    expect(found.times).toEqual(["2024-01-31T09:30:15.000Z", "2024-01-31T16:00:00.000Z"]);
    expect(found.timeIs).toBe("instant");
    expect(found.columns).toEqual(["symbol", "timestamp", "close"]);
  });

  it("is joined with midnights that have a zone, and refused if only the option names it", async () => {
    const date = vectorFromArray([Date.UTC(2024, 0, 31)], new TimestampMillisecond("UTC"));
    expect((await read({ date, time: texts(["09:30"]) })).times).toEqual(["2024-01-31T09:30:00.000Z"]);
    const whole = vectorFromArray([Date.UTC(2024, 0, 31, 9)], new TimestampMillisecond());
    const error = await failure(read({ date: whole, time: texts(["09:30"]) }, { columns: { clock: "time" } }));
    expect(error.message).toContain("have one of their own");
  });

  it("is another column beside whole times", async () => {
    const date = vectorFromArray([Date.UTC(2024, 0, 31, 9)], new TimestampMillisecond());
    const { times, columns } = await read({ date, time: longs([5n]) });
    expect([times, columns]).toEqual([["2024-01-31T09:00:00.000Z"], ["symbol", "timestamp", "close", "time"]]);
  });
});

it("notes the columns that are not read", async () => {
  const { notes } = await read({ date: texts(["2024-01-31"]), exchange: texts(["X"]) });
  expect(notes).toEqual(["columns left out: exchange"]);
});

it("refuses times that are 32-bit floats, unless they count days or months", async () => {
  const floats = (values: readonly number[]): Vector => vectorFromArray(values, new Float32());
  const error = await failure(read({ timestamp: floats([1_704_067_200, 1_704_067_328]) }));
  expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining("32-bit floats")]);
  expect((await read({ timestamp: floats([45_292]) }, { timeUnit: "excel" })).times).toEqual([
    "2024-01-01T00:00:00.000Z",
  ]);
});
