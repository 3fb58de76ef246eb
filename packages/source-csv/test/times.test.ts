import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { CsvOptions } from "../src/index.ts";
import { failure, readText } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

function timesOf(texts: readonly string[], options: CsvOptions = {}): Promise<readonly bigint[]> {
  return readText(`timestamp;close\n${texts.map((text) => `${text};1\n`).join("")}`, options).then(
    ({ times }) => times,
  );
}
const ms = (text: string): bigint => BigInt(Date.parse(text));

it("reads every ISO time that JavaScript writes", async () => {
  const date = fc.date({
    min: new Date("0000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(date, { minLength: 1, maxLength: 200 }), async (dates) => {
      expect(await timesOf(dates.map((value) => value.toISOString()))).toEqual(
        dates.map((value) => BigInt(value.getTime())),
      );
    }),
    { numRuns: 40 },
  );
});

it("reads the relatives of ISO 8601", async () => {
  const wanted = ms("2024-02-29T09:30:00Z");
  const texts = [
    ...[
      "2024-02-29T09:30:00Z",
      "2024-02-29 09:30:00",
      "2024-02-29 09:30",
      "2024-02-29t09:30:00z",
      "2024/02/29 09:30:00",
    ],
    ...["2024.02.29 09:30", "20240229 0930", "20240229 093000", "20240229T093000Z", "2024-02-29 09:30:00+00:00"],
    ...["2024-02-29T11:30:00+02:00", "2024-02-29T04:30:00-0500", "2024-02-28T22:30:00-11", "2024-02-29 09:30:00 UTC"],
    ...["2024-02-29T15:15:00+05:45", "2024-02-29 09:30:00.000", '"2024-02-29 09:30:00"', " 2024-02-29T09:30:00Z "],
  ];
  const zoned = texts.filter((text) => /(?:z|utc|[+-]\d\d(?::?\d\d)?)[ ]?$/i.test(text) && text.length > 12);
  const bare = texts.filter((text) => !zoned.includes(text));
  expect([zoned.length, bare.length]).toEqual([10, 8]);
  for (const group of [zoned, bare]) expect(await timesOf(group)).toEqual(group.map(() => wanted));
});

it("reads dates, the end of a day and times before 1970", async () => {
  expect(
    await timesOf(["2024-01-01", "1969-12-31T23:59:59.999", "1900-02-28", "2023-12-31T24:00", "0001-01-01"]),
  ).toEqual([...[ms("2024-01-01"), -1n, ms("1900-02-28"), ms("2024-01-01"), ms("0001-01-01")]]);
});

it("reads eight digits as dates, not as seconds", async () => {
  expect(await timesOf(["20240131", "20240229"])).toEqual([ms("2024-01-31"), ms("2024-02-29")]);
});

it("refuses times that do not exist", async () => {
  const texts = [
    ...["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "2024-01-01T25:00", "2024-01-01T23:60"],
    ...[
      "2024-01-01T23:59:60Z",
      "2024-01-01T24:00:01",
      "20ab-01-01",
      "2024-01/01",
      "01/02/2024",
      "2024-01-01T",
      "now",
      "",
    ],
    ...["2024-01-01T09:30:00.", "2024-01-01T09:30:00.1234567890", "2024-01-01T09:30:00+24:00", "2024-01-01T09:30:00x"],
  ];
  const { badRows, times } = await readText(
    `timestamp;close\n2024-01-01;1\n${texts.map((text) => `${text};1\n`).join("")}`,
    { badRows: "skip" },
  );
  expect(badRows.map(({ reason, text }) => [reason, text])).toEqual(texts.map((text) => ["time", text]));
  expect(times).toHaveLength(1);
});

it("cuts bars to milliseconds, rounding down, and keeps nanoseconds of ticks", async () => {
  const texts = ["2024-01-01T00:00:00.123456789Z", "1969-12-31T23:59:59.999999999Z", "1677-09-21T00:12:44Z"];
  expect(await timesOf(texts)).toEqual([1704067200123n, -1n, -9223372036000n]);
  expect(await timesOf(texts, { kind: "ticks" })).toEqual([1704067200123456789n, -1n, -9223372036000000000n]);
});

it("refuses ticks whose nanoseconds do not fit 64 bits, and reads the last that do", async () => {
  expect(await timesOf(["2262-04-11T23:47:15.999999999Z"], { kind: "ticks" })).toEqual([9223372035999999999n]);
  const error = await failure(timesOf(["2262-04-11T23:47:17Z"], { kind: "ticks" }));
  expect(error.code).toBe("ATC_INVALID_DATA");
  expect(error.details["reason"]).toBe("time");
});

it("distinguishes seconds, milliseconds, microseconds and nanoseconds by their magnitude", async () => {
  for (const [digits, zeros] of [
    [0, ""],
    [3, "000"],
    [6, "000000"],
    [9, "000000000"],
  ] as const) {
    const texts = [`1704067200${zeros}`, `${1704067260}${"123456789".slice(0, digits)}`];
    expect(await timesOf(texts)).toEqual([1704067200000n, 1704067260000n + (digits > 0 ? 123n : 0n)]);
    const nanoseconds = BigInt("123456789".slice(0, digits).padEnd(9, "0"));
    expect(await timesOf(texts, { kind: "ticks" })).toEqual([1704067200000000000n, 1704067260000000000n + nanoseconds]);
  }
});

it("keeps every digit of a time in any unit", async () => {
  const units = [
    ["s", 1_000_000_000n],
    ["ms", 1_000_000n],
    ["us", 1000n],
    ["ns", 1n],
  ] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...units),
      fc.array(fc.bigInt({ min: -(2n ** 63n) + 2n ** 30n, max: 2n ** 63n - 2n ** 30n }), {
        minLength: 1,
        maxLength: 100,
      }),
      async ([timeUnit, size], values) => {
        const counts = values.map((value) => value / size);
        expect(await timesOf(counts.map(String), { kind: "ticks", timeUnit })).toEqual(
          counts.map((count) => count * size),
        );
      },
    ),
    { numRuns: 40 },
  );
});

it("reads decimal seconds and milliseconds to the nanosecond", async () => {
  expect(await timesOf(["1704067200.123456789", "1704067200.5"], { kind: "ticks" })).toEqual([
    ...[1704067200123456789n, 1704067200500000000n],
  ]);
  expect(await timesOf(["-1.5", "-0.25", "1e9"], { kind: "ticks", timeUnit: "s", badRows: "skip" })).toEqual([
    ...[-1500000000n, -250000000n],
  ]);
  expect(await timesOf(["1704067200000.25"], { kind: "ticks" })).toEqual([1704067200000250000n]);
});

it("keeps the unit of the first rows for the whole file", async () => {
  const error = await failure(timesOf(["1704067200", "1704067260", "2024-01-01"]));
  expect(error.details["line"]).toBe(4);
});

it("joins a date and a time column", async () => {
  const { times, metadata } = await readText(
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n2024.01.31\t09:30:00\t1\t2\t0.5\t1.5\t7\n2024.01.31\t09:31:30.5\t1\t2\t0.5\t1.5\t7\n",
  );
  expect(times).toEqual([ms("2024-01-31T09:30:00Z"), ms("2024-01-31T09:31:30.5Z")]);
  expect(metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "open", "high", "low", "close", "volume"]);
});
