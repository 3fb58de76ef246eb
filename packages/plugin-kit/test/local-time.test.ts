import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkLocalTimeOptions, fileSymbol, localOffset } from "../src/index.ts";

/** The offset of a zone at an instant, by the parts of its local time. */
function offsetAt(timeZone: string, seconds: number): number {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    ...({
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    } as const),
  });
  const parts = Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  const local = Date.UTC(
    Number(parts["year"]),
    Number(parts["month"]) - 1,
    Number(parts["day"]),
    Number(parts["hour"]),
    Number(parts["minute"]),
    Number(parts["second"]),
  );
  return local / 1000 - seconds;
}

const zones = ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"];

it("gives the instant of every local time that exists", () => {
  const from = Date.UTC(1975, 0, 1) / 1000;
  const to = Date.UTC(2030, 0, 1) / 1000;
  for (const timeZone of zones) {
    const earlier = localOffset("test", { timeZone, disambiguation: "earlier" });
    const later = localOffset("test", { timeZone, disambiguation: "later" });
    const strict = localOffset("test", { timeZone });
    fc.assert(
      fc.property(fc.integer({ min: from, max: to }), (instant) => {
        const local = instant + offsetAt(timeZone, instant);
        const found = [earlier(local), later(local)].map((offset) => local - offset);
        expect(found).toContain(instant);
        if (found[0] === found[1]) expect(local - strict(local)).toBe(instant);
        else expect(strict(local)).toBe(Number.NaN);
      }),
      { numRuns: 100 },
    );
  }
});

it.each([
  ["America/New_York", "2024-03-10"],
  ["America/New_York", "2024-11-03"],
  ["Australia/Lord_Howe", "2024-04-07"],
  ["Australia/Lord_Howe", "2024-10-06"],
  ["Africa/Casablanca", "2024-03-10"],
])("knows every quarter of an hour around the change of %s on %s", (timeZone, day) => {
  const strict = localOffset("test", { timeZone });
  const start = Date.parse(day) / 1000 - 3 * 86_400;
  const instants = new Map<number, number>();
  for (let instant = start; instant < start + 6 * 86_400; instant += 900) {
    const local = instant + offsetAt(timeZone, instant);
    instants.set(local, instants.has(local) ? Number.NaN : instant);
  }
  for (const [local, instant] of instants) expect(local - strict(local)).toBe(instant);
});

it.each([
  ["+01:00", 3600],
  ["-0530", -19_800],
  ["+9", 32_400],
  ["utc", 0],
])("takes the offset %s", (timeZone, offset) => {
  expect(localOffset("test", { timeZone })(1_700_000_000)).toBe(offset);
});

it.each([{ timeZone: "Mars/Olympus" }, { timeZone: "+25:00" }, { timeZone: 1 }, { disambiguation: "maybe" }])(
  "refuses %j",
  (options) => {
    try {
      checkLocalTimeOptions("test", options as object);
    } catch (error) {
      expect(isAtcError(error, "ATC_INVALID_ARGUMENT")).toBe(true);
      return;
    }
    throw new Error("it was taken");
  },
);

it("finds a symbol in a file's name", () => {
  const name = (options: { symbol?: string; symbolPattern?: string }): string =>
    fileSymbol("test", "/data/ETH_BTC-5m.feather", /\.feather$/, options);
  expect(name({})).toBe("ETH_BTC-5m");
  expect(name({ symbolPattern: "^(\\w+)_(\\w+)-" })).toBe("ETH/BTC");
  expect(name({ symbolPattern: "^[A-Z_]+" })).toBe("ETH_BTC");
  expect(name({ symbol: "X", symbolPattern: "^\\d" })).toBe("X");
  expect(() => name({ symbolPattern: "^\\d" })).toThrow(/symbolPattern/);
});
