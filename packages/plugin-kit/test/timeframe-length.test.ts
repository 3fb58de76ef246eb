import { AtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { timeframeLength } from "../src/index.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const timeframes = new Map([
  ["1m", minute],
  ["15m", 15 * minute],
  ["1h", hour],
  ["4h", 4 * hour],
  ["1d", day],
  ["1w", 7 * day],
]);

/** The timeframe that the message names. */
function meant(text: string): string | undefined {
  try {
    timeframeLength(text, { exchange: "somewhere", timeframes });
  } catch (error) {
    expect(error).toBeInstanceOf(AtcError);
    expect(error).toMatchObject({ code: "ATC_INVALID_ARGUMENT", details: { timeframe: text } });
    const { message } = error as AtcError;
    expect(message).toContain("1m, 15m, 1h, 4h, 1d, 1w");
    return /did you mean "(.+)"\?/.exec(message)?.[1];
  }
  throw new RangeError(`${text} is a timeframe`);
}

describe("a timeframe", () => {
  it("of the exchange has its length", () => {
    expect(timeframeLength("4h", { exchange: "somewhere", timeframes })).toBe(4 * hour);
  });

  it.each([
    ["1hour", "1h"],
    ["60m", "1h"],
    ["60min", "1h"],
    ["1 H", "1h"],
    ["hourly", "1h"],
    ["H4", "4h"],
    ["240", undefined],
    ["3h", "4h"],
    ["20m", "15m"],
    ["24h", "1d"],
    ["daily", "1d"],
    ["7d", "1w"],
    ["1M", "1w"],
    ["1min", "1m"],
    ["90s", "1m"],
    ["0h", "1h"],
    ["1x", "1m"],
    ["tick", undefined],
  ])("that is unknown, %s, means %s", (text, expected) => {
    expect(meant(text)).toBe(expected);
  });
});
