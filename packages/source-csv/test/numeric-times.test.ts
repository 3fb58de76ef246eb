import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvOptions, csv } from "../src/index.ts";
import { readSlice } from "../src/reading/slice-reader.ts";
import { advisedOptions } from "./advice.ts";
import { agree, layoutOf, parsed } from "./parsed-both-ways.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

const ms = (text: string): bigint => BigInt(Date.parse(text));
const table = (times: readonly (string | number)[]): string =>
  `timestamp,close\n${times.map((time, i) => `${time},${100 + i}\n`).join("")}`;

describe("files whose unit changes", () => {
  it("reads milliseconds, then microseconds, with a note", async () => {
    const text = `open_time,open,high,low,close,volume
1735682400000,100,101,99,100.5,10
1735686000000,100.5,101,99,100.2,12
1735689600000000,100.2,101,99,100.9,13
1735693200000000,100.9,101,99,100.4,14
`;
    const { times, summary } = await readText(text);
    expect(times).toEqual(["2024-12-31T22:00Z", "2024-12-31T23:00Z", "2025-01-01T00:00Z", "2025-01-01T01:00Z"].map(ms));
    expect(summary?.notes).toEqual([
      { key: expect.any(String), rows: 2, line: 4, text: "with a time in us instead of ms" },
    ]);
  });

  it("reads seconds after milliseconds, beside a date that is left out", async () => {
    const path = fileOf(`unix,date,symbol,open,high,low,close
1615766400000,2021-03-15 00:00:00,BTC/USDT,102,103,101,102.5
1615762800000,2021-03-14 23:00:00,BTC/USDT,101,103,100,102
1615759200,2021-03-14 22:00:00,BTC/USDT,100,102,99,101
1615755600,2021-03-14 21:00:00,BTC/USDT,99,101,98,100
`);
    const { times, summary } = await read(path);
    expect(times).toEqual(["2021-03-15T00:00Z", "2021-03-14T23:00Z", "2021-03-14T22:00Z", "2021-03-14T21:00Z"].map(ms));
    expect(summary?.notes).toMatchObject([{ rows: 2, line: 4 }]);
    await using source = await csv(path);
    expect(source.notes).toEqual(["columns left out: date"]);
  });

  it("counts rows behind thousands of others, of which none is sampled", async () => {
    const times = Array.from({ length: 20_000 }, (_, i) =>
      String((1_735_682_400_000n + 60_000n * BigInt(i)) * (i < 15_000 ? 1n : 1000n)),
    );
    const { times: found, summary } = await readText(table(times));
    expect(found.at(-1)).toBe(1_735_682_400_000n + 60_000n * 19_999n);
    expect(summary?.notes).toMatchObject([{ rows: 5000, line: 15_002 }]);
  });
});

describe("numbers that are no times", () => {
  it.each([
    ["Excel serials", [45_293, 45_294, 45_295], { excel: "2024-01-02", days: "2094-01-03" }],
    ["Excel serials with a time", [45_293.5, 45_293.75], { excel: "2024-01-02T12:00Z", days: "2094-01-03T12:00Z" }],
    ["months", [202_401, 202_402, 202_403], { yyyymm: "2024-01-01" }],
    ["years", [2021, 2022, 2023], { yyyymm: "2021-01-01" }],
    ["days", [19_790, 19_791], { days: "2024-03-08" }],
    ["milliseconds of the day", [34_200_000, 34_260_000], { s: "1971-01-31T20:00Z" }],
    ["ticks", ["638397504000000000", "638397504600000000"], { ticks: "2024-01-02", ns: "1990-03-25T20:38:24Z" }],
    ["seconds before 1970", [-1_325_635_200, -1_325_548_800], { s: "1927-12-30" }],
    ["hours of dates", [2_024_010_209, 2_024_010_224], { yyyymmddhh: "2024-01-02T09:00Z", s: "2034-02-20T01:03:29Z" }],
    ["one hour of a date", [2_024_010_209], { yyyymmddhh: "2024-01-02T09:00Z", s: "2034-02-20T01:03:29Z" }],
    ["years of two digits", [2_401_020_930, 2_401_020_931], { s: "2046-01-31T14:15:30Z" }],
  ])("refuses %s, and reads them with each option that it advises", async (_, times, wanted) => {
    const text = table(times);
    const error = await failure(readText(text));
    expect([error.code, error.details["option"]]).toEqual(["ATC_INVALID_DATA", "timeUnit"]);
    expect(error.message).toContain("bars.csv");
    const options = advisedOptions(error.message);
    expect(options).toEqual(Object.keys(wanted).map((timeUnit) => ({ timeUnit })));
    for (const [i, time] of Object.values(wanted).entries())
      expect((await readText(text, options[i] ?? {})).times[0]).toBe(ms(time));
  });

  it("makes one odd value a bad row", async () => {
    for (const odd of ["20241304", "0", "-1", "20240230", "5", "2024010209", "2401020930"]) {
      const text = table(["20240102", odd, "20240103", "20240104"]);
      expect((await failure(readText(text))).details).toMatchObject({ line: 3, reason: "time", text: odd });
      const { times, badRows } = await readText(text, { badRows: "skip" });
      expect(times).toEqual(["2024-01-02", "2024-01-03", "2024-01-04"].map(ms));
      expect(badRows).toMatchObject([{ line: 3, reason: "time", text: odd }]);
    }
  });

  it("says in a bad row what may be ticks", async () => {
    const text = table(["1704067200000000000", "638397504000000000", "1704067200000000000"]);
    const error = await failure(readText(text));
    expect(error.details["line"]).toBe(3);
    const [ns] = advisedOptions(error.message);
    expect(ns).toEqual({ timeUnit: "ns" });
    expect((await readText(text, ns)).times[1]).toBe(ms("1990-03-25T20:38:24Z"));
  });

  it("obeys an explicit unit, and counts times outside of 1980 to 2099", async () => {
    const { times, summary } = await readText(
      table([315_532_799, 315_532_800, 4_102_444_799, 4_102_444_800, 20_240_102, -5]),
      {
        timeUnit: "s",
      },
    );
    expect(times).toEqual([
      315_532_799_000n,
      315_532_800_000n,
      4_102_444_799_000n,
      4_102_444_800_000n,
      20_240_102_000n,
      -5000n,
    ]);
    expect(summary?.notes).toMatchObject([
      { rows: 4, line: 2, text: "with a time before 1980 or after 2099 by the given timeUnit s" },
    ]);
  });

  it("says nothing of text dates before 1980", async () => {
    const { times, summary } = await readText(table(["1927-12-30", "1950-01-03"]));
    expect(times).toEqual(["1927-12-30", "1950-01-03"].map(ms));
    expect(summary?.notes).toBeUndefined();
    expect((await readText(table(["19271230", "19500103"]))).times).toEqual(times);
  });
});

describe("times of 1980 to 2099 in any form", () => {
  const shown =
    (digits: number) =>
    (time: number): readonly [string, number] => {
      const text = `${new Date(time).toISOString().replaceAll(/\D/g, "")}`.slice(0, digits);
      const size = { 8: 86_400_000, 12: 60_000, 14: 1000 }[digits] ?? 1;
      return [text, Math.floor(time / size) * size];
    };
  const forms: readonly ((time: number, rest: number) => readonly [string, number])[] = [
    (time) => [String(Math.floor(time / 1000)), Math.floor(time / 1000) * 1000],
    (time) => [String(time), time],
    (time, rest) => [`${time}${String(rest).slice(0, 3)}`, time],
    (time, rest) => [`${time}${rest}`, time],
    ...[8, 12, 14, 17].map(shown),
    (time, rest) => [`${Math.floor(time / 1000)}.${rest}`, Math.floor(time / 1000) * 1000 + Math.floor(rest / 1000)],
  ];
  const time = fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2100, 0, 1) - 1 });
  const one = fc
    .tuple(time, fc.integer({ min: 100_000, max: 999_999 }), fc.nat({ max: forms.length - 1 }))
    // From 1980000000 on, seconds need an option.
    .filter(([at, , form]) => (form !== 0 && form !== 8) || at < 1_980_000_000_000)
    .filter(([at, , form]) => form !== 3 || at < 620_000_000_000 || at > 663_000_000_000)
    .map(([at, rest, form]) => forms[form]?.(at, rest) ?? ["", 0]);
  const rows = fc.array(one, { minLength: 1, maxLength: 60 });

  it("are read equal by the kernel and by TypeScript", () => {
    fc.assert(
      fc.property(rows, fc.constantFrom("1704067200", "1704067200000", "20240101", "202401010930"), (some, sample) => {
        const text = `${table([sample, ...some.map(([written]) => written)])}`;
        const layout = layoutOf(table([sample]));
        const bytes = new TextEncoder().encode(text);
        const plain = parsed(layout, bytes, false).result;
        expect(parsed(layout, bytes, true).result).toEqual(plain);
        expect(plain).toMatchObject({ length: some.length + 1, bad: [] });
      }),
      { numRuns: 150 },
    );
  });

  it("are read right, whole, in quotes and in slices, with the same notes", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (some) => {
        const written = some.map(([text]) => text);
        const whole = await readText(table(written));
        expect(whole.times).toEqual(some.map(([, value]) => BigInt(value)));
        const quoted = await readText(table(written.map((text) => `"${text}"`)));
        expect([quoted.times, quoted.summary?.notes]).toEqual([whole.times, whole.summary?.notes]);
        const { times, rows: noted } = await readSlices(table(written), 64);
        expect(times).toEqual(whole.times);
        expect(noted).toBe((whole.summary?.notes ?? []).reduce((sum, note) => sum + note.rows, 0));
      }),
      { numRuns: 25 },
    );
  });

  it("take the kernel, whichever form is usual", () => {
    const plain = [
      "1704067200",
      "1704067200000",
      "1704067200000000",
      "1704067200000000000",
      "20240101",
      "202401010930",
    ];
    const more = ["20240101093000", "20240101093000123"];
    for (const usual of [...plain, ...more])
      expect(
        agree(
          "timestamp,close",
          `${usual},1`,
          [...plain, ...more].map((text) => `${text},1\n`),
        ),
      ).toBe(9);
  });

  it("are as the kernel and TypeScript agree at every border", () => {
    const borders = [
      ...["315532799", "315532800", "1979999999", "1980000000", "4102444799", "4102444800"].flatMap((text) =>
        ["", "000", "000000", "000000000", "999", "999999", "999999999"].map((more) => text + more),
      ),
      ...["619999999999999999", "620000000000000000", "663000000000000000", "663000000000000001"],
      ...["16991231", "17000101", "22991231", "23000101", "20230229", "20240229", "169912312359", "170001010000"],
      ...["1979123123", "2100010100", "2024010209", "2401020930"].flatMap((text) =>
        ["", "59", "5959", "5959999"].map((more) => text + more),
      ),
      ...[
        "202401012400",
        "20240101240000",
        "20240101240001",
        "20240101235960",
        "20240101235959999",
        "0",
        "00",
        "9",
        "0000001704067200",
        "0000000001704067200",
        "00001704067200000",
        "99999999999999999999",
      ],
    ];
    for (const usual of ["1704067200", "1704067200000000000", "20240101"])
      for (const options of [{}, { kind: "ticks" }, { timeUnit: "s" }, { timeUnit: "ns" }] as const)
        agree(
          "timestamp,close",
          `${usual},1`,
          borders.map((text) => `${text},1\n`),
          options,
        );
  });
});

async function readSlices(
  text: string,
  length: number,
  options: CsvOptions = {},
): Promise<{ times: bigint[]; rows: number }> {
  await using source = await csv(fileOf(text), options);
  const sliced = await source.slices?.({ length });
  if (sliced === undefined) throw new Error("it has no slices");
  const times: bigint[] = [];
  let rows = 0;
  for (const [i, start] of sliced.starts.entries()) {
    const reading = readSlice(sliced.input, { start, end: sliced.starts[i + 1] ?? sliced.end, line: 1 });
    for (;;) {
      const step = await reading.next();
      if (step.done === true) {
        for (const note of step.value.notes ?? []) rows += note.rows;
        break;
      }
      times.push(...(step.value.columns["timestamp"] as BigInt64Array));
    }
  }
  return { times, rows };
}
