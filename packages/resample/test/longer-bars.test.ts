import type { LongerBarsOptions, ReadonlyTypedArray } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KnownTimes, longerBars, type ResampleOptions } from "../src/index.ts";
import { steps } from "./made.ts";
import { type Bar, barSeries, barsOf, type Row } from "./rows.ts";

const hour = 3_600_000;
const day = 24 * hour;
const names = ["open", "high", "low", "close", "volume"] as const;

/** Rows with some prices at these times. */
function rowsAt(times: readonly number[]): Row[] {
  return times.map((time, i) => {
    const close = 100 + ((i * 37) % 23);
    return { time: BigInt(time), open: close - 1, high: close + (i % 5), low: close - (i % 7), close, volume: i % 11 };
  });
}

interface Given {
  readonly interval: string;
  readonly options?: LongerBarsOptions;
  readonly times?: KnownTimes;
  readonly kind?: "bars" | "ticks";
  /** Rows per block. */
  readonly block?: number;
}

/** The closed bars at each row, without their number of rows, and the warnings. */
function shown(
  rows: readonly Row[],
  given: Given,
): { readonly at: Omit<Bar, "count">[][]; readonly warnings: readonly string[] } {
  const { interval, options, times, kind = "bars", block = 7 } = given;
  const stream = longerBars({ symbol: "A", interval, columns: names, kind, times, options });
  const closed: Omit<Bar, "count">[] = [];
  const at: Omit<Bar, "count">[][] = [];
  for (let from = 0; from < rows.length; from += block) {
    const own = rows.slice(from, from + block);
    const columns = Object.fromEntries(
      names.map((name) => [name, Float64Array.from(own, (row) => row[name] ?? Number.NaN)]),
    );
    stream.push(
      Float64Array.from(own, ({ time }) => Number(time)),
      columns,
    );
    const { bars } = stream;
    let count = 0;
    for (const visible of bars.closed) {
      for (; count < visible; count++) {
        const value = (name: string): number => (bars[name] as ReadonlyTypedArray<number>)[count] ?? Number.NaN;
        const [open, high, low, close, volume] = names.map(value) as [number, number, number, number, number];
        closed.push({ time: value("timestamp"), open, high, low, close, volume });
      }
      at.push([...closed]);
    }
    expect(bars.close.length).toBe(count);
  }
  return { at, warnings: stream.warnings() };
}

function resampled(rows: readonly Row[], options: ResampleOptions): Omit<Bar, "count">[] {
  return barsOf(barSeries(rows, rows.length), options).map(({ count: _, ...bar }) => bar);
}

/** The rows after which another longer bar is closed. */
function closings(rows: readonly Row[], given: Given): string[] {
  const { at } = shown(rows, given);
  return at.flatMap((bars, i) =>
    bars.length > (at[i - 1]?.length ?? 0) ? [new Date(Number(rows[i]?.time)).toISOString().slice(0, 16)] : [],
  );
}

const weekdaysOf = (times: readonly number[]): number[] =>
  times.filter((time) => ![0, 6].includes(new Date(time).getUTCDay()));

const dates: KnownTimes = { timeIs: "date", stamps: "start" };

describe("longer bars", () => {
  it.each([
    ["hours", "4h", steps("2024-01-01T03:00Z", hour, 400), {}],
    ["hours", "1d", steps("2024-01-03T05:00Z", hour, 400), {}],
    ["hours", "1w", steps("2024-01-03T05:00Z", hour, 700), { weekStart: "sunday" }],
    ["hours", "1d", steps("2024-03-08T05:00Z", hour, 200), { timeZone: "America/New_York" }],
    [
      "half hours in a session",
      "1d",
      steps("2024-01-03T05:00Z", hour / 2, 300),
      { timeZone: "America/New_York", session: { start: "09:30", end: "16:00" } },
    ],
    ["days", "1w", steps("2024-01-03T00:00Z", day, 60), {}],
    ["days", "1mo", steps("2024-01-20T00:00Z", day, 120), {}],
  ] as const)(
    "of %s by %s are at each row what resample makes of the rows so far",
    (_what, interval, times, options) => {
      const rows = rowsAt(times);
      for (const block of [1, 7, rows.length]) {
        const { at, warnings } = shown(rows, { interval, options, block });
        expect(warnings).toEqual([]);
        for (const [i, bars] of at.entries())
          expect(bars).toEqual(resampled(rows.slice(0, i + 1), { to: interval, ...options, partial: "drop" }));
      }
    },
  );

  it("never change once they are shown, and show a bar at the latest with the first row after it", () => {
    const gaps = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })), { minLength: 3, maxLength: 120 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20 }), (list, block) => {
        let time = Date.UTC(2024, 0, 5);
        const rows = rowsAt(list.map((gap) => (time += gap * hour)));
        const { at, warnings } = shown(rows, { interval: "1d", block });
        const whole = resampled(rows, { to: "1d" });
        for (const [i, bars] of at.entries()) {
          const sofar = resampled(rows.slice(0, i + 1), { to: "1d" });
          expect(bars.length).toBeGreaterThanOrEqual(sofar.length - 1);
          expect(at.at(-1)?.slice(0, bars.length)).toEqual(bars);
          if (warnings.length === 0) expect(bars).toEqual(whole.slice(0, bars.length));
        }
        expect(at).toEqual(shown(rows, { interval: "1d", block: rows.length }).at);
      }),
    );
  });

  it("close on Monday if Saturday may trade, and on Friday if it does not", () => {
    const rows = rowsAt(weekdaysOf(steps("2024-01-03T00:00Z", day, 20)));
    const given = { interval: "1w", times: dates };
    expect(closings(rows, given)).toEqual(["2024-01-08T00:00", "2024-01-15T00:00", "2024-01-22T00:00"]);
    const options = { days: "weekdays" } as const;
    expect(closings(rows, { ...given, options })).toEqual(["2024-01-05T00:00", "2024-01-12T00:00", "2024-01-19T00:00"]);
    const withoutFriday = rows.filter(({ time }) => Number(time) !== Date.UTC(2024, 0, 12));
    expect(closings(withoutFriday, { ...given, options })[1]).toBe("2024-01-15T00:00");
  });

  it("close with the last weekday of a month, and with the end of a session", () => {
    const rows = rowsAt(weekdaysOf(steps("2024-02-26T00:00Z", day, 60)));
    const options = { days: "weekdays" } as const;
    expect(closings(rows, { interval: "1mo", times: dates, options })).toEqual([
      "2024-02-29T00:00",
      "2024-03-29T00:00",
    ]);
    const hours = rowsAt(weekdaysOf(steps("2024-03-07T00:30Z", hour, 240)));
    const session = { start: "09:30", end: "16:00" };
    const inNewYork = { timeZone: "America/New_York", session, days: "weekdays" } as const;
    // The clocks change on 10 March. The last row of a session begins at 15:30, and is cut by its end.
    expect(closings(hours, { interval: "1w", options: inNewYork })).toEqual(["2024-03-08T20:30", "2024-03-15T19:30"]);
    const known = { timeIs: "instant", stamps: "start", timeZone: "America/New_York" } as const;
    const times: KnownTimes = { ...known, session: { start: 9.5 * hour, end: 16 * hour } };
    expect(closings(hours, { interval: "1d", times })).toEqual(
      closings(hours, { interval: "1d", options: { timeZone: "America/New_York", session } }),
    );
  });

  it("leave out rows that come after their bar has closed, and count them", () => {
    const rows = rowsAt(steps("2024-01-01T00:00Z", day, 21));
    const { at, warnings } = shown(rows, { interval: "1w", times: dates, options: { days: "weekdays" } });
    expect(warnings).toEqual([
      expect.stringMatching(/^6 bars of symbol "A", the first at 2024-01-06T00:00:00.000Z, .*days to all/),
    ]);
    expect(at.at(-1)?.map(({ close }) => close)).toEqual([4, 11, 18].map((row) => rows[row]?.close));
    const dayOf = (i: number): number => Date.UTC(2024, 0, 1 + i);
    const late = rowsAt([...[0, 1, 2, 3].map(dayOf), dayOf(3) + hour]);
    const irregular = shown(late, { interval: "1d" });
    expect(irregular.warnings).toEqual([expect.stringContaining('1 bar of symbol "A", the first at 2024-01-04T01:00')]);
    expect(irregular.at.at(-1)).toHaveLength(4);
  });

  it("of ticks close with the first tick after them, and of rows with the times of their ends with the last one", () => {
    const ticks = rowsAt([0, 10, 999, 1000, 1001, 2500].map((ms) => Date.UTC(2024, 0, 1) + ms));
    const sizes = shown(ticks, { interval: "1s", kind: "ticks" }).at.map(({ length }) => length);
    expect(sizes).toEqual([0, 0, 0, 1, 1, 2]);
    const rows = rowsAt(steps("2024-01-01T01:00Z", hour, 50));
    const ends = { interval: "1d", times: { timeIs: "instant", stamps: "end" } } as const;
    expect(closings(rows, ends)).toEqual(["2024-01-02T00:00", "2024-01-03T00:00"]);
  });

  it("do not take rows of a thin market for rows of days before their spacing repeats", () => {
    const rows = rowsAt([0, 24, 25, 26, 47, 48].map((hours) => Date.UTC(2024, 0, 1) + hours * hour));
    const { at, warnings } = shown(rows, { interval: "1d" });
    expect(at.map(({ length }) => length)).toEqual([0, 1, 1, 1, 2, 2]);
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ interval: "1 fortnight" }, "ATC_INVALID_ARGUMENT", "1w"],
    [{ interval: "500ticks" }, "ATC_INVALID_ARGUMENT", "4h"],
    [{ interval: "1w", options: { weekstart: "sunday" } as LongerBarsOptions }, "ATC_INVALID_ARGUMENT", "weekStart"],
    [{ interval: "1w", options: { days: "five" } as unknown as LongerBarsOptions }, "ATC_INVALID_ARGUMENT", "weekdays"],
    [{ interval: "1w", options: { timeZone: "Mars/Base" } }, "ATC_INVALID_ARGUMENT", "Mars/Base"],
    [{ interval: "4h", times: dates }, "ATC_INVALID_DATA", "calendar dates"],
    [{ interval: "30m" }, "ATC_INVALID_DATA", "longer than 30m"],
    [{ interval: "90m" }, "ATC_INVALID_DATA", "1h or 2h"],
  ] as const)("refuse %o", (given: Given, code, part) => {
    const series = barSeries(rowsAt(steps("2024-01-01T00:00Z", hour, 100)));
    expect(() => longerBars({ symbol: "A", columns: names, kind: "bars", series, ...given })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    );
  });

  it("refuse days at midnight UTC in a zone that moves them to another day", () => {
    const series = barSeries(rowsAt(steps("2024-01-01T00:00Z", day, 100)));
    const request = { symbol: "A", interval: "1w", columns: names, kind: "bars", series } as const;
    const options = { timeZone: "America/New_York" };
    expect(() => longerBars({ ...request, options })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", message: expect.stringContaining("timeIs") }),
    );
    expect(longerBars({ ...request, options, times: dates }).warnings()).toEqual([]);
  });
});
