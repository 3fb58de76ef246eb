import { describe, expect, it } from "vitest";
import { inferredOffset } from "../src/index.ts";

/** UTC hours and minutes of local times in New York around the end of daylight saving time, 2024-11-03. */
function read(locals: readonly string[], isTicks = false, series?: readonly number[]): (string | undefined)[] {
  const { at } = inferredOffset("test", { timeZone: "America/New_York" }, isTicks);
  return locals.map((text, row) => {
    const local = Date.parse(`2024-${text.length > 5 ? text : `11-03T${text}`}:00Z`) / 1000;
    const offset = at(local, series?.[row] ?? 0);
    return Number.isNaN(offset) ? undefined : new Date((local - offset) * 1000).toISOString().slice(11, 16);
  });
}

describe("inferredOffset", () => {
  it.each([
    [
      "bars of 30 minutes",
      ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"],
      ["04:30", "05:00", "05:30", "06:00", "06:30", "07:00"],
    ],
    ["bars of an hour", ["00:00", "01:00", "01:00", "02:00"], ["04:00", "05:00", "06:00", "07:00"]],
    [
      "newest first",
      ["02:00", "01:30", "01:00", "01:30", "01:00", "00:30"],
      ["07:00", "06:30", "06:00", "05:30", "05:00", "04:30"],
    ],
    ["hours, newest first", ["02:00", "01:00", "01:00", "00:00"], ["07:00", "06:00", "05:00", "04:00"]],
    ["one pass only", ["00:30", "01:00", "01:30", "02:00"], ["04:30", "05:00", "05:30", "07:00"]],
    [
      "a third pass",
      ["00:30", "01:30", "01:00", "01:30", "01:00", "02:00"],
      ["04:30", "05:30", "06:00", "06:30", undefined, "07:00"],
    ],
    ["no row before", ["01:00", "01:30", "01:00"], [undefined, undefined, undefined]],
    [
      "an order that the row breaks",
      ["00:10", "00:20", "02:10", "01:30", "02:20"],
      ["04:10", "04:20", "07:10", undefined, "07:20"],
    ],
  ])("takes %s", (_, locals, wanted) => {
    expect(read(locals)).toEqual(wanted);
  });

  it("lets ticks share a time", () => {
    expect(read(["00:59", "01:00", "01:00", "01:30", "01:00", "01:00"], true)).toEqual([
      "04:59",
      "05:00",
      "05:00",
      "05:30",
      "06:00",
      "06:00",
    ]);
  });

  it("follows each symbol by itself", () => {
    const locals = ["00:30", "00:30", "01:00", "01:00", "01:30", "01:30", "01:00", "01:00"];
    const wanted = ["04:30", "04:30", "05:00", "05:00", "05:30", "05:30", "06:00", "06:00"];
    expect(read(locals, false, [0, 1, 0, 1, 0, 1, 0, 1])).toEqual(wanted);
  });

  it("refuses times that the clocks skip", () => {
    expect(read(["03-10T01:30", "03-10T02:30", "03-10T03:30"])).toEqual(["06:30", undefined, "07:30"]);
  });

  it("counts rows whose second pass never comes", () => {
    const inferred = inferredOffset("test", { timeZone: "America/New_York" }, false);
    const start = Date.UTC(2024, 10, 3) / 1000;
    for (const minute of [30, 60, 90, 120]) inferred.at(start + 60 * minute, 0);
    expect(inferred.assumed()).toBe(2);
    for (const minute of [30, 60, 60, 120, 125]) inferred.at(start + 60 * minute, 1);
    expect(inferred.assumed()).toBe(2);
    for (const minute of [30, 60]) inferred.at(start + 60 * minute, 2);
    expect(inferred.assumed()).toBe(3);
  });
});
