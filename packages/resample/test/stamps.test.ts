import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResampleOptions } from "../src/index.ts";
import { made, rowsAt, steps } from "./made.ts";
import { datasetOf, memoryStore } from "./memory-store.ts";
import { barSeries, barsOf, type Row, tickSeries } from "./rows.ts";

const minute = 60_000;
const half = 30 * minute;
const timeZone = "America/New_York";
const session = { start: "09:30", end: "16:00" };
const day = { to: "1d", timeZone, session };

/** 13 half hours of a session, at their ends. */
const ends = steps("2024-03-08T15:00Z", half, 13).map(
  (time, i): Row => ({
    time: BigInt(time),
    open: 100 + i,
    high: 100.5 + i,
    low: 99.5 + i,
    close: 100.25 + i,
    volume: 1,
  }),
);
const halfHours = datasetOf([barSeries(ends)]);

/** Rows with times `ms` before those of others. */
function earlier(rows: readonly Row[], ms: number): Row[] {
  return rows.map((row) => ({ ...row, time: row.time - BigInt(ms) }));
}

describe("times that are ends of bars", () => {
  it("keep the last bar of a session in it", async () => {
    const { bars, symbols, notes } = await made(halfHours, { ...day, stamps: "end" });
    expect(bars).toEqual([
      { time: Date.UTC(2024, 2, 8), open: 100, high: 112.5, low: 99.5, close: 112.25, volume: 13, count: 13 },
    ]);
    expect(symbols[0]).toMatchObject({ outside: 0, atEdge: 0 });
    expect(notes).toEqual([]);
  });

  it("equal times that are earlier by the length of a row", () => {
    const rows = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 99 })), {
        minLength: 1,
        maxLength: 90,
      })
      .map((list) => {
        // Before a change of clocks in New York.
        let time = Date.UTC(2024, 2, 7);
        return list.map(([gap, close]): Row => {
          time += gap * half;
          return { time: BigInt(time), open: close, high: close + 1, low: close - 1, close, volume: gap };
        });
      });
    const options = fc.record<ResampleOptions>(
      {
        to: fc.constantFrom("30m", "1h", "90m", "2h", "4h", "1d", "1w", "1mo"),
        timeZone: fc.constantFrom("UTC", timeZone, "Asia/Kolkata", "-09:30"),
        session: fc.constantFrom(session, { start: "17:00", end: "16:00" }, { start: "00:00", end: "12:00" }),
        label: fc.constantFrom("start", "end"),
        partial: fc.constantFrom("keep", "drop"),
        fill: fc.constantFrom("none", "previous"),
        weekStart: fc.constantFrom("monday", "sunday"),
      },
      { requiredKeys: ["to"] },
    );
    fc.assert(
      fc.property(rows, options, fc.integer({ min: 1, max: 9 }), (list, asked, block) => {
        // Midnights alone could be dates.
        const own = { ...asked, timeIs: "instant" } as const;
        const reference = barsOf(barSeries(earlier(list, half), block), own);
        expect(barsOf(barSeries(list, block), { ...own, stamps: "end" })).toEqual(reference);
      }),
      { numRuns: 400 },
    );
  });

  it("count rows outside as times that are earlier do", async () => {
    const rows = rowsAt(steps("2024-03-07T00:30Z", half, 300));
    const count = async (list: readonly Row[], stamps: "start" | "end"): Promise<unknown> => {
      const { symbols } = await made(datasetOf([barSeries(list)]), { ...day, stamps });
      return { ...symbols[0], atEdge: 0 };
    };
    expect(await count(rows, "end")).toEqual(await count(earlier(rows, half), "start"));
  });

  it.each([
    ["UTC", 1],
    [timeZone, 3],
  ] as const)("end a last bar that is full in %s", (zone, expected) => {
    const five = rowsAt(steps("2024-03-08T05:01Z", minute, 15));
    const own = { to: "5m", partial: "drop", stamps: "end", timeZone: zone } as const;
    expect(barsOf(barSeries(five), own)).toHaveLength(3);
    expect(barsOf(barSeries(five.slice(0, 14)), own)).toHaveLength(2);
    expect(barsOf(barSeries(five.slice(0, 5 * expected)), own)).toHaveLength(expected);
  });

  it.each([
    ["ticks", { to: "1m", stamps: "end" }, "a tick has no end"],
    ["a number of rows", { to: "5ticks", stamps: "end" }, "a rule by time"],
    ["another word", { to: "1m", stamps: "close" as "end" }, "start, end"],
  ] as const)("are refused for %s", (_, options, text) => {
    const ticks = tickSeries([{ time: 1n, close: 1, volume: 1 }]);
    expect(() => barsOf(ticks, options)).toThrow(text);
  });
});

describe("a session that leaves out just the rows at its edge", () => {
  it("names the option for ends", async () => {
    const { bars, symbols, notes } = await made(halfHours, day);
    expect(bars[0]).toMatchObject({ close: 111.25, count: 12 });
    expect(symbols[0]).toMatchObject({ outside: 1, atEdge: 1 });
    expect(notes).toEqual([expect.stringMatching(/^1 row outside of the session dropped.*--stamps end /)]);
  });

  it("names the option for starts if they were taken for ends", async () => {
    const { symbols, notes } = await made(datasetOf([barSeries(earlier(ends, half))]), { ...day, stamps: "end" });
    expect(symbols[0]).toMatchObject({ outside: 1, atEdge: 1 });
    expect(notes).toEqual([expect.stringMatching(/--stamps start /)]);
  });

  it("names the option if no row is left, as of days that are stamped at their close", async () => {
    const closes = datasetOf([barSeries(rowsAt(steps("2024-01-08T21:00Z", 86_400_000, 5)))]);
    await expect(made(closes, { ...day, to: "1w" })).rejects.toMatchObject({
      code: "ATC_INVALID_DATA",
      message: expect.stringContaining("--stamps end"),
    });
    const { bars } = await made(closes, { ...day, to: "1w", stamps: "end" });
    expect(bars).toMatchObject([{ time: Date.UTC(2024, 0, 8), count: 5 }]);
  });

  it("counts them over days, over a change of clocks, and overnight", async () => {
    const weekdays = ["2024-03-07T15:00Z", "2024-03-08T15:00Z", "2024-03-11T14:00Z", "2024-03-12T14:00Z"];
    const rows = rowsAt(weekdays.flatMap((first) => steps(first, half, 13)));
    expect((await made(datasetOf([barSeries(rows)]), day)).symbols[0]).toMatchObject({ outside: 4, atEdge: 4 });
    // From 17:00 to 16:00 in Chicago, at the ends of hours.
    const night = rowsAt([...steps("2024-01-08T00:00Z", 3_600_000, 23), ...steps("2024-01-09T00:00Z", 3_600_000, 23)]);
    const overnight = { to: "1d", timeZone: "America/Chicago", session: { start: "17:00", end: "16:00" } };
    expect((await made(datasetOf([barSeries(night)]), overnight)).symbols[0]).toMatchObject({ outside: 2, atEdge: 2 });
    expect((await made(datasetOf([barSeries(night)]), { ...overnight, stamps: "end" })).symbols[0]).toMatchObject({
      outside: 0,
    });
  });

  it("says nothing of it if others are outside, too", async () => {
    const { notes } = await made(datasetOf([barSeries(rowsAt(steps("2024-03-08T15:00Z", half, 15)))]), day);
    expect(notes).toEqual(["3 rows outside of the session dropped"]);
  });

  it("says it again if the bars are up to date", async () => {
    const store = memoryStore();
    const { notes } = await made(halfHours, day, store);
    expect(await made(halfHours, day, store)).toMatchObject({ reused: true, notes });
  });
});

describe("bars that were made with the label end", () => {
  it("are read as ends", async () => {
    const store = memoryStore();
    const minutes = datasetOf([barSeries(rowsAt(steps("2024-03-08T14:30Z", minute, 390)))]);
    const labelled = await made(minutes, { to: "30m", timeZone, session, label: "end", name: "half hours" }, store);
    const days = await made(labelled.dataset, { ...day, name: "days" }, store);
    expect(days.bars).toEqual((await made(minutes, { ...day, name: "direct" }, store)).bars);
    expect(days.notes).toEqual([expect.stringContaining('label "end"')]);
    expect((await made(labelled.dataset, { ...day, stamps: "start", name: "starts" }, store)).symbols[0]).toMatchObject(
      {
        outside: 1,
      },
    );
  });

  it("are not if they end with their last row", async () => {
    const store = memoryStore();
    const two = await made(halfHours, { to: "2ticks", partial: "keep", name: "two" }, store);
    expect((await made(two.dataset, { ...day, name: "days" }, store)).manifest.attributes).toMatchObject({
      resample: { stamps: "start" },
    });
  });
});
