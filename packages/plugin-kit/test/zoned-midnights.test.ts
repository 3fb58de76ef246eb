import { expect, it } from "vitest";
import { detectTimes, type TimeOptions, timeAdvice } from "../src/index.ts";

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
