import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertTimes, type EpochUnit, epochUnitOf, noTime } from "../src/index.ts";

const perSecond: Readonly<Record<EpochUnit, bigint>> = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n };
const lowest = -(2n ** 63n);
const highest = 2n ** 63n - 1n;
const largestDate = 8_640_000_000_000_000n;

/** The conversion in BigInt. */
function converted(time: bigint, from: EpochUnit, to: "ms" | "ns"): bigint {
  if (time <= lowest + 1n || time === highest) return noTime;
  const scaled = time * perSecond[to];
  const quotient = scaled / perSecond[from];
  const value = scaled < 0n && quotient * perSecond[from] !== scaled ? quotient - 1n : quotient;
  const limit = to === "ms" ? largestDate : highest;
  return value >= (to === "ms" ? -limit : lowest) && value <= limit ? value : noTime;
}

describe("convertTimes", () => {
  const units: readonly EpochUnit[] = ["s", "ms", "us", "ns"];
  const time = fc.oneof(
    fc.bigInt({ min: lowest, max: highest }),
    fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
    fc.constantFrom(lowest, lowest + 1n, highest, largestDate, largestDate + 1n, -largestDate, 0n, -1n),
  );

  it.each(units.flatMap((from) => (["ms", "ns"] as const).map((to) => [from, to] as const)))(
    "converts %s to %s as BigInt does; what does not fit becomes noTime",
    (from, to) => {
      fc.assert(
        fc.property(fc.array(time, { maxLength: 20 }), (times) => {
          const target = new BigInt64Array(times.length);
          convertTimes(BigInt64Array.from(times), from, target, to);
          expect([...target]).toEqual(times.map((value) => converted(value, from, to)));
        }),
      );
    },
  );

  it("converts an array in place, and one that does not start at its buffer", () => {
    const all = BigInt64Array.of(7n, 1_500_000_001n, -1n);
    const times = all.subarray(1);
    convertTimes(times, "ns", times, "ms");
    expect([...all]).toEqual([7n, 1500n, -1n]);
  });
});

describe("epochUnitOf", () => {
  it.each([
    [0, "s"],
    [99_999_999_999, "s"],
    [100_000_000_000, "ms"],
    [1_704_153_600_000, "ms"],
    [1e14, "us"],
    [1_704_153_600_000_000, "us"],
    [1e17, "ns"],
    [1_704_153_600_000_000_000, "ns"],
  ])("takes %d as %s", (magnitude, unit) => {
    expect(epochUnitOf(magnitude)).toBe(unit);
  });
});
