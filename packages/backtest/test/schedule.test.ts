import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSchedule } from "../src/simulation/schedule.ts";
import { schedule } from "./reference/schedule.ts";

const day = 86_400_000;

/** Times from 1900 to 2100, in order. */
const calendars = fc
  .array(fc.oneof(fc.integer({ min: -25_567 * day, max: 47_482 * day }), fc.integer({ min: 0, max: 400 * day })), {
    minLength: 1,
    maxLength: 60,
  })
  .map((times) => times.sort((a, b) => a - b));

describe("a schedule", () => {
  for (const rebalance of ["everyBar", "bars:1", "bars:7", "daily", "weekly", "monthly"] as const)
    it(`marks what the reference marks, in blocks: ${rebalance}`, () => {
      fc.assert(
        fc.property(calendars, fc.integer({ min: 1, max: 20 }), (times, length) => {
          const marks = createSchedule(rebalance);
          const own: number[] = [];
          for (let from = 0; from < times.length; from += length) {
            const block = Float64Array.from(times.slice(from, from + length));
            const into = new Uint8Array(block.length);
            marks?.push(block, block.length, into);
            own.push(...into);
          }
          expect(own).toStrictEqual(times.map((_, i) => (schedule(rebalance, times, i) ? 1 : 0)));
        }),
      );
    });

  it("is absent if positions are never brought back", () => {
    expect(createSchedule("never")).toBeUndefined();
  });
});
