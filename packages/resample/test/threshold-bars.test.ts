import fc from "fast-check";
import { expect, it } from "vitest";
import { naiveBar } from "./naive.ts";
import type { Bar, Row } from "./rows.ts";
import { barsOf, tickSeries } from "./rows.ts";

const ticks: fc.Arbitrary<Row[]> = fc
  .array(
    fc.tuple(fc.nat(3), fc.double({ min: 0.5, max: 99, noNaN: true }), fc.oneof(fc.nat(9), fc.constant(Number.NaN))),
    {
      maxLength: 80,
    },
  )
  .map((list) => {
    let time = 1_700_000_000_000_000_000n;
    return list.map(([step, close, volume]) => {
      time += BigInt(step) * 400_000n;
      return { time, close, volume };
    });
  });

/** Rows grouped until they reach the amount, straight from the definition. */
function naiveBars(rows: readonly Row[], amount: number, of: (row: Row) => number, partial: "keep" | "drop"): Bar[] {
  const bars: Bar[] = [];
  let own: Row[] = [];
  let sum = 0;
  const end = (): void => {
    bars.push(naiveBar(Number((own.at(-1)?.time ?? 0n) / 1_000_000n), own));
    own = [];
    sum = 0;
  };
  for (const row of rows) {
    own.push(row);
    const value = of(row);
    if (!Number.isNaN(value)) sum += value;
    if (sum >= amount) end();
  }
  if (own.length > 0 && partial === "keep") end();
  return bars;
}

it.each([
  ["7ticks", 7, () => 1],
  ["20volume", 20, ({ volume }: Row) => volume],
  ["500dollars", 500, ({ close, volume }: Row) => close * volume],
] as const)("bars of %s end with the row that fills them", (to, amount, of) => {
  fc.assert(
    fc.property(ticks, fc.integer({ min: 1, max: 9 }), fc.constantFrom("keep", "drop"), (rows, block, partial) => {
      expect(barsOf(tickSeries(rows, block), { to, partial })).toEqual(naiveBars(rows, amount, of, partial));
    }),
  );
});

it("leaves out the rest by default, and can label with the first row", () => {
  const rows: Row[] = [1n, 2n, 3n].map((second) => ({ time: second * 1_000_000_000n, close: 1, volume: 1 }));
  expect(barsOf(tickSeries(rows), { to: "2ticks" }).map(({ time }) => time)).toEqual([2000]);
  expect(barsOf(tickSeries(rows), { to: "2ticks", label: "start" }).map(({ time }) => time)).toEqual([1000]);
});
