import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { detectTimes, rowTimes, type TimeOptions, timePadding } from "../src/index.ts";

/** The times that texts stand for, in ISO 8601; undefined for those that are refused. */
function read(texts: readonly string[], options: TimeOptions = {}, clocks?: readonly string[]): (string | undefined)[] {
  const times = rowTimes("test", detectTimes({ source: "f", dates: texts, clocks, options }), false);
  const bytesOf = (text: string): Uint8Array => {
    const bytes = new Uint8Array(text.length + timePadding);
    bytes.set(new TextEncoder().encode(text));
    return bytes;
  };
  return texts.map((text, row) => {
    if (times.readTime(bytesOf(text), 0, times.timespec) !== text.length) return undefined;
    const clock = clocks?.[row] ?? "";
    if (clocks !== undefined && times.readClock(bytesOf(clock), 0, times.clock) !== clock.length) return undefined;
    if (!times.join(0)) return undefined;
    const [seconds = 0, nanoseconds = 0] = times.timespec;
    const ms = seconds * 1000 + Math.floor(nanoseconds / 1e6);
    return new Date(ms).toISOString().replace(".000Z", "Z");
  });
}

function refused(texts: readonly string[], options: TimeOptions = {}, clocks?: readonly string[]): string {
  try {
    detectTimes({ source: "f", dates: texts, clocks, options });
  } catch (error) {
    if (isAtcError(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("numbers without an option", () => {
  const first = 315_532_800n;
  const last = 4_102_444_799n;
  it.each([
    ["s", 1n],
    ["ms", 1000n],
    ["us", 1_000_000n],
    ["ns", 1_000_000_000n],
  ] as const)("are times in %s from the first to the last of 1980 to 2099, and none one beside", (unit, size) => {
    const texts = [first * size, (last + 1n) * size - 1n, first * size - 1n, (last + 1n) * size].map(String);
    // The usual form is among seven sound times, so that the others are bad rows.
    const usual = Array.from({ length: 7 }, () => String(1_700_000_000n * size));
    const layout = detectTimes({ source: "f", dates: [...usual, ...texts], options: {} });
    expect(layout).toMatchObject({ time: "number", usual: unit, timeIs: "instant" });
    const end = size === 1n ? "2099-12-31T23:59:59Z" : "2099-12-31T23:59:59.999Z";
    expect(read([...usual, ...texts]).slice(7)).toEqual(["1980-01-01T00:00:00Z", end, undefined, undefined]);
  });

  it.each([
    ["17000101", "1700-01-01T00:00:00Z"],
    ["19271230", "1927-12-30T00:00:00Z"],
    ["22991231", "2299-12-31T00:00:00Z"],
    ["20240102.0", "2024-01-02T00:00:00Z"],
    ["202401020930", "2024-01-02T09:30:00Z"],
    ["170001010000", "1700-01-01T00:00:00Z"],
    ["229912312359", "2299-12-31T23:59:00Z"],
    ["20240102093005", "2024-01-02T09:30:05Z"],
    ["20240102093005.25", "2024-01-02T09:30:05.250Z"],
    ["20240102093005123", "2024-01-02T09:30:05.123Z"],
    ["20240102240000", "2024-01-03T00:00:00Z"],
    ["1704067200.5", "2024-01-01T00:00:00.500Z"],
    ["1704067200.0", "2024-01-01T00:00:00Z"],
    ["+1704067200", "2024-01-01T00:00:00Z"],
    ["1704067200000.75", "2024-01-01T00:00:00Z"],
    ["619999999999999999", "1989-08-24T22:13:19.999Z"],
    ["663000000000000001", "1991-01-04T14:40:00Z"],
    ["663000001000000000", "1991-01-04T14:40:01Z"],
  ])("%s is read as %s", (text, wanted) => {
    expect(read([text, text, "1700000000", text])[0]).toBe(wanted);
  });

  it.each([
    "16991231",
    "23000101",
    "20241304",
    "20240230",
    "202401022430",
    "202401020960",
    "20240102093060",
    "0",
    "-1",
    "1",
  ])("%s among dates is refused, and they are not taken for seconds", (text) => {
    expect(read(["20240102", text, "20240103"])).toEqual(["2024-01-02T00:00:00Z", undefined, "2024-01-03T00:00:00Z"]);
    // Also if it is the only other one.
    expect(read(["20240102", text])).toEqual(["2024-01-02T00:00:00Z", undefined]);
  });

  it("of mixed forms are read each by its form, and counted", () => {
    const texts = [
      "1704067200",
      "1704067200000",
      "20240101",
      "1704067200000000",
      "202401010000",
      "1704067200000000000",
    ];
    expect(read(texts)).toEqual(texts.map(() => "2024-01-01T00:00:00Z"));
  });

  it.each([
    [["45292", "45293"], { excel: "2024-01-01", days: "2094-01-02" }],
    [["29221", "29222"], { excel: "1980-01-01", days: "2050-01-02" }],
    [["73415", "73415.5"], { excel: "2100-12-31" }],
    [["45292.395833333", "45292.5"], { excel: "2024-01-01T09:30", days: "2094-01-02T09:30" }],
    [["19790", "19791"], { days: "2024-03-08" }],
    [["3652", "3653"], { days: "1980-01-01" }],
    [["202401", "202402"], { yyyymm: "2024-01-01" }],
    [["199912", "200001"], { yyyymm: "1999-12-01" }],
    [["2023", "2024"], { yyyymm: "2023-01-01" }],
    [["34200000", "34260000"], { s: "1971-01-31T20:00" }],
    [["0", "60000"], { s: "1970-01-01" }],
    [["-1325635200", "-1325548800"], { s: "1927-12-30" }],
    [["200000000000", "200000060000"], { ms: "1976-05-03T19:33:20" }],
    [["5000000000", "5000000060"], { s: "2128-06-11T08:53:20" }],
    [["638396640000000000", "638396640600000000"], { ticks: "2024-01-01", ns: "1990-03-25T20:24" }],
    [["620000000000000000", "663000000000000000"], { ticks: "1965-09-14T14:13:20", ns: "1989-08-24T22:13:20" }],
    [["2024010209", "2024010210"], { s: "2034-02-20T01:03:29" }],
  ] as const)("%j are refused, and the message says what each option gives", (texts, options) => {
    const message = refused(texts);
    for (const [unit, time] of Object.entries(options)) {
      expect(message).toContain(`--source-option timeUnit=${unit}`);
      const [found] = read(texts, { timeUnit: unit as TimeOptions["timeUnit"] });
      if (!texts[0].includes(".")) expect(found?.slice(0, time.length)).toBe(time);
      expect(message).toContain(time);
    }
    expect(message.match(/timeUnit=/g)).toHaveLength(Object.keys(options).length);
  });

  it.each([
    ["milliseconds of the day", ["34200000", "34260000"]],
    ["Excel", ["45292", "45293"]],
    ["months", ["202401"]],
    ["years", ["2024"]],
    [".NET ticks", ["638396640000000000"]],
    ["dates with hours", ["2024010209", "2024010210"]],
  ])("%s are named in the message", (what, texts) => {
    expect(refused(texts)).toContain(what);
  });

  it("take the form of the majority, and refuse a majority that has none", () => {
    expect(read(["1704067200", "5", "1704067201"])[1]).toBeUndefined();
    expect(refused(["1704067200", "45292", "45293"])).toContain("excel");
  });
});

describe("numbers of a given unit", () => {
  it.each([
    ["excel", "45292.395833333336", "2024-01-01T09:30:00Z"],
    ["excel", "45292.99999999999", "2024-01-02T00:00:00Z"],
    ["excel", "61", "1900-03-01T00:00:00Z"],
    ["excel", "60", undefined],
    ["days", "19790", "2024-03-08T00:00:00Z"],
    ["days", "-1", "1969-12-31T00:00:00Z"],
    ["days", "19790.25", "2024-03-08T06:00:00Z"],
    ["yyyymm", "202402", "2024-02-01T00:00:00Z"],
    ["yyyymm", "202413", undefined],
    ["yyyymm", "192801", "1928-01-01T00:00:00Z"],
    ["yyyymm", "2024", "2024-01-01T00:00:00Z"],
    ["yyyymm", "20240", undefined],
    ["ticks", "638396640000000000", "2024-01-01T00:00:00Z"],
    ["ticks", "638396640001234567", "2024-01-01T00:00:00.123Z"],
    ["ns", "638396640000000000", "1990-03-25T20:24:00Z"],
    ["s", "-1325635200", "1927-12-30T00:00:00Z"],
    ["s", "0", "1970-01-01T00:00:00Z"],
    ["s", "20240102", "1970-08-23T06:15:02Z"],
  ] as const)("in %s, %s is %s", (timeUnit, text, wanted) => {
    expect(read([text], { timeUnit })).toEqual([wanted]);
  });

  it("are noted if times are not numbers", () => {
    const { timeNotes } = detectTimes({ source: "f", dates: ["2024-01-02"], options: { timeUnit: "s" } });
    expect(timeNotes).toEqual(["times are not numbers, so the option timeUnit does not apply"]);
  });

  it("are counted if they are outside of 1980 to 2099", () => {
    const layout = detectTimes({ source: "f", dates: ["1"], options: { timeUnit: "s" } });
    const { readTime, tally, timespec, notes } = rowTimes("test", layout, false);
    for (const text of ["1", "315532800", "315532799", "4102444799", "4102444800"]) {
      const bytes = new Uint8Array(30);
      bytes.set(new TextEncoder().encode(text));
      readTime(bytes, 0, timespec);
      tally.count(7);
    }
    expect(notes()).toMatchObject([{ rows: 3, line: 7, text: expect.stringContaining("before 1980 or after 2099") }]);
  });
});

describe("calendar dates", () => {
  it.each([
    [["2024-01-02", "2024-01-03"], {}],
    [["20240102", "20240103"], {}],
    [["1/2/2024", "2.1.2024"], { dateOrder: "dmy" }],
    [["202401", "202402"], { timeUnit: "yyyymm" }],
    [["2024-01-02", "2024-01-03", "total", ""], {}],
    [["20240102", "20240103", "20241304"], {}],
    [["45292", "45293.0"], { timeUnit: "excel" }],
    [["19790"], { timeUnit: "days" }],
  ] as const)("%j are dates, to which no zone applies", (texts, options) => {
    expect(detectTimes({ source: "f", dates: texts, options }).timeIs).toBe("date");
    const zoned = { ...options, timeZone: "America/New_York" };
    expect(read(texts, zoned)).toEqual(read(texts, options));
    const { timeNotes } = detectTimes({ source: "f", dates: texts, options: zoned });
    expect(timeNotes).toEqual([
      ...("dateOrder" in options ? ["dates were read as day/month/year (dateOrder=dmy)"] : []),
      "times are dates, to which the option timeZone does not apply",
    ]);
  });

  it.each([
    [["2024-01-02", "2024-01-03 00:00"], {}],
    [["2024-01-02T00:00:00Z"], {}],
    [["20240102", "20240103", "202401030000"], {}],
    [["1704067200"], {}],
    [["total", "2024-01-02 09:30"], {}],
    [["45292.5"], { timeUnit: "excel" }],
  ] as const)("%j are instants", (texts, options) => {
    expect(detectTimes({ source: "f", dates: texts, options }).timeIs).toBe("instant");
  });

  it("with a zone refuse a later time of day, which the zone would move", () => {
    const layout = detectTimes({ source: "f", dates: ["2024-01-02"], options: { timeZone: "Asia/Tokyo" } });
    const times = rowTimes("test", layout, false);
    const bytes = new Uint8Array(40);
    bytes.set(new TextEncoder().encode("2024-01-03 09:00"));
    expect(times.readTime(bytes, 0, times.timespec)).toBe(16);
    expect(times.join(0)).toBe(false);
  });

  it("beside times of day are instants in the zone", () => {
    expect(read(["20240102"], { timeZone: "America/New_York" }, ["930"])).toEqual(["2024-01-02T14:30:00Z"]);
  });
});

describe("times of day beside dates", () => {
  it.each([
    [
      ["930", "931", "1000"],
      ["09:30", "09:31", "10:00"],
    ],
    [
      ["0", "5", "59", "2359", "2400"],
      ["00:00", "00:05", "00:59", "23:59", "24:00"],
    ],
    [
      ["93000", "160000"],
      ["09:30", "16:00"],
    ],
    [
      ["0930", "1600"],
      ["09:30", "16:00"],
    ],
    [
      ["093000", "160001"],
      ["09:30", "16:00:01"],
    ],
    [
      ["0930", "093001", "1600"],
      ["09:30", "09:30:01", "16:00"],
    ],
    [
      ["930.0", "1600.0"],
      ["09:30", "16:00"],
    ],
    [
      ["09:30", "9:31:05.5"],
      ["09:30", "09:31:05.500"],
    ],
    [["093000.5"], ["09:30:00.500"]],
  ])("%j are %j", (clocks, wanted) => {
    const dates = clocks.map(() => "20240102");
    const times = wanted.map((text) =>
      text === "24:00" ? "2024-01-03T00:00:00Z" : `2024-01-02T${text.length < 8 ? `${text}:00` : text}Z`,
    );
    expect(read(dates, {}, clocks)).toEqual(times);
  });

  it("with one odd value leave that row out", () => {
    const clocks = ["930", "1000", "1001", "961", "2401"];
    expect(
      read(
        clocks.map(() => "20240102"),
        {},
        clocks,
      ).slice(3),
    ).toEqual([undefined, undefined]);
  });

  it("of 3 to 6 digits are refused until clockDigits decides", () => {
    const clocks = ["930", "93000", "160000"];
    const dates = clocks.map(() => "20240102");
    expect(refused(dates, {}, clocks)).toMatch(
      /--source-option clockDigits=hhmmss, which reads 930 as 00:09:30, or --source-option clockDigits=hhmm, which reads 930 as 09:30:00$/,
    );
    expect(read(dates, { clockDigits: "hhmmss" }, clocks)[0]).toBe("2024-01-02T00:09:30Z");
    expect(read(dates, { clockDigits: "hhmm" }, clocks)).toEqual(["2024-01-02T09:30:00Z", undefined, undefined]);
  });

  it.each([
    [["34200", "34260", "34320"], { hhmmss: "03:42:00", s: "09:30:00" }],
    [["34261", "34262", "34263"], { s: "09:31:01" }],
    [["34200.5", "34201.25"], { s: "09:30:00.500" }],
    [["34200000", "34260000"], { ms: "09:30:00" }],
    [["86400000", "0"], { ms: "24:00" }],
    [["86400", "83000", "82000"], { hhmmss: "08:30:00", s: "24:00" }],
  ])("that may count from midnight are refused until clockDigits decides: %j", (clocks, options) => {
    const dates = clocks.map(() => "2024-01-02");
    const message = refused(dates, {}, clocks);
    expect(message.match(/clockDigits=/g)).toHaveLength(Object.keys(options).length);
    for (const [clockDigits, time] of Object.entries(options)) {
      expect(message).toContain(`--source-option clockDigits=${clockDigits}, which reads`);
      const wanted = time === "24:00" ? "2024-01-03T00:00:00Z" : `2024-01-02T${time}Z`;
      expect(read(dates, { clockDigits } as TimeOptions, clocks)).toContain(wanted);
    }
  });

  it("with leading zeros do not count from midnight", () => {
    expect(read(["20240102", "20240102"], {}, ["080000", "083000"])).toEqual([
      ...["2024-01-02T08:00:00Z", "2024-01-02T08:30:00Z"],
    ]);
  });

  it.each([[["123456789", "123456790"]], [["open", "close"]], [["-1.5", "-2.5"]]])(
    "are refused if they are no times of day: %j",
    (clocks) => {
      expect(refused(["2024-01-02", "2024-01-03"], {}, clocks)).toContain(`"${clocks[0]}" is not a time of day`);
    },
  );

  it("are none if the column is empty", () => {
    expect(detectTimes({ source: "f", dates: ["2024-01-02"], clocks: [""], options: {} }).hasClock).toBe(false);
  });

  it("are refused beside dates with a time of day of their own, unless it is midnight", () => {
    for (const date of ["2024-01-02 09:30", "1704103200", "202401020930"])
      expect(refused([date, date], {}, ["09:30", "09:30"])).toContain("one of their own");
    for (const date of ["2024-01-02 00:00:00", "1704153600", "202401020000"])
      expect(read([date], {}, ["09:30"])).toEqual(["2024-01-02T09:30:00Z"]);
  });
});

describe("zones", () => {
  it.each([
    [["20240102 09:30:00 US/Eastern"], "2024-01-02T14:30:00Z"],
    [["20240702 09:30:00 America/New_York"], "2024-07-02T13:30:00Z"],
    [["2024-01-02 09:30 Asia/Tokyo"], "2024-01-02T00:30:00Z"],
    [["20240102-14:30:00"], "2024-01-02T14:30:00Z"],
    [["20240102  14:30:00"], "2024-01-02T14:30:00Z"],
    [["20240102 170000123"], "2024-01-02T17:00:00.123Z"],
    [["20240102 170000"], "2024-01-02T17:00:00Z"],
    [["2024-01-02 00:30:00.000 GMT+0100"], "2024-01-01T23:30:00Z"],
    [["2024-01-02 00:30:00 GMT-05:30"], "2024-01-02T06:00:00Z"],
    [["2024-01-02 00:00:00 UTC"], "2024-01-02T00:00:00Z"],
  ])("%j is %s", (texts, wanted) => {
    expect(read(texts)).toEqual([wanted]);
  });

  it("of a name that other rows do not have is refused", () => {
    const text = "20240102 09:30:00 US/Eastern";
    expect(read([text, text, text, "20240102 09:30:00 US/Central", "20240102 09:30:00"]).slice(3)).toEqual([
      undefined,
      undefined,
    ]);
    expect(refused(["20240102 09:30:00 Mars/Olympus"])).toContain("Mars/Olympus");
  });

  it("of a name are noted", () => {
    const { timeNotes } = detectTimes({ source: "f", dates: ["20240102 09:30:00 US/Eastern"], options: {} });
    expect(timeNotes).toEqual(["times name the zone US/Eastern and were read in it (reject when clocks change)"]);
  });

  it.each([["1704067200"], ["2024-01-02T00:00:00Z"], ["20240102 09:30:00 US/Eastern"]])(
    "are refused as an option if times say theirs: %s",
    (text) => {
      expect(refused([text], { timeZone: "Asia/Tokyo" })).toContain("remove the option timeZone");
    },
  );

  it("apply to digits of a time, and refuse numbers since 1970 among them", () => {
    const texts = ["202401020930", "202401020931", "1704067200"];
    expect(read(texts, { timeZone: "Asia/Tokyo" })).toEqual([
      "2024-01-02T00:30:00Z",
      "2024-01-02T00:31:00Z",
      undefined,
    ]);
  });
});
