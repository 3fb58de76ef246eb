import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  detectTimes,
  noTime,
  numberTimes,
  rowTimes,
  storeTimespec,
  type TimeOptions,
  timePadding,
} from "../src/index.ts";

const first = 315_532_800n * 1_000_000_000n;
const after = 4_102_444_800n * 1_000_000_000n;

/** Reads texts one by one, as a source of texts does, and counts them. */
function asTexts(texts: readonly string[], options: TimeOptions, to: "ms" | "ns"): readonly [bigint[], unknown] {
  const times = rowTimes("test", detectTimes({ source: "f", dates: texts, options }), to === "ns");
  const found = texts.map((text) => {
    const bytes = new Uint8Array(text.length + timePadding);
    bytes.set(new TextEncoder().encode(text));
    const target = BigInt64Array.of(noTime);
    const isTime = times.readTime(bytes, 0, times.timespec) === text.length && times.join(0);
    if (isTime && storeTimespec(times.timespec, to, new Int32Array(target.buffer), 0)) times.tally.count();
    return target[0] as bigint;
  });
  return [found, times.notes()];
}

function asNumbers(
  values: BigInt64Array | Float64Array,
  options: TimeOptions,
  to: "ms" | "ns",
): readonly [bigint[], unknown] {
  const layout = detectTimes({ source: "f", dates: Array.from<bigint | number, string>(values, String), options });
  const times = rowTimes("test", layout, to === "ns");
  const target = new BigInt64Array(values.length);
  numberTimes("test", layout, times.tally, to === "ns")({ values, target, to });
  return [[...target], times.notes()];
}

/** Nanoseconds of a time as a number of each form, if the form holds it. */
const forms: readonly ((ns: bigint) => string)[] = [
  (ns) => String(ns / 1_000_000_000n),
  (ns) => String(ns / 1_000_000n),
  (ns) => String(ns / 1000n),
  String,
  ...[8, 12, 14, 17].map(
    (digits) => (ns: bigint) =>
      new Date(Number(ns / 1_000_000n)).toISOString().replaceAll(/[^\d]/g, "").slice(0, digits),
  ),
];
const sizes = [1_000_000_000n, 1_000_000n, 1000n, 1n, 86_400_000_000_000n, 60_000_000_000n, 1_000_000_000n, 1_000_000n];
const isTicks = (ns: bigint): boolean => ns >= 620_000_000_000_000_000n && ns <= 663_000_000_000_000_000n;
const instant = fc.bigInt({ min: first, max: after - 1n });
/** From 1980000000 on, seconds need an option. */
const afterSeconds = 1_980_000_000n * 1_000_000_000n;
const written = fc.tuple(instant, fc.nat({ max: 7 })).filter(([ns, form]) => form !== 0 || ns < afterSeconds);

describe("numberTimes", () => {
  it("reads times of 1980 to 2099 of any form in each row", () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 50 }), fc.constantFrom("ms", "ns"), (rows, to) => {
        const sound = rows.filter(([ns, form]) => form !== 3 || !isTicks(ns));
        fc.pre(sound.length > 0);
        const texts = sound.map(([ns, form]) => forms[form]?.(ns) ?? "");
        const wanted = sound.map(([ns, form]) => {
          const cut = ns - (ns % (sizes[form] ?? 1n));
          return to === "ns" ? cut : cut / 1_000_000n;
        });
        const numbers = asNumbers(BigInt64Array.from(texts, BigInt), {}, to);
        expect(numbers[0]).toEqual(wanted);
        expect(asTexts(texts, {}, to)).toEqual(numbers);
      }),
      { numRuns: 300 },
    );
  });

  it("reads integers as their texts are read", () => {
    const near = fc
      .tuple(
        fc.constantFrom(315_532_800n, 1_980_000_000n, 4_102_444_800n, 620_000_000n, 663_000_000n),
        fc.constantFrom(1n, 1000n, 1_000_000n, 1_000_000_000n),
        fc.bigInt({ min: -2000n, max: 2000n }),
      )
      .map(([seconds, size, more]) => seconds * size + more);
    const any = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      near,
      instant,
      fc.bigInt(0n, 10n ** 9n),
    );
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 20 }),
        fc.constantFrom(undefined, "s", "ms", "us", "ns", "days", "excel", "yyyymm", "yyyymmddhh", "ticks"),
        fc.constantFrom("ms", "ns"),
        (some, timeUnit, to) => {
          const values = BigInt64Array.from([...some, ...some.map(() => 1_700_000_000n), 1_700_000_000n]);
          const options = timeUnit === undefined ? {} : { timeUnit };
          expect(asNumbers(values, options, to)).toEqual(asTexts([...values].map(String), options, to));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("reads floats as their shortest texts", () => {
    const values = Float64Array.of(
      1_704_067_200,
      1_704_067_200.123,
      20_240_102,
      1.7040672e12,
      45_292.5,
      1_704_067_200.5,
    );
    const [times, notes] = asNumbers(values, {}, "ns");
    expect(times).toEqual([
      ...[1_704_067_200_000_000_000n, 1_704_067_200_123_000_000n, 1_704_153_600_000_000_000n],
      ...[1_704_067_200_000_000_000n, noTime, 1_704_067_200_500_000_000n],
    ]);
    expect(notes).toMatchObject([
      { rows: 1, text: "with a time in ms instead of s" },
      { rows: 1, text: "with a time in yyyymmdd instead of s" },
    ]);
    const excel = asNumbers(
      Float64Array.of(45_292.395833333336, 45_293, 45_294, Number.NaN, 1e300),
      { timeUnit: "excel" },
      "ms",
    );
    expect(excel[0]).toEqual([1_704_101_400_000n, 1_704_153_600_000n, 1_704_240_000_000n, noTime, noTime]);
  });

  it("refuses digits that a float cannot hold", () => {
    const values = Float64Array.of(1_704_067_200_000, 20_240_102_093_000_124, 1_704_067_200_000);
    expect(asNumbers(values, {}, "ms")[0]).toEqual([1_704_067_200_000n, noTime, 1_704_067_200_000n]);
  });

  it("leaves out rows without a number, and works in place", () => {
    const layout = detectTimes({ source: "f", dates: ["1704067200000"], options: {} });
    const { tally, notes } = rowTimes("test", layout, false);
    const values = BigInt64Array.of(1_704_067_200n, 0n, 1_704_067_200_000n);
    const isPresent = (row: number): boolean => row > 0;
    numberTimes("test", layout, tally, false)({ values, target: values, to: "ms", isPresent });
    expect([...values]).toEqual([noTime, noTime, 1_704_067_200_000n]);
    expect(notes()).toEqual([]);
  });

  it("reads digits of local times in their zone", () => {
    const options = { timeZone: "America/New_York" };
    const [times] = asNumbers(BigInt64Array.of(202_401_020_930n, 202_407_020_930n, 1_704_067_200n), options, "ms");
    expect(times).toEqual([
      ...["2024-01-02T14:30Z", "2024-07-02T13:30Z"].map((text) => BigInt(Date.parse(text))),
      noTime,
    ]);
  });
});
