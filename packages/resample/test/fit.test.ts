import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResampleOptions } from "../src/index.ts";
import { made, rowsAt, steps } from "./made.ts";
import { datasetOf } from "./memory-store.ts";
import { barSeries, tickSeries } from "./rows.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = "2024-03-04";
const datasetAt = (times: readonly number[], timeIs?: "date"): ReturnType<typeof datasetOf> =>
  datasetOf([barSeries(rowsAt(times))], timeIs === undefined ? {} : { timeIs });
const months = (step: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Date.UTC(2020, i * step, 1));

async function refusal(
  times: readonly number[],
  options: ResampleOptions,
): Promise<{ length: string; nearest: string[] }> {
  const error: unknown = await made(datasetAt(times), options).catch((fault: unknown) => fault);
  if (!isAtcError(error)) throw new Error("it was made", { cause: error });
  expect(error.code).toBe("ATC_INVALID_ARGUMENT");
  const { length, nearest } = error.details as { length: string; nearest: string[] };
  for (const one of nearest) expect(error.message).toContain(`--to ${one}`);
  return { length, nearest };
}

/** Bars of a session in New York, from 09:30 to 16:00 in winter, on weekdays. */
const sessionTimes = (step: number): number[] =>
  [0, 1, 2, 3, 4, 7, 8, 9, 10, 11].flatMap((n) =>
    steps(Date.parse("2024-01-08T14:30Z") + n * day, step, Math.ceil((6.5 * hour) / step)),
  );

describe("bars that are no multiple of the rows are refused, with the nearest that are", () => {
  it.each([
    ["30m", "45m", steps(start, 30 * minute, 6), ["30m", "1h"]],
    ["45m", "1h", steps(start, 45 * minute, 60), ["45m", "90m"]],
    ["1m", "90s", steps(start, minute, 600), ["1m", "2m"]],
    ["7h", "1d", steps(start, 7 * hour, 60), ["7d"]],
    ["7h", "14h", steps(start, 7 * hour, 60), ["7d"]],
    ["7h", "1w", steps(start, 7 * hour, 60), undefined],
    ["9h", "1mo", steps(start, 9 * hour, 300), ["30d", "33d"]],
    ["2d", "1w", steps(start, 2 * day, 30), ["6d", "8d"]],
    ["1w", "10d", steps(start, 7 * day, 30), ["1w", "2w"]],
    ["1w", "1mo", steps(start, 7 * day, 60), ["4w", "5w"]],
    ["4w", "1mo", steps("2024-01-01", 28 * day, 40), ["4w", "8w"]],
    ["3mo", "4mo", months(3, 12), ["3mo", "6mo"]],
    ["1mo", "5w", months(1, 36), ["1mo"]],
  ])("%s rows and %s bars", async (length, to, times, nearest) => {
    if (nearest === undefined) {
      // A week is 24 times 7 h: they only have to begin together.
      expect((await made(datasetAt(steps(start, 7 * hour, 60)), { to })).notes.join()).not.toContain("reach");
      return;
    }
    expect(await refusal(times, { to })).toEqual({ length, nearest });
  });

  it("in a session as well", async () => {
    const session = { start: "09:30", end: "16:00" };
    const options = { to: "45m", session, timeZone: "America/New_York" };
    expect(await refusal(sessionTimes(30 * minute), options)).toEqual({ length: "30m", nearest: ["30m", "1h"] });
  });

  it("and the nearest can be made, for any length of rows and bars", async () => {
    const lengths = fc.constantFrom(1, 3, 5, 7, 10, 12, 15, 20, 30, 45, 60, 90, 120, 180, 240, 420, 540);
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 1440 }), async (own, asked) => {
        fc.pre(asked >= own);
        const dataset = datasetAt(steps("2024-01-01", own * minute, 400));
        const error: unknown = await made(dataset, { to: `${asked}m` }).catch((fault: unknown) => fault);
        if (!isAtcError(error)) return;
        for (const to of (error.details as { nearest: string[] }).nearest) {
          const crossing = (await made(dataset, { to })).symbols[0]?.crossing;
          // Rows of 7 h begin with a week only once in seven weeks.
          if (1440 % own === 0) expect(crossing).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("bars are made if no row belongs to two of them", () => {
  const session = { start: "09:30", end: "16:00" };
  const inSession = { session, timeZone: "America/New_York" };

  it.each<[string, readonly number[], ResampleOptions]>([
    ["13 half hours to hours", sessionTimes(30 * minute), { to: "1h", ...inSession }],
    ["13 half hours to 4 h", sessionTimes(30 * minute), { to: "4h", ...inSession }],
    ["half hours to days", sessionTimes(30 * minute), { to: "1d", ...inSession }],
    ["4 h of a session of 6.5 h to days", sessionTimes(4 * hour), { to: "1d", ...inSession }],
    ["4 h of a session of 6.5 h to weeks", sessionTimes(4 * hour), { to: "1w", ...inSession }],
    ["hours to 5 h, which a day cuts", steps(start, hour, 100), { to: "5h" }],
    [
      "days of 7 h bars, the last one shorter",
      [0, 1, 2, 3].flatMap((n) => steps(Date.parse(start) + n * day, 7 * hour, 4)),
      { to: "1d" },
    ],
    ["days at their close to months", steps("2024-01-01T21:00Z", day, 90), { to: "1mo" }],
    ["days to weeks and holes", steps(start, day, 90).filter((_, i) => i % 7 < 5), { to: "2w" }],
    [
      "days of a zone over a change of clocks",
      [...steps("2024-03-08T05:00Z", day, 3), ...steps("2024-03-11T04:00Z", day, 20)],
      { to: "1w", timeZone: "America/New_York" },
    ],
    ["weeks to two", steps("2024-01-01", 7 * day, 30), { to: "2w" }],
    ["months to quarters", months(1, 30), { to: "3mo" }],
    ["quarters to years", months(3, 30), { to: "12mo" }],
    ["rare minutes", [0, 3, 4, 9, 20, 21, 22, 40, 41, 50, 77, 80].map((n) => n * minute), { to: "5m" }],
    [
      "Tokyo's hours with a break at noon",
      [0, 1, 2, 3].flatMap((n) => [0, 1, 2, 3.5, 4.5, 5.5].map((h) => n * day + h * hour)),
      { to: "1d" },
    ],
  ])("%s", async (_, times, options) => {
    const result = await made(datasetAt(times), options);
    expect(result.symbols[0]).toMatchObject({ crossing: 0, outside: 0 });
    expect(result.bars.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
  });
});

describe("rows that reach over the end of a bar are counted and told", () => {
  it.each<[string, readonly number[], ResampleOptions, number]>([
    ["hours in a zone of half an hour", steps(start, hour, 24 * 10), { to: "1d", timeZone: "Asia/Kolkata" }, 10],
    ["hours at half past to 4 h", steps("2024-03-04T00:30Z", hour, 8), { to: "4h" }, 1],
    ["weeks from Monday to weeks from Sunday", steps("2024-01-01", 7 * day, 10), { to: "2w", weekStart: "sunday" }, 4],
    ["ends at half past to 4 h", steps("2024-03-04T00:30Z", hour, 8), { to: "4h", stamps: "end" }, 1],
  ])("%s", async (_, times, options, crossing) => {
    const result = await made(datasetAt(times), options);
    expect(result.symbols[0]?.crossing).toBe(crossing);
    expect(result.notes.join()).toContain(`${crossing} row${crossing === 1 ? " reaches" : "s reach"} over the`);
  });
});

describe("the length of the rows", () => {
  it("comes from the middle and the end, too", async () => {
    // Rare at first, as many series are: the first rows alone look like hours.
    const times = [...steps(start, hour, 3000), ...steps(Date.parse(start) + 3000 * hour, minute, 9000)];
    expect((await made(datasetAt(times), { to: "5m" })).bars.length).toBeGreaterThan(3000);
  });

  it("is that of most symbols", async () => {
    const rare = { ...barSeries(rowsAt(steps(start, 5 * hour, 5))), symbol: "A" };
    const usual = { ...barSeries(rowsAt(steps(start, 30 * minute, 500))), symbol: "B" };
    const error = await made(datasetOf([rare, usual]), { to: "45m" }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ details: { length: "30m" } });
  });

  it("is said to be unknown if rows have no usual distance", async () => {
    const times = Array.from({ length: 60 }, (_, i) => Date.parse(start) + i * i * 61_001);
    const { notes } = await made(datasetAt(times), { to: "45m", timeZone: "UTC" });
    expect(notes).toEqual([expect.stringContaining("no usual distance")]);
    expect((await made(datasetAt(times), { to: "20ticks" })).notes).toEqual([
      "the rows are bars, so each new bar holds 20 bars, not 20 ticks",
    ]);
  });

  it("of a single row, or of ticks, is nothing to say", async () => {
    expect((await made(datasetAt([Date.parse(start)]), { to: "1w", timeZone: "UTC" })).notes).toEqual([]);
    const ticks = datasetOf([
      tickSeries(steps(start, 40_000, 50).map((time) => ({ time: BigInt(time) * 1_000_000n, close: 1, volume: 1 }))),
    ]);
    expect((await made(ticks, { to: "1m" })).notes).toEqual([]);
    expect((await made(ticks, { to: "20ticks", partial: "keep", name: "twenty" })).notes).toEqual([]);
  });

  it.each([
    ["1d", steps(start, 7 * day, 9), "1w"],
    ["1w", months(1, 24), "1mo"],
    ["1mo", months(3, 12), "3mo"],
    ["5m", steps(start, hour, 9), "3600000 ms"],
  ])("must not exceed bars of %s", async (to, times, length) => {
    await expect(made(datasetAt(times), { to })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining(`at least ${length} long`),
    });
    expect((await made(datasetAt(times), { to, fill: "previous" })).bars.length).toBeGreaterThan(times.length);
  });

  it("is not guessed from two days", async () => {
    const times = ["2024-03-08", "2024-03-13"].map((text) => Date.parse(text));
    expect((await made(datasetAt(times, "date"), { to: "1w" })).bars).toHaveLength(2);
  });
});
