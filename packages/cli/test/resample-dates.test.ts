import { beforeEach, describe, expect, it } from "vitest";
import { errorOf, rowsOf, shop } from "./shop.ts";

const header = "timestamp,open,high,low,close,volume";
const day = 86_400_000;
const newYork = ["--time-zone", "America/New_York"];
const session = ["--session", "09:30-16:00"];

/** Bars whose prices follow from their number. */
function csvOf(times: readonly string[], first = 100): string {
  const lines = times.map((time, i) => {
    const open = first + i;
    return [time, open, open + 0.5, open - 0.5, open + 0.25, 1].join();
  });
  return `${[header, ...lines].join("\n")}\n`;
}

const steps = (start: string, step: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => new Date(Date.parse(start) + i * step).toISOString());

const resample = (...args: string[]): ReturnType<typeof shop.atc> => shop.atc("data", "resample", ...args);

describe("daily bars in a zone west of Greenwich", () => {
  // Milliseconds, of which nothing says whether they are dates.
  const twoWeeks = [...steps("2024-01-08", day, 5), ...steps("2024-01-15", day, 5)];
  beforeEach(() => shop.file("days.csv", csvOf(twoWeeks.map((time) => String(Date.parse(time))))));

  it("are refused with options that work when they are pasted", async () => {
    const args = ["days.csv", "--to", "1w", ...newYork, "--name", "weeks"];
    const { code, message } = errorOf(await resample(...args, "--json"));
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    const options = [...message.matchAll(/\((--time-is \w+)\)/g)].map(([, option = ""]) => option.split(" "));
    expect(options).toEqual([
      ["--time-is", "date"],
      ["--time-is", "instant"],
    ]);
    const [dates = [], instants = []] = options;
    expect((await resample(...args, ...dates, "--json")).json()).toMatchObject({ rows: 2, timeIs: "date" });
    const monday = Date.UTC(2024, 0, 8);
    expect(await rowsOf("weeks")).toEqual([
      ["days", monday, 100, 104.5, 99.5, 104.25, 5, 5].join(),
      ["days", monday + 7 * day, 105, 109.5, 104.5, 109.25, 5, 5].join(),
    ]);
    expect((await resample(...args, ...instants, "--json")).json()).toMatchObject({ rows: 3 });
  });

  it("have no session, and the error names what decides it", async () => {
    const args = ["days.csv", "--to", "1w", "--time-is", "date", "--json"];
    const { message } = errorOf(await resample(...args, ...session));
    expect(message).toContain("--session 09:30-16:00");
    expect((await resample(...args)).json()).toMatchObject({ rows: 2 });
  });
});

describe("days that a file writes as dates", () => {
  it.each(["America/New_York", "Asia/Tokyo", "UTC"])("make whole weeks in %s", async (zone) => {
    const days = [...steps("2024-01-08", day, 5), ...steps("2024-01-15", day, 5)];
    await shop.file("days.csv", csvOf(days.map((time) => time.slice(0, 10))));
    const run = await resample("days.csv", "--to", "1w", "--time-zone", zone, "--name", "weeks", "--json");
    expect(run.json()).toMatchObject({ rows: 2, timeIs: "date" });
    const monday = Date.UTC(2024, 0, 8);
    expect(await rowsOf("weeks")).toEqual([
      ["days", monday, 100, 104.5, 99.5, 104.25, 5, 5].join(),
      ["days", monday + 7 * day, 105, 109.5, 104.5, 109.25, 5, 5].join(),
    ]);
  });
});

describe("days that were made of hours", () => {
  it("stay dates: in info, in the export and in the weeks made of them", async () => {
    await shop.file("hours.csv", csvOf(steps("2024-03-04T14:30Z", 3_600_000, 24 * 12)));
    await resample("hours.csv", "--to", "1d", ...newYork, ...session, "--name", "days");
    const info = await shop.atc("data", "info", "days");
    expect(info.stdout).toContain("bars of 1d, zone America/New_York, session 09:30-16:00, label date");
    expect(info.stdout).toContain("times are calendar dates");
    expect((await shop.atc("data", "info", "days", "--json")).json()).toMatchObject({ timeIs: "date" });
    await resample("hours.csv", "--to", "1w", ...newYork, ...session, "--name", "direct");
    for (const again of [newYork, [...newYork, ...session], []]) {
      await resample("days", "--to", "1w", ...again, "--name", "weeks", "--reread");
      expect(await rowsOf("weeks")).toEqual(await rowsOf("direct"));
    }
    const exported = await shop.atc("data", "export", "days", "-o", "-");
    expect(exported.stdout.split("\n")[1]).toMatch(/^hours,2024-03-04,/);
  });
});

describe("half hours", () => {
  it("are refused as 45 minutes, with lengths that work when they are pasted", async () => {
    await shop.file("half.csv", csvOf(steps("2024-03-08T09:00Z", 1_800_000, 6)));
    await shop.atc("ingest", "half.csv");
    const before = await shop.cached();
    const { code, message } = errorOf(await resample("half.csv", "--to", "45m", "--json"));
    expect(await shop.cached()).toEqual(before);
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    expect(message).toContain("30m long");
    const nearest = [...message.matchAll(/--to (\w+)/g)].map(([, to = ""]) => to);
    expect(nearest).toEqual(["30m", "1h"]);
    for (const to of nearest) expect((await resample("half.csv", "--to", to)).code).toBe(0);
  });

  it("at the ends of bars keep the last one with --stamps end, which the other run names", async () => {
    await shop.file("ends.csv", csvOf(steps("2024-03-08T15:00Z", 1_800_000, 13)));
    const args = ["ends.csv", "--to", "1d", ...newYork, ...session, "--name", "day"];
    const before = await resample(...args);
    expect(before.stdout).toContain(
      "1 row outside of the session dropped; it is exactly at its end: give --stamps end",
    );
    expect((await resample(...args, "--json")).json()).toMatchObject({
      reused: true,
      bars: { timeZone: "America/New_York", stamps: "start", outside: 1 },
      notes: [expect.stringContaining("--stamps end")],
    });
    const after = (await resample(...args, "--stamps", "end", "--json")).json();
    expect(after).toMatchObject({ notes: [], bars: { stamps: "end" }, report: [{ bars: 1, outside: 0 }] });
    expect(await rowsOf("day")).toEqual([["ends", Date.UTC(2024, 2, 8), 100, 112.5, 99.5, 112.25, 13, 13].join()]);
  });
});

it("days of instants say that they assume UTC, and which zone they took", async () => {
  await shop.file("hours.csv", csvOf(steps("2024-03-04T14:30Z", 3_600_000, 50)));
  const assumed = await resample("hours.csv", "--to", "1d", "--name", "days");
  expect(assumed.stdout).toContain("no time zone (--time-zone) was given");
  const given = await resample("hours.csv", "--to", "1d", "--name", "days", ...newYork);
  expect(given.stdout).toContain("bars of 1d, zone America/New_York");
  expect(given.stdout).not.toContain("--time-zone");
});
