import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clockReader,
  epochReader,
  isoReader,
  LF,
  looseReader,
  storeTimespec,
  type TimespecReader,
  timePadding,
} from "../src/index.ts";

/** A text and its padding: a line feed, then bytes of any value, here digits. */
function padded(text: string, more = 0): Uint8Array {
  const bytes = new Uint8Array(text.length + timePadding + more).fill(48);
  bytes.set(new TextEncoder().encode(text));
  bytes[text.length] = LF;
  return bytes;
}

/** The seconds and nanoseconds of a text that the reader takes whole; undefined for any other text. */
function readAll(read: TimespecReader, text: string): readonly number[] | undefined {
  const timespec = new Float64Array(2);
  return read(padded(text), 0, timespec) === text.length ? [...timespec] : undefined;
}

const seconds = (text: string): number => Date.parse(text) / 1000;

describe("isoReader", () => {
  it("reads what JavaScript writes", () => {
    const read = isoReader(true);
    const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (time) => {
        const ms = time.getTime();
        const whole = Math.floor(ms / 1000);
        expect(readAll(read, time.toISOString())).toEqual([whole, (ms - whole * 1000) * 1e6]);
      }),
    );
  });

  it.each([
    ["2024-01-31", seconds("2024-01-31"), 0],
    ["2024/01/31", seconds("2024-01-31"), 0],
    ["2024.01.31", seconds("2024-01-31"), 0],
    ["20240131", seconds("2024-01-31"), 0],
    ["2024-01-31 09:30", seconds("2024-01-31T09:30Z"), 0],
    ["2024-01-31T09:30:15", seconds("2024-01-31T09:30:15Z"), 0],
    ["20240131 093015", seconds("2024-01-31T09:30:15Z"), 0],
    ["2024-01-31T09:30:15.123456789", seconds("2024-01-31T09:30:15Z"), 123_456_789],
    ["2024-01-31T24:00", seconds("2024-02-01"), 0],
    ["1969-12-31T23:59:59.5", -1, 500_000_000],
  ])("reads %s, which names no zone", (text, whole, nanoseconds) => {
    expect(readAll(isoReader(false), text)).toEqual([whole, nanoseconds]);
  });

  it.each([
    ["2024-01-31T09:30Z", "2024-01-31T09:30Z"],
    ["2024-01-31 09:30 UTC", "2024-01-31T09:30Z"],
    ["2024-01-31T09:30+01:00", "2024-01-31T08:30Z"],
    ["2024-01-31T09:30 -0530", "2024-01-31T15:00Z"],
    ["2024-01-31T09:30+09", "2024-01-31T00:30Z"],
    ["2024-01-31", "2024-01-31"],
  ])("reads %s in UTC", (text, utc) => {
    expect(readAll(isoReader(true), text)).toEqual([seconds(utc), 0]);
  });

  it.each([
    ["2024-02-30", false],
    ["2023-02-29", false],
    ["2024-13-01", false],
    ["2024-01/31", false],
    ["2024-1-31", false],
    ["2024-01-31T25:00", false],
    ["2024-01-31T09:60", false],
    ["2024-01-31T09:30:60", false],
    ["2024-01-31T24:00:01", false],
    ["2024-01-31T09:30:15.1234567890", false],
    ["2024-01-31T09:30Z", false],
    ["2024-01-31T09:30", true],
    ["2024-01-31T09:30+24:00", true],
    ["", false],
  ])("refuses %s (zones: %s)", (text, isZoned) => {
    expect(readAll(isoReader(isZoned), text)).toBeUndefined();
  });

  it("forgets no date for a text that it refuses", () => {
    const read = isoReader(false);
    for (const text of ["2024-01-31 09:30", "2024-02-30 09:30", "2024-01-31 09:30"])
      expect(readAll(read, text)).toEqual(text.includes("02-30") ? undefined : [seconds("2024-01-31T09:30Z"), 0]);
  });

  it("returns the offset after the time, from any position", () => {
    const timespec = new Float64Array(2);
    expect(isoReader(false)(padded("x;2024-01-31,7"), 2, timespec)).toBe(12);
    expect(timespec[0]).toBe(seconds("2024-01-31"));
  });
});

describe("epochReader", () => {
  it.each([
    ["s", "1704153600", 1_704_153_600, 0],
    ["s", "1704153600.25", 1_704_153_600, 250_000_000],
    ["ms", "1704153600123", 1_704_153_600, 123_000_000],
    ["ms", "1704153600123.5", 1_704_153_600, 123_500_000],
    ["us", "1704153600123456", 1_704_153_600, 123_456_000],
    ["ns", "1704153600123456789", 1_704_153_600, 123_456_789],
    ["ns", "1704153600123456789.9", 1_704_153_600, 123_456_789],
    ["s", "-1.5", -2, 500_000_000],
    ["ms", "+5", 0, 5_000_000],
  ] as const)("reads %s in %s", (unit, text, whole, nanoseconds) => {
    expect(readAll(epochReader(unit), text)).toEqual([whole, nanoseconds]);
  });

  it.each(["", "-", "x", ".5", "1e5", "1234567890123456"])("refuses %j seconds", (text) => {
    expect(readAll(epochReader("s"), text)).toBeUndefined();
  });
});

describe("looseReader", () => {
  it.each([
    ["dmy", "31/01/2024", "2024-01-31"],
    ["mdy", "1/31/2024 9:30", "2024-01-31T09:30Z"],
    ["ymd", "2024/1/31 9:30", "2024-01-31T09:30Z"],
    ["ymd", "20240131093015", "2024-01-31T09:30:15Z"],
    ["ymd", "20240131-09:30", "2024-01-31T09:30Z"],
    ["dmy", "31.1.2024T09:30:15", "2024-01-31T09:30:15Z"],
  ] as const)("reads %s: %s", (dateOrder, text, utc) => {
    expect(readAll(looseReader({ dateOrder, isTwelveHour: false, isZoned: false }), text)).toEqual([seconds(utc), 0]);
  });

  it.each([
    ["2024-01-31 12:00 AM", "2024-01-31T00:00Z"],
    ["2024-01-31 09-AM", "2024-01-31T09:00Z"],
    ["2024-01-31 12:30pm", "2024-01-31T12:30Z"],
    ["2024-01-31 9:30:15 PM", "2024-01-31T21:30:15Z"],
  ])("reads the 12-hour clock of %s", (text, utc) => {
    const read = looseReader({ dateOrder: "ymd", isTwelveHour: true, isZoned: false });
    expect(readAll(read, text)).toEqual([seconds(utc), 0]);
  });

  it.each([
    ["dmy", "01/31/2024"],
    ["dmy", "31/01-2024"],
    ["dmy", "31/01/24"],
    ["ymd", "2024-01-31 0:60"],
  ] as const)("refuses %s: %s", (dateOrder, text) => {
    expect(readAll(looseReader({ dateOrder, isTwelveHour: false, isZoned: false }), text)).toBeUndefined();
  });

  it("agrees with isoReader on ISO 8601", () => {
    const loose = looseReader({ dateOrder: "ymd", isTwelveHour: false, isZoned: true });
    const iso = isoReader(true);
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }), (time) => {
        expect(readAll(loose, time.toISOString())).toEqual(readAll(iso, time.toISOString()));
      }),
    );
  });
});

describe("clockReader", () => {
  it.each([
    ["09:30", false, false, 34_200],
    ["9:30:15", false, false, 34_215],
    ["0930", false, false, 34_200],
    ["9:30 PM", true, false, 77_400],
    ["00:30+01:00", false, true, -1800],
  ])("reads %s as seconds from midnight", (text, isTwelveHour, isZoned, whole) => {
    expect(readAll(clockReader({ isTwelveHour, isZoned }), text)).toEqual([whole, 0]);
  });
});

describe("the padding of a text", () => {
  const readers: Readonly<Record<string, () => TimespecReader>> = {
    "isoReader without zones": () => isoReader(false),
    "isoReader with zones": () => isoReader(true),
    "epochReader of seconds": () => epochReader("s"),
    "epochReader of nanoseconds": () => epochReader("ns"),
    looseReader: () => looseReader({ dateOrder: "dmy", isTwelveHour: true, isZoned: false }),
    clockReader: () => clockReader({ isTwelveHour: false, isZoned: true }),
  };
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...("0123456789-/.:+ TZUCGMAP".split("") as [string])), maxLength: 32 }),
    fc
      .tuple(
        fc.constantFrom("2024-01-31T09:30:15.123+01:00", "31/1/2024 9:30 PM", "1704153600123", "09:30 UTC"),
        fc.nat(30),
      )
      .map(([whole, length]) => whole.slice(0, length)),
  );

  it.each(Object.entries(readers))("is all that %s reads behind it", (_, create) => {
    fc.assert(
      fc.property(text, (value) => {
        const results = [0, 64].map((more) => {
          const timespec = new Float64Array(2);
          const end = create()(padded(value, more), 0, timespec);
          return [end, end < 0 ? [] : [...timespec]];
        });
        expect(results[0]).toEqual(results[1]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("storeTimespec", () => {
  const stored = (whole: number, nanoseconds: number, unit: "ms" | "ns"): bigint | undefined => {
    const times = new BigInt64Array(2);
    const words = new Int32Array(times.buffer);
    const fits = storeTimespec(Float64Array.of(whole, nanoseconds), unit, words, 1);
    expect(times[0]).toBe(0n);
    if (!fits) expect(times[1]).toBe(0n);
    return fits ? times[1] : undefined;
  };
  const timespec = fc.tuple(fc.integer({ min: -9_223_372_036, max: 9_223_372_035 }), fc.nat(999_999_999));

  it("writes nanoseconds as BigInt computes them", () => {
    fc.assert(
      fc.property(timespec, ([whole, nanoseconds]) => {
        expect(stored(whole, nanoseconds, "ns")).toBe(BigInt(whole) * 1_000_000_000n + BigInt(nanoseconds));
      }),
    );
  });

  it("writes milliseconds, rounded down", () => {
    fc.assert(
      fc.property(timespec, ([whole, nanoseconds]) => {
        expect(stored(whole, nanoseconds, "ms")).toBe(BigInt(whole) * 1000n + BigInt(Math.floor(nanoseconds / 1e6)));
      }),
    );
  });

  it.each([
    [9_223_372_036, "ns"],
    [-9_223_372_037, "ns"],
    [8_640_000_000_001, "ms"],
    [-8_640_000_000_001, "ms"],
    [Number.NaN, "ms"],
    [Number.NaN, "ns"],
  ] as const)("refuses %d seconds in %s and writes nothing", (whole, unit) => {
    expect(stored(whole, 0, unit)).toBeUndefined();
  });
});
