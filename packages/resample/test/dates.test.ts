import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResampleOptions } from "../src/index.ts";
import { dayOf, type Made, made, rowsAt, steps } from "./made.ts";
import { datasetOf, memoryStore } from "./memory-store.ts";
import { groups, localParts, naiveBar } from "./naive.ts";
import { barSeries, barsOf, type Row } from "./rows.ts";

const day = 86_400_000;
const hour = 3_600_000;
const newYork = "America/New_York";
const session = { start: "09:30", end: "16:00" };

/** Two weeks from Monday to Friday. */
const twoWeeks = [...steps("2024-01-08", day, 5), ...steps("2024-01-15", day, 5)];
const dates = datasetOf([barSeries(rowsAt(twoWeeks))], { timeIs: "date" });
/** As an ingest of before `timeIs` stored them. */
const midnights = datasetOf([barSeries(rowsAt(twoWeeks))]);

const shown = ({ bars }: Made): readonly (readonly [string, number])[] =>
  bars.map(({ time, count }) => [dayOf(time), count]);
const weeks = [
  ["2024-01-08", 5],
  ["2024-01-15", 5],
];
const refused = async (dataset: typeof dates, options: ResampleOptions): Promise<unknown> =>
  await made(dataset, options).then(
    () => "made",
    (error: unknown) => error,
  );

/** Every zone of whole hours, the ones of halves and quarters, and some with names. */
const zones = [
  ...Array.from({ length: 27 }, (_, i) => `${i < 12 ? "-" : "+"}${String(Math.abs(i - 12)).padStart(2, "0")}:00`),
  ...["-09:30", "-03:30", "+05:45", "+12:45", newYork, "Pacific/Kiritimati", "Pacific/Niue", "Asia/Tokyo"],
];

describe("weeks and months of dates", () => {
  it.each([newYork, "Asia/Tokyo", undefined])("are those of the calendar, whatever the zone: %s", async (timeZone) => {
    const result = await made(dates, { to: "1w", ...(timeZone === undefined ? {} : { timeZone }) });
    expect(shown(result)).toEqual(weeks);
    expect(result.bars[0]).toMatchObject({ open: 0, high: 4.5, low: -0.5, close: 4.25, volume: 5 });
    expect(result.notes).toEqual(timeZone === undefined ? [] : [expect.stringContaining(`${timeZone} is not used`)]);
    expect(result.manifest.timeIs).toBe("date");
  });

  /** The Monday of the ISO week of a date, and the first of its month. */
  const monday = (time: number): number => time - ((new Date(time).getUTCDay() + 6) % 7) * day;
  const sunday = (time: number): number => time - new Date(time).getUTCDay() * day;
  const first = (time: number): number => Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth(), 1);
  const quarter = (time: number): number =>
    Date.UTC(new Date(time).getUTCFullYear(), Math.floor(new Date(time).getUTCMonth() / 3) * 3, 1);

  it.each([
    ["1w", "monday", monday],
    ["1w", "sunday", sunday],
    ["1mo", "monday", first],
    ["3mo", "monday", quarter],
    ["1d", "monday", (time: number) => time],
  ] as const)("of %s from %s equal groups of dates in every zone", async (to, weekStart, keyOf) => {
    const days = fc.uniqueArray(fc.integer({ min: -15_000, max: 25_000 }), { minLength: 1, maxLength: 60 });
    const near = fc
      .tuple(fc.integer({ min: -15_000, max: 25_000 }), fc.uniqueArray(fc.nat(90), { minLength: 1, maxLength: 60 }))
      .map(([from, list]) => list.map((n) => from + n));
    await fc.assert(
      fc.asyncProperty(fc.oneof(days, near), fc.constantFrom(...zones), async (list, timeZone) => {
        const rows = rowsAt(list.toSorted((a, b) => a - b).map((n) => n * day));
        const expected = groups(rows, ({ time }) => keyOf(Number(time))).map(([key, own]) => naiveBar(key, own));
        expect(barsOf(barSeries(rows), { to, weekStart, timeZone, timeIs: "date" })).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("keep the first of a month in its month", async () => {
    const rows = barSeries(
      rowsAt(["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"].map((text) => Date.parse(text))),
    );
    const result = await made(datasetOf([rows], { timeIs: "date" }), { to: "1mo", timeZone: newYork });
    expect(shown(result)).toEqual([
      ["2024-01-01", 2],
      ["2024-02-01", 2],
    ]);
  });

  it("are filled if they have no row", async () => {
    const gap = datasetOf([barSeries(rowsAt([twoWeeks[0] ?? 0, (twoWeeks[0] ?? 0) + 21 * day]))], { timeIs: "date" });
    const result = await made(gap, { to: "1w", timeZone: newYork, fill: "previous" });
    expect(shown(result).map(([date]) => date)).toEqual(["2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"]);
  });
});

describe("dates refuse what requires a time of day", () => {
  it.each([
    ["a session", { to: "1w", session }, "--session 09:30-16:00"],
    ["hours", { to: "4h", fill: "previous" }, "less than a day"],
    ["ends of bars", { to: "1w", stamps: "end" }, "has no end"],
  ] as const)("%s, and name the option for instants", async (_, options, text) => {
    expect(await refused(dates, options)).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringMatching(new RegExp(`${text}.*--time-is instant`)),
    });
    // The option works: what follows is another matter than dates.
    const instants = await refused(dates, { ...options, timeIs: "instant" });
    expect(String(instants)).not.toContain("calendar dates, which");
  });
});

describe("midnights of which nothing is known", () => {
  it.each([newYork, "-00:30", "-12:00"])("are refused in %s, which would move them", async (timeZone) => {
    for (const to of ["1d", "1w", "1mo"])
      expect(await refused(midnights, { to, timeZone })).toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
        message: expect.stringMatching(/--time-is date\).*--time-is instant/),
      });
    expect(() => barsOf(barSeries(rowsAt(twoWeeks)), { to: "1w", timeZone })).toThrow("--time-is date");
  });

  it("are what the option says", async () => {
    const options = { to: "1w", timeZone: newYork };
    expect(shown(await made(midnights, { ...options, timeIs: "date" }))).toEqual(weeks);
    expect(shown(await made(midnights, { ...options, timeIs: "instant" }))).toEqual([
      ["2024-01-01", 1],
      ["2024-01-08", 5],
      ["2024-01-15", 4],
    ]);
  });

  it.each([undefined, "UTC", "Asia/Tokyo", "+14:00"])("are the same days in %s", async (timeZone) => {
    const zone = timeZone === undefined ? {} : { timeZone };
    expect(shown(await made(midnights, { to: "1w", ...zone }))).toEqual(weeks);
  });

  it("are not taken for dates if one row has a time of day", async () => {
    const rows = rowsAt([...twoWeeks, (twoWeeks.at(-1) ?? 0) + 15 * hour]);
    expect(await made(datasetOf([barSeries(rows)]), { to: "1w", timeZone: newYork })).toMatchObject({ reused: false });
  });

  it("are refused as ends of bars, which would move them too", async () => {
    const options = { to: "1w", stamps: "end" } as const;
    expect(await refused(midnights, options)).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringMatching(/omit stamps and give.*--time-is date\).*--time-is instant/),
    });
    expect(shown(await made(midnights, { to: "1w", timeIs: "date" }))).toEqual(weeks);
    expect(shown(await made(midnights, { ...options, timeIs: "instant" }))).toEqual([
      ["2024-01-01", 1],
      ["2024-01-08", 5],
      ["2024-01-15", 4],
    ]);
  });

  it.each(["1w", "3ticks"])("are no dates if they have a time of day, whatever the option says: %s", async (to) => {
    // Dates of Tokyo that were read as instants: the day before in UTC.
    const rows = rowsAt(twoWeeks.map((time) => time - 9 * hour));
    const error = await refused(datasetOf([barSeries(rows)]), { to, timeIs: "date" });
    expect(error).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining('"2024-01-07T15:00:00.000Z"'),
    });
    expect(() => barsOf(barSeries(rows), { to, timeIs: "date" })).toThrow("--time-zone");
    const tokyo = { to: "1w", timeZone: "Asia/Tokyo", timeIs: "instant" } as const;
    expect(shown(await made(datasetOf([barSeries(rows)]), tokyo))).toEqual(weeks);
  });

  it("with a session name it in the error, and after it if no row is in it", async () => {
    expect(await refused(midnights, { to: "1w", timeZone: newYork, session })).toMatchObject({
      message: expect.stringContaining("omit the session and give"),
    });
    expect(await refused(midnights, { to: "1w", session })).toMatchObject({
      code: "ATC_INVALID_DATA",
      message: expect.stringContaining("omit the session"),
    });
  });
});

/** Hours of three months in New York, with the change of clocks. */
const hours = datasetOf([barSeries(rowsAt(steps("2024-02-05T14:30Z", hour, 24 * 80)))], { name: "hours" });

describe("days that resample made", () => {
  it.each([
    ["with a session", { session }],
    ["without one", {}],
  ])("%s become the weeks and months of the hours", async (_, own) => {
    const store = memoryStore();
    const options = { timeZone: newYork, ...own };
    const days = await made(hours, { to: "1d", ...options, name: "days" }, store);
    expect(days.manifest.timeIs).toBe("date");
    for (const to of ["1w", "1mo"]) {
      const direct = await made(hours, { to, ...options, name: "direct" }, store);
      expect(direct.manifest.timeIs).toBe("date");
      for (const again of [{ timeZone: newYork }, options, {}]) {
        const result = await made(days.dataset, { to, ...again, name: `from days ${JSON.stringify(again)}` }, store);
        expect(result.bars).toEqual(direct.bars);
      }
    }
  });

  it("take their own session again, also a step later, and no other", async () => {
    const store = memoryStore();
    const options = { timeZone: newYork, session };
    const days = await made(hours, { to: "1d", ...options, name: "days" }, store);
    const two = await made(days.dataset, { to: "1w", ...options, name: "weeks" }, store);
    expect(two.notes.join()).toContain("the session is not applied again");
    const four = await made(two.dataset, { to: "2w", ...options, name: "two weeks" }, store);
    expect(four.notes.join()).toContain("the session is not applied again");
    for (const other of [
      { ...options, session: { ...session, end: "15:00" } },
      { ...options, timeZone: "Asia/Tokyo" },
    ])
      expect(await refused(days.dataset, { to: "1w", ...other })).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("are dates also if they were made before manifests said so", async () => {
    const { dataset } = await made(hours, { to: "1d", timeZone: newYork, session, name: "days" });
    const { timeIs: _, ...manifest } = dataset.manifest;
    const earlier = { ...dataset, manifest };
    const result = await made(earlier, { to: "1w", timeZone: newYork, session });
    expect(result.bars).toEqual((await made(hours, { to: "1w", timeZone: newYork, session })).bars);
    // Something was appended to them since.
    const grown = datasetOf([barSeries(rowsAt([...twoWeeks, (twoWeeks.at(-1) ?? 0) + hour]))], {
      attributes: manifest.attributes,
    });
    expect((await made(grown, { to: "1w", timeZone: newYork })).bars).toHaveLength(3);
  });

  it.each([
    ["1d", "start", hours, "instant"],
    ["1d", "end", hours, "instant"],
    ["1d", "date", hours, "date"],
    ["4h", "start", hours, "instant"],
    ["1w", "start", dates, "date"],
    ["1w", "end", dates, "instant"],
    ["3ticks", "end", dates, "date"],
    ["3ticks", "start", dates, "date"],
    ["3ticks", "end", hours, "instant"],
  ] as const)("of %s have times of their label %s", async (to, label, dataset, timeIs) => {
    expect((await made(dataset, { to, label })).manifest.timeIs ?? "instant").toBe(timeIs);
  });

  it("are made again if the dates of the rows turn out to be dates", async () => {
    const store = memoryStore();
    await made(midnights, { to: "1w" }, store);
    expect((await made(midnights, { to: "1w" }, store)).reused).toBe(true);
    expect((await made(dates, { to: "1w" }, store)).reused).toBe(false);
    // The zone is nothing to dates.
    const again = await made(dates, { to: "1w", timeZone: newYork }, store);
    expect(again.reused).toBe(true);
    expect(again.notes).toEqual([expect.stringContaining("is not used")]);
  });
});

it("a zone that nothing uses must exist too", async () => {
  expect(await refused(dates, { to: "1w", timeZone: "Mars/Base" })).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  expect(await refused(hours, { to: "9ticks", timeZone: "Mars/Base" })).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
});

it.each([
  ["1d", {}, true],
  ["1d", { timeZone: "UTC" }, false],
  ["4h", {}, true],
  ["1h", {}, false],
  ["1h", { session: { start: "08:00", end: "20:00" } }, true],
  ["5ticks", {}, false],
] as const)("bars of %s with %j say that they assume a zone: %s", async (to, options, isAssumed) => {
  const { notes } = await made(hours, { to, ...options });
  expect(notes.some((note) => note.includes("--time-zone"))).toBe(isAssumed);
});

it("days of instants in a zone equal groups by its calendar", async () => {
  const { bars } = await made(hours, { to: "1w", timeZone: newYork });
  const rows: Row[] = rowsAt(steps("2024-02-05T14:30Z", hour, 24 * 80));
  const monday = ({ time }: Row): number => {
    const date = Date.parse(localParts(Number(time), newYork).date);
    return date - ((new Date(date).getUTCDay() + 6) % 7) * day;
  };
  expect(bars).toEqual(groups(rows, monday).map(([key, own]) => naiveBar(key, own)));
});
