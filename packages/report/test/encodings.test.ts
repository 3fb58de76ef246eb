import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBlockMembers } from "../src/block/block-members.ts";
import {
  decimalScale,
  type EncodedValues,
  encodePositive,
  encodeRounded,
  encodeTimes,
  encodeWhole,
} from "../src/block/encode-values.ts";
import { zipArchive } from "../src/block/zip.ts";
import { openBlock } from "../src/reading/arrays.ts";

/** The values that the page reads of an encoded array. */
async function roundTrip(encoded: EncodedValues): Promise<Float64Array> {
  const members = createBlockMembers();
  members.add("a", encoded);
  const json = new TextEncoder().encode(JSON.stringify({ arrays: members.entries() }));
  const bytes = zipArchive([{ name: "report.json", bytes: json }, ...members.files()]);
  return (await openBlock(Buffer.from(bytes).toString("base64"))).values("a");
}

describe("encodings of arrays", () => {
  it("keep whole numbers of any width", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { maxLength: 50 }), async (values) => {
        expect(Array.from(await roundTrip(encodeWhole(values)))).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it("keep positive values to a millionth, and others as singles", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 50 }),
        async (values) => {
          const read = await roundTrip(encodePositive(Float64Array.from(values)));
          for (const [i, value] of values.entries()) expect(Math.abs((read[i] ?? 0) / value - 1)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 60 },
    );
    expect(await roundTrip(encodePositive(Float64Array.of(1.5, -2.5, 0)))).toEqual(Float64Array.of(1.5, -2.5, 0));
  });

  it("keep rounded values to half a step", async () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i) / 3);
    const read = await roundTrip(encodeRounded(values, 1000));
    for (const [i, value] of values.entries()) expect(Math.abs((read[i] ?? 0) - value)).toBeLessThanOrEqual(0.000_501);
    expect(await roundTrip(encodeRounded(Float64Array.of(0.5, Number.NaN), 1000))).toEqual(
      Float64Array.of(0.5, Number.NaN),
    );
  });

  it("keep times, regular or not", async () => {
    const regular = Float64Array.from({ length: 100 }, (_, i) => 1_500_000_000_000 + 60_000 * i);
    expect(encodeTimes(regular).values).toBeUndefined();
    expect(await roundTrip(encodeTimes(regular))).toEqual(regular);
    const weekdays = regular.filter((_, i) => i % 7 < 5);
    expect(encodeTimes(weekdays).values).toBeInstanceOf(Int8Array);
    expect(await roundTrip(encodeTimes(weekdays))).toEqual(weekdays);
    expect(await roundTrip(encodeTimes(Float64Array.of(5)))).toEqual(Float64Array.of(5));
  });

  it("find the decimals of prices, if there are few", () => {
    expect(decimalScale([Float64Array.of(1, 2.5, 3.25)])).toBe(100);
    expect(decimalScale([Float64Array.of(1.14687, 0.1 + 0.2)])).toBe(100_000);
    expect(decimalScale([Float64Array.of(1, Math.fround(1.1))])).toBeUndefined();
    expect(decimalScale([Float64Array.of(1, Number.NaN)])).toBeUndefined();
  });
});
