import { expect, it } from "vitest";
import { detectTimes, rowTimes, timePadding } from "../src/index.ts";

/** The time of a text in ISO 8601; undefined if it is refused, among texts of a sample. */
function read(text: string, sample: readonly string[] = [text]): string | undefined {
  const times = rowTimes("test", detectTimes({ source: "f", dates: sample, options: {} }), false);
  const bytes = new Uint8Array(text.length + timePadding);
  bytes.set(new TextEncoder().encode(text));
  if (times.readTime(bytes, 0, times.timespec) !== text.length || !times.join(0)) return undefined;
  return new Date((times.timespec[0] ?? Number.NaN) * 1000).toISOString();
}

it.each([
  ["02-Jan-2020", "2020-01-02T00:00"],
  ["2 Jan 2020", "2020-01-02T00:00"],
  ["2-SEPT-2020", "2020-09-02T00:00"],
  ["02Jan2020", "2020-01-02T00:00"],
  ["2 January 2020", "2020-01-02T00:00"],
  ["Apr 20, 2022", "2022-04-20T00:00"],
  ["April 20, 2022", "2022-04-20T00:00"],
  ["Jan 02 2020", "2020-01-02T00:00"],
  ["2020-Jan-02", "2020-01-02T00:00"],
  ["29-Feb-2020", "2020-02-29T00:00"],
  ["02-Jan-2020 09:30", "2020-01-02T09:30"],
  ["Apr 20, 2022 09:30:00", "2022-04-20T09:30"],
  ["02-Jan-2020 9:30 PM", "2020-01-02T21:30"],
  ["Jan 02 2020 09:30:00+01:00", "2020-01-02T08:30"],
  ["20240102T0930", "2024-01-02T09:30"],
])("reads %s", (text, wanted) => {
  expect(read(text)).toBe(`${wanted}:00.000Z`);
});

it.each([
  "30-Feb-2020",
  "02-Jab-2020",
  "02-Jan-20",
  "Jan 2020",
  "02-Jan-Feb",
  "2-3-Jan",
  "02-Janu-2020",
  "2020 Jan 2020",
])("refuses %s among months by name", (text) => {
  expect(read(text, ["02-Jan-2020", text, "03-Jan-2020"])).toBeUndefined();
});

it("are dates without a time of day", () => {
  const { timeIs } = detectTimes({ source: "f", dates: ["02-Jan-2020", "Apr 20, 2022"], options: {} });
  expect(timeIs).toBe("date");
});
