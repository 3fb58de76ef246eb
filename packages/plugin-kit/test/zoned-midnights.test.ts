import { expect, it } from "vitest";
import { detectTimes, rowTimes, type TimeOptions, timeAdvice, timePadding } from "../src/index.ts";

const layoutOf = (dates: readonly string[], options: TimeOptions = {}) => detectTimes({ source: "f", dates, options });
const summer = ["2020-01-02 00:00:00+01:00", "2020-07-02 00:00:00+02:00"];

it.each([[summer], [["2020-01-02T00:00:00-05:00"]], [["2020-01-02 00:00:00+00:00", "2020-07-02 00:00:00+01:00"]]])(
  "midnights of offsets are dates: %j",
  (dates) => {
    const { timeIs, isDateOnly, timeNotes } = layoutOf(dates);
    expect([timeIs, isDateOnly]).toEqual(["date", true]);
    expect(timeNotes).toEqual([
      "times are midnights of their zone and were read as dates (--source-option timeIs=instant reads instants)",
    ]);
  },
);

it.each([
  [[...summer, "2020-07-03 09:00:00+02:00"], {}],
  [["2020-01-02T00:00:00Z"], {}],
  [["2020-01-02 00:00:00+00:00"], {}],
  [["2020-01-02 00:00:00 UTC"], {}],
  [["2020-01-02T00:00:00Z", "2020-01-02T00:00:00-05:00"], {}],
  [["2020-01-02 00:00:00"], {}],
  [["2020-01-02 00:30:00+01:00"], {}],
  [summer, { timeIs: "instant" }],
  [["2020-01-02"], { timeIs: "instant" }],
] as const)("others are instants: %j", (dates, options) => {
  expect(layoutOf(dates, options)).toMatchObject({ timeIs: "instant", isDateOnly: false });
});

it("a later time of day is advised to be an instant", () => {
  expect(timeAdvice("2020-07-03 09:00:00+02:00", layoutOf(summer))).toContain("--source-option timeIs=instant");
});

it("notes name changes of clocks only in zones that have them", () => {
  const noteOf = (timeZone?: string) => layoutOf(["2020-01-02 09:30"], { timeZone }).timeNotes[0];
  expect(noteOf("America/New_York")).toContain("(reject when clocks change)");
  for (const zone of ["+01:00", "Asia/Kolkata", "UTC"]) expect(noteOf(zone)).not.toContain("clocks");
  expect(noteOf()).toContain("--time-zone");
});

function read(text: string, options: TimeOptions): string | undefined {
  const times = rowTimes("test", layoutOf(["2020-07-02"], options), false);
  const bytes = new Uint8Array(text.length + timePadding);
  bytes.set(new TextEncoder().encode(text));
  if (times.readTime(bytes, 0, times.timespec) !== text.length || !times.join(0)) return undefined;
  return new Date((times.timespec[0] ?? Number.NaN) * 1000).toISOString();
}

it("timeIs=instant reads dates as midnights of the zone", () => {
  expect(read("2020-07-02", { timeIs: "instant", timeZone: "America/New_York" })).toBe("2020-07-02T04:00:00.000Z");
  expect(read("2020-07-02", { timeIs: "instant" })).toBe("2020-07-02T00:00:00.000Z");
  expect(read("2020-07-02", { timeZone: "America/New_York" })).toBe("2020-07-02T00:00:00.000Z");
});

it("timeIs=date insists on dates", () => {
  for (const dates of [["2020-07-02 00:00:00"], ["2020-07-02T00:00:00Z"], summer, ["1577923200"]])
    expect(layoutOf(dates, { timeIs: "date" })).toMatchObject({ timeIs: "date", isDateOnly: true });
  expect(read("2020-07-02 00:00", { timeIs: "date" })).toBe("2020-07-02T00:00:00.000Z");
  expect(read("2020-07-02 09:30", { timeIs: "date" })).toBeUndefined();
  for (const dates of [["2020-07-02 09:30:00"], ["2020-07-02T09:30:00+02:00"], ["1577923201"]])
    expect(() => layoutOf(dates, { timeIs: "date" })).toThrow(/timeIs is "date".*remove it/);
  expect(() =>
    detectTimes({ source: "f", dates: ["2020-07-02"], clocks: ["09:30"], options: { timeIs: "date" } }),
  ).toThrow(/09:30/);
});
