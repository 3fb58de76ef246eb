import fc from "fast-check";
import { expect, it } from "vitest";
import { createTimeSorter } from "../src/order/time-order.ts";
import { median } from "../src/quality/median.ts";

const sorter = createTimeSorter();

function check(times: readonly bigint[]): void {
  const words = new Int32Array(BigInt64Array.from(times).buffer);
  const wanted = times
    .map((_, row) => row)
    .sort((a, b) => {
      const [x, y] = [times[a] as bigint, times[b] as bigint];
      return x < y ? -1 : x > y ? 1 : a - b;
    });
  expect(sorter.distinct(words, times.length)).toBe(new Set(times).size);
  const { order, distinct } = sorter.order(words, times.length);
  expect([...order.subarray(0, times.length)]).toEqual(wanted);
  expect(distinct ?? new Set(times).size).toBe(new Set(times).size);
}

it("sorts times on a grid, of any unit and origin", () => {
  fc.assert(
    fc.property(
      fc.bigInt(-(2n ** 62n), 2n ** 62n),
      fc.bigInt(1n, 2n ** 40n),
      fc.array(fc.bigInt(0n, 400n), { minLength: 1, maxLength: 300 }),
      (origin, unit, points) => {
        check(points.map((point) => origin + unit * point));
      },
    ),
  );
});

it("sorts times of ranges that need different numbers of passes", () => {
  for (const bits of [1n, 11n, 12n, 22n, 23n, 32n, 33n, 43n, 44n, 53n, 54n, 63n])
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, 2n ** bits - 1n), { minLength: 1, maxLength: 200 }), (times) => {
        check(times);
        check(times.map((time) => time - 2n ** 62n));
      }),
      { numRuns: 20 },
    );
});

it("sorts the two ends of 64 bits", () => {
  check([2n ** 63n - 1n, -(2n ** 63n), 0n, -1n, 2n ** 63n - 1n]);
});

it("is not misled by one time off the grid", () => {
  check([...Array.from({ length: 5000 }, (_, i) => BigInt(5000 - i) * 60_000n), 60_001n]);
});

it("selects the lower median", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const selected = median(Float64Array.from([...values, -1e300]), values.length);
      expect(selected === sorted[(values.length - 1) >> 1]).toBe(true);
    }),
  );
});
