import type { ColumnMetadata } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SeriesQuality } from "../src/index.ts";
import { ingest } from "../src/index.ts";
import { createGapBook } from "../src/quality/gap-book.ts";
import type { CheckedSeries } from "../src/quality/series-quality.ts";
import type { Row } from "./memory-source.ts";
import { memorySource } from "./memory-source.ts";
import type { MemoryStore } from "./memory-store.ts";
import { memoryStore } from "./memory-store.ts";

const columns: readonly ColumnMetadata[] = [{ name: "close", type: "float64" }];
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let store: MemoryStore;
beforeEach(() => {
  store = memoryStore();
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
});

type Times = readonly number[];

/** The gaps of each symbol, by name. */
async function gapsOf(
  series: Readonly<Record<string, Times>>,
): Promise<Readonly<Record<string, SeriesQuality["gaps"]>>> {
  const rows: Row[] = Object.entries(series).flatMap(([symbol, times]) =>
    times.map((time) => ({ symbol, time, close: 1 })),
  );
  const { report } = await ingest(memorySource(rows, { columns }), store, { name: "d" });
  return Object.fromEntries(report.series.map((one) => [one.symbol, one.gaps]));
}

async function countOf(times: Times): Promise<number> {
  return (await gapsOf({ A: times }))["A"]?.count ?? -1;
}

/** Every `step` from a date to another (exclusive). */
function every(step: number, from: string, to: string): number[] {
  const start = Date.parse(from);
  return Array.from({ length: Math.ceil((Date.parse(to) - start) / step) }, (_, i) => start + i * step);
}

const isWeekday = (time: number): boolean => ![0, 6].includes(new Date(time).getUTCDay());
const without = (times: Times, ...missing: readonly string[]): number[] =>
  times.filter((time) => !missing.some((text) => new Date(time).toISOString().startsWith(text)));

const newYork = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  hour: "numeric",
  minute: "numeric",
  hourCycle: "h23",
});
/** Bars of 09:30 to 16:00 in New York on weekdays. */
function session(step: number, from: string, to: string): number[] {
  return every(step, from, to).filter((time) => {
    const [hours = 0, minutes = 0] = newYork.format(time).split(":").map(Number);
    const at = 60 * hours + minutes;
    return isWeekday(time) && at >= 570 && at < 960;
  });
}

describe("a series alone", () => {
  it.each<[string, Times, number]>([
    ["hours of every day", every(hour, "2024-01-01", "2024-03-01"), 0],
    ["a missing hour", without(every(hour, "2024-01-01", "2024-03-01"), "2024-02-10T03"), 1],
    ["a missing hour in the first week", without(every(hour, "2024-01-01", "2024-03-01"), "2024-01-02T03"), 1],
    ["a missing hour in the last week", without(every(hour, "2024-01-01", "2024-03-01"), "2024-02-29T03"), 1],
    ["a missing minute", without(every(minute, "2024-01-01", "2024-01-22"), "2024-01-10T03:04"), 1],
    ["days of every week", every(day, "2024-01-01", "2024-12-31").filter(isWeekday), 0],
    ["a missing Wednesday", without(every(day, "2024-01-01", "2024-12-31").filter(isWeekday), "2024-06-19"), 1],
    ["a missing Saturday among all days", without(every(day, "2024-01-01", "2024-12-31"), "2024-06-22"), 1],
    [
      "a missing Friday and Monday",
      without(every(day, "2024-01-01", "2024-12-31").filter(isWeekday), "2024-06-21", "2024-06-24"),
      1,
    ],
    ["six missing weeks", without(every(hour, "2023-01-01", "2024-12-31"), "2023-06", "2023-07-0"), 1],
    ["sessions through two changes of the clock", session(5 * minute, "2024-01-01", "2024-12-31"), 0],
    ["sessions that end one day after the change", session(5 * minute, "2024-01-01", "2024-03-12"), 0],
    ["sessions that end one day after the change in autumn", session(30 * minute, "2024-09-01", "2024-11-05"), 0],
    ["sessions that end three days after the change", session(5 * minute, "2024-01-01", "2024-03-14"), 0],
    ["sessions that begin one day before the change", session(5 * minute, "2024-03-08", "2024-05-01"), 0],
    [
      "a missing half hour of a session",
      without(session(5 * minute, "2024-01-01", "2024-12-31"), "2024-06-19T15:0", "2024-06-19T15:1"),
      1,
    ],
    ["a day of sessions without bars", without(session(hour, "2024-01-01", "2024-12-31"), "2024-06-19"), 1],
    ["two weeks of sessions", session(hour, "2024-06-03", "2024-06-15"), 0],
    ["three days with a missing hour", without(every(hour, "2024-01-01", "2024-01-04"), "2024-01-02T03"), 1],
    ["one day with a missing hour", without(every(hour, "2024-01-01", "2024-01-02"), "2024-01-01T03"), 1],
    ["a week of sessions with a missing hour", without(session(hour, "2024-06-03", "2024-06-08"), "2024-06-05T15"), 1],
    [
      "bars of seven minutes with one missing",
      every(7 * minute, "2024-01-01", "2024-03-01").filter((_, i) => i !== 5000),
      1,
    ],
    ["weeks", every(7 * day, "2020-01-06", "2024-01-01"), 0],
    ["a missing week", every(7 * day, "2020-01-06", "2024-01-01").filter((_, i) => i !== 100), 1],
    ["months", Array.from({ length: 40 }, (_, i) => Date.UTC(2020, i, 1)), 0],
    ["a missing month", Array.from({ length: 40 }, (_, i) => Date.UTC(2020, i, 1)).filter((_, i) => i !== 20), 1],
    [
      "every other minute at random",
      every(minute, "2024-01-01", "2024-02-01").filter((time) => ((time / minute) * 7919) % 101 < 50),
      0,
    ],
    ["years before 1970", without(every(hour, "1950-01-01", "1950-03-01"), "1950-02-10T03"), 1],
    ["millions of years", [-8e15, 0, 8e15], 0],
    ["one bar", [0], 0],
  ])("%s", async (_, times, count) => {
    expect(await countOf(times)).toBe(count);
  });

  it("gives the bars around the gap", async () => {
    const times = without(every(hour, "2024-01-01", "2024-03-01"), "2024-02-10T03", "2024-02-10T04");
    expect((await gapsOf({ A: times }))["A"]).toEqual({
      count: 1,
      shared: 0,
      withinDay: 1,
      longest: [{ after: "2024-02-10T02:00:00.000Z", ms: 3 * hour }],
    });
  });
});

describe("several symbols", () => {
  const year = every(day, "2024-01-01", "2024-12-31");
  const weekdays = year.filter(isWeekday);
  const holidays = ["2024-01-15", "2024-05-27", "2024-07-04", "2024-12-25"];
  const stock = without(weekdays, ...holidays);

  it("does not count holidays that they share", async () => {
    const gaps = await gapsOf({ A: stock, B: stock, C: without(stock, "2024-06-19") });
    expect(Object.values(gaps).map(({ count, shared }) => [count, shared])).toEqual([
      [0, 4],
      [0, 4],
      [1, 4],
    ]);
    expect(gaps["C"]?.longest).toEqual([{ after: "2024-06-18T00:00:00.000Z", ms: 2 * day }]);
  });

  it("counts a day that most others have", async () => {
    const gaps = await gapsOf({ A: weekdays, B: weekdays, C: stock, D: weekdays });
    expect(Object.values(gaps).map(({ count, shared }) => [count, shared])).toEqual([
      [0, 0],
      [0, 0],
      [4, 0],
      [0, 0],
    ]);
  });

  it("does not compare stocks with symbols that trade on Saturdays", async () => {
    const gaps = await gapsOf({ A: stock, B: stock, X: year, Y: year, Z: without(year, "2024-07-04") });
    expect(Object.values(gaps).map(({ count, shared }) => [count, shared])).toEqual([
      [0, 4],
      [0, 4],
      [0, 0],
      [0, 0],
      [1, 0],
    ]);
  });

  it("compares only symbols with rows before and after", async () => {
    const late = stock.filter((time) => time > Date.UTC(2024, 5, 1));
    const gaps = await gapsOf({ A: stock, B: late });
    expect([gaps["A"]?.count, gaps["A"]?.shared, gaps["B"]?.count]).toEqual([2, 2, 0]);
  });

  it("shares a night of another length around the missing session", async () => {
    const minutes = without(session(5 * minute, "2024-06-03", "2024-08-01"), "2024-07-04");
    const thin = without(minutes, "2024-07-03T19:5", "2024-07-05T13:3");
    const gaps = await gapsOf({ A: minutes, B: minutes, C: thin });
    expect([gaps["A"]?.count, gaps["A"]?.shared, gaps["C"]?.count]).toEqual([0, 1, 1]);
  });

  it("finds in ten days what the others have", async () => {
    const days = every(day, "2024-01-01", "2024-01-11");
    const gaps = await gapsOf({ A: days, B: days, C: without(days, "2024-01-05") });
    expect(Object.values(gaps).map(({ count }) => count)).toEqual([0, 0, 1]);
  });
});

describe("very many different gaps", () => {
  /** A series with a shared gap, then `own` gaps of its own. */
  const series = (number: number, own: number): CheckedSeries => {
    const gaps = [day, 3 * day, 2 * day, 3 * day, 1];
    for (let i = 0; i < own; i++) {
      const from = (10 + 2 * i) * day + number * minute;
      gaps.push(from, from + day, from, from + day, 1);
    }
    return {
      quality: { symbol: `S${number}` } as SeriesQuality,
      gaps: { interval: hour, hasWeekends: true, first: 0, last: 1e13, gaps: Float64Array.from(gaps), rest: undefined },
    };
  };
  const countsOf = (all: readonly CheckedSeries[]): (readonly (number | undefined)[])[] => {
    const book = createGapBook();
    return book.qualities(all.map((one) => book.add(one))).map(({ gaps }) => [gaps.count, gaps.shared]);
  };

  it("are all counted, in whatever order the series come", () => {
    const few = Array.from({ length: 300 }, (_, i) => series(i, 400));
    expect(countsOf(few)[7]).toEqual([400, 1]);
    const many = Array.from({ length: 300 }, (_, i) => series(i, 500));
    const counts = countsOf(many);
    expect(counts.every(([count, shared]) => count === 501 && shared === 0)).toBe(true);
    expect(countsOf([...many].reverse())).toEqual(counts);
  });
});
