import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groups, localParts, naiveBar } from "./naive.ts";
import type { Row } from "./rows.ts";
import { barSeries, barsOf, tickSeries } from "./rows.ts";

const minute = 60_000;
const price = fc.oneof(fc.integer({ min: 1, max: 999 }), fc.constant(Number.NaN));

/** Minute bars with gaps, around a change of clocks in New York. */
function minuteBars(start: number, most: number, step: number): fc.Arbitrary<Row[]> {
  return fc
    .array(fc.tuple(fc.integer({ min: 1, max: 9 }), price, price, price, price, fc.nat(99)), { maxLength: most })
    .map((list) => {
      let time = start;
      return list.map(([gap, open, high, low, close, volume]) => {
        time += gap * step;
        return { time: BigInt(time), open, high, low, close, volume };
      });
    });
}

describe("time bars", () => {
  it.each([
    ["5m", 5 * minute],
    ["1h", 60 * minute],
    ["4h", 240 * minute],
    ["90s", 1.5 * minute],
    ["1d", 1440 * minute],
  ] as const)("of %s hold the rows of their interval", (to, length) => {
    fc.assert(
      fc.property(minuteBars(-3_600_000, 60, 7 * minute), fc.integer({ min: 1, max: 9 }), (rows, block) => {
        const expected = groups(rows, ({ time }) => Math.floor(Number(time) / length) * length);
        expect(barsOf(barSeries(rows, block), { to })).toEqual(expected.map(([start, own]) => naiveBar(start, own)));
      }),
    );
  });

  it("of ticks keep the order of many rows within a millisecond", () => {
    const base = BigInt(Date.UTC(2024, 0, 2, 14, 30)) * 1_000_000n;
    const ticks = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 4n * 10n ** 9n }), fc.nat(99), fc.nat(9)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(ticks, fc.integer({ min: 1, max: 9 }), (list, block) => {
        const rows = list
          .map(([step, close, volume]): Row => ({ time: base + (step / 500_000n) * 500_000n, close, volume }))
          .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
        const expected = groups(rows, ({ time }) => Number(time / 1_000_000_000n) * 1000);
        expect(barsOf(tickSeries(rows, block), { to: "1s" })).toEqual(expected.map(([at, own]) => naiveBar(at, own)));
      }),
    );
  });

  it("before 1970 are in their own interval, not in the next", () => {
    const rows: Row[] = [-1n, 0n].map((time) => ({ time: time * 1_000_000n - 1n, close: 1, volume: 1 }));
    expect(barsOf(tickSeries(rows), { to: "1m" }).map(({ time, count }) => [time, count])).toEqual([[-60_000, 2]]);
  });

  it.each(["America/New_York", "Asia/Kolkata", "+05:45", "Australia/Lord_Howe"])(
    "of a day follow the clock of %s, also across its changes",
    (timeZone) => {
      const rows = minuteBars(Date.UTC(2024, 2, 8), 150, 61 * minute);
      fc.assert(
        fc.property(rows, (list) => {
          const zone = timeZone === "+05:45" ? "Asia/Kathmandu" : timeZone;
          const expected = groups(list, ({ time }) => localParts(Number(time), zone).date);
          expect(barsOf(barSeries(list), { to: "1d", timeZone })).toEqual(
            expected.map(([date, own]) => naiveBar(Date.parse(date), own)),
          );
        }),
        { numRuns: 15 },
      );
    },
  );

  it("of weeks and months follow the calendar", () => {
    const rows: Row[] = Array.from({ length: 200 }, (_, i) => ({
      time: BigInt(Date.UTC(2023, 10, 1) + i * 86_400_000),
      open: i,
      high: i,
      low: i,
      close: i,
      volume: 1,
    }));
    const dates = (to: string, weekStart?: "sunday"): string[] =>
      barsOf(barSeries(rows), { to, ...(weekStart === undefined ? {} : { weekStart }) }).map(({ time }) =>
        new Date(time).toISOString().slice(0, 10),
      );
    expect(dates("1w").slice(0, 3)).toEqual(["2023-10-30", "2023-11-06", "2023-11-13"]);
    expect(dates("1w", "sunday").slice(0, 2)).toEqual(["2023-10-29", "2023-11-05"]);
    expect(dates("1mo")).toEqual(
      ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05"].map((month) => `${month}-01`),
    );
    expect(dates("3mo")).toEqual(["2023-10-01", "2024-01-01", "2024-04-01"]);
    expect(barsOf(barSeries(rows), { to: "1mo" })[3]).toMatchObject({ count: 29 });
  });
});

describe("a session", () => {
  const session = { start: "09:30", end: "16:00" };
  const options = { timeZone: "America/New_York", session };

  it("leaves out rows outside, and counts bars from the opening", () => {
    fc.assert(
      fc.property(minuteBars(Date.UTC(2024, 2, 7), 200, 23 * minute), (rows) => {
        const inside = rows.flatMap((row) => {
          const { date, minutes } = localParts(Number(row.time), "America/New_York");
          return minutes >= 570 && minutes < 960 ? [{ row, date, bar: Math.floor((minutes - 570) / 60) }] : [];
        });
        const keys = new Map(inside.map(({ row, date, bar }) => [row, `${date} ${bar}`]));
        const hourly = barsOf(barSeries(rows), { to: "1h", ...options });
        const own = inside.map(({ row }) => row);
        const expected = groups(own, (row) => keys.get(row)).map(([, list]) => naiveBar(0, list));
        expect(hourly.map((bar) => ({ ...bar, time: 0 }))).toEqual(expected);
        for (const { time } of hourly) expect(localParts(time, "America/New_York").minutes % 60).toBe(30);
        const days = groups(own, ({ time }) => localParts(Number(time), "America/New_York").date);
        expect(barsOf(barSeries(rows), { to: "1d", ...options })).toEqual(
          days.map(([date, list]) => naiveBar(Date.parse(date), list)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("over midnight has the date of its end", () => {
    const at = (text: string): Row => ({
      time: BigInt(Date.parse(text)),
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: 1,
    });
    // Chicago is six hours behind UTC in January: the break is from 16:00 to 17:00 there.
    const times = [
      "2024-01-07T22:59Z",
      "2024-01-07T23:00Z",
      "2024-01-08T21:59Z",
      "2024-01-08T22:30Z",
      "2024-01-08T23:00Z",
    ];
    const bars = barsOf(barSeries(times.map(at)), {
      to: "1d",
      timeZone: "America/Chicago",
      session: { start: "17:00", end: "16:00" },
    });
    expect(bars.map(({ time, count }) => [new Date(time).toISOString().slice(0, 10), count])).toEqual([
      ["2024-01-08", 2],
      ["2024-01-09", 1],
    ]);
  });

  it("ends its last bar, even a short one", () => {
    const rows: Row[] = Array.from({ length: 390 }, (_, i) => ({
      time: BigInt(Date.UTC(2024, 0, 2, 14, 30) + i * minute),
      open: i,
      high: i,
      low: i,
      close: i,
      volume: 1,
    }));
    const bars = barsOf(barSeries(rows), { to: "1h", ...options, label: "end", partial: "drop" });
    expect(bars.map(({ count }) => count)).toEqual([60, 60, 60, 60, 60, 60, 30]);
    expect(bars.at(-1)?.time).toBe(Date.UTC(2024, 0, 2, 21));
  });
});

describe("intervals without rows", () => {
  const rows: Row[] = [0, 1, 5, 6].map((i) => ({
    time: BigInt(i * minute),
    open: i,
    high: i + 2,
    low: i - 2,
    close: i + 1,
    volume: 5,
  }));

  it("give no bar, or one at the previous close", () => {
    expect(barsOf(barSeries(rows), { to: "1m" }).map(({ time }) => time / minute)).toEqual([0, 1, 5, 6]);
    const filled = barsOf(barSeries(rows), { to: "1m", fill: "previous" });
    expect(filled.map(({ time }) => time / minute)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(filled[3]).toEqual({ time: 3 * minute, open: 2, high: 2, low: 2, close: 2, volume: 0, count: 0 });
  });

  it("are filled only within sessions", () => {
    const at = (day: number, hour: number): Row => ({
      time: BigInt(Date.UTC(2024, 0, day, hour)),
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: 1,
    });
    const session = { start: "10:00", end: "13:00" };
    const bars = barsOf(barSeries([at(2, 10), at(4, 12)]), { to: "1h", session, fill: "previous" });
    expect(bars.map(({ time }) => new Date(time).toISOString().slice(8, 13))).toEqual([
      "02T10",
      "02T11",
      "02T12",
      "03T10",
      "03T11",
      "03T12",
      "04T10",
      "04T11",
      "04T12",
    ]);
  });
});

describe("a last bar that is not full", () => {
  const bars = (count: number): Row[] =>
    Array.from({ length: count }, (_, i) => ({
      time: BigInt(i * minute),
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: 1,
    }));

  it.each([
    [10, "keep", 2],
    [10, "drop", 2],
    [11, "keep", 3],
    [11, "drop", 2],
    [9, "drop", 1],
  ] as const)("of %d minutes in fives: %s gives %d", (count, partial, expected) => {
    expect(barsOf(barSeries(bars(count)), { to: "5m", partial })).toHaveLength(expected);
  });
});
