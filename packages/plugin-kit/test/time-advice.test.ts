import { expect, it } from "vitest";
import { chunkBuilder, detectTimes, noTime, type TimeOptions } from "../src/index.ts";

function errorOf(dates: readonly string[], text: string, options: TimeOptions = {}): string {
  const builder = chunkBuilder({
    source: "s",
    columns: [
      { name: "symbol", type: "text" },
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
    ],
    capacity: 1,
    symbols: ["A"],
    dictionaries: {},
    badRows: "error",
    times: detectTimes({ source: "s", dates, options }),
  });
  builder.times[0] = noTime;
  try {
    builder.accept(1, () => text);
  } catch (error) {
    return String(error);
  }
  return "";
}

it.each([
  ["a day before its month", ["2024-01-30"], "31/01/2024", {}, "--source-option dateOrder=dmy"],
  ["a number among dates", ["20240131"], "20241304", {}, "--source-option timeUnit=s"],
  ["ticks of .NET", ["1706659200000"], "638423000000000000", {}, "timeUnit=ticks"],
  [
    "a local time that occurs twice",
    ["2024-11-03 00:30"],
    "2024-11-03 01:30",
    { timeZone: "America/New_York" },
    "--source-option disambiguation=infer",
  ],
] as const)(
  "a message on a time that is not names the option that may read it: %s",
  (_, dates, text, options, advice) => {
    const message = errorOf(dates, text, options);
    expect(message).toMatch(
      /not a time in the format of this source \(|that the clocks of America\/New_York show twice or never/,
    );
    expect(message).toContain(`"${text}"`);
    expect(message).toContain(advice);
  },
);
