import { firstRowFrom } from "@atc/plugin-kit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { rowCollector } from "../src/rows/row-collector.ts";
import { emptyCursor, seriesCursor } from "../src/rows/series-cursor.ts";
import type { MergeCounts, MergeTarget, OverlapPolicy } from "../src/rows/series-merge.ts";
import { countingTarget, mergeSeries } from "../src/rows/series-merge.ts";
import type { Row } from "./array-series.ts";
import { arraySeries } from "./array-series.ts";

const columns = [
  { name: "timestamp", type: "timestamp[ms]" },
  { name: "close", type: "float64" },
] as const;

/** Rows sorted by time, some with equal times; times on both sides of 2^32 and of 0. */
const rows = fc
  .array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.constantFrom(1, 2, Number.NaN, -0)), { maxLength: 30 })
  .map((list) =>
    list
      .map(([step, close]): Row => ({ time: BigInt(step) * 2n ** 31n, close }))
      .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
  );

function byTime(list: readonly Row[]): Map<bigint, number[]> {
  const groups = new Map<bigint, number[]>();
  for (const { time, close } of list) groups.set(time, [...(groups.get(time) ?? []), close]);
  return groups;
}

/** The rule: one group or the other for each time. */
function naive(stored: readonly Row[], added: readonly Row[], policy: OverlapPolicy): Row[] {
  const old = byTime(stored);
  const fresh = byTime(added);
  const times = [...new Set([...old.keys(), ...fresh.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return times.flatMap((time) => {
    const chosen = policy === "restate" ? (fresh.get(time) ?? old.get(time)) : (old.get(time) ?? fresh.get(time));
    return (chosen ?? []).map((close) => ({ time, close }));
  });
}

function run(
  stored: readonly Row[],
  added: readonly Row[],
  policy: OverlapPolicy,
  target: MergeTarget,
  from: { stored: number; added: number; block: number },
  onYield: () => void,
): MergeCounts {
  const cursor = (list: readonly Row[], at: number) =>
    list.length === 0 ? emptyCursor() : seriesCursor(arraySeries(list, from.block), ["close"], at);
  const merge = mergeSeries(cursor(stored, from.stored), cursor(added, from.added), policy, target);
  let step = merge.next();
  for (; step.done !== true; step = merge.next()) onYield();
  return step.value;
}

it.each(["restate", "keep"] as const)("follows the rule of %s, and reports the first row that changes", (policy) => {
  fc.assert(
    fc.property(rows, rows, fc.integer({ min: 1, max: 7 }), (stored, added, block) => {
      const expected = naive(stored, added, policy);
      const counts = run(stored, added, policy, countingTarget, { stored: 0, added: 0, block }, () => undefined);
      const firstChange = expected.findIndex(
        ({ time, close }, i) => stored[i]?.time !== time || !Object.is(stored[i]?.close, close),
      );
      const shrinks = stored.length !== expected.length;
      if (counts.firstStored < 0) {
        expect(firstChange).toBe(-1);
        expect(shrinks).toBe(false);
        return;
      }
      // The rows before are those of the dataset.
      expect(stored.slice(0, counts.firstStored)).toEqual(expected.slice(0, counts.firstStored));
      const merged: Row[] = [];
      const collector = rowCollector(columns, 3);
      const drain = (): void => {
        const { timestamp, close } = collector.columns();
        for (let i = 0; i < collector.length(); i++)
          merged.push({ time: timestamp?.[i] as bigint, close: close?.[i] as number });
        collector.clear();
      };
      run(stored, added, policy, collector, { stored: counts.firstStored, added: counts.firstNew, block }, () => {
        if (collector.isFull()) drain();
      });
      drain();
      expect(merged).toEqual(expected.slice(counts.firstStored));
      expect(counts.rows).toBe(merged.length);
    }),
  );
});

it("counts every new row, and finds nothing to do the second time", () => {
  fc.assert(
    fc.property(rows, rows, fc.constantFrom<OverlapPolicy>("restate", "keep"), (stored, added, policy) => {
      const at = { stored: 0, added: 0, block: 4 };
      const counts = run(stored, added, policy, countingTarget, at, () => undefined);
      expect(counts.added + counts.restated + counts.unchanged + counts.ignored).toBe(added.length);
      const again = run(naive(stored, added, policy), added, policy, countingTarget, at, () => undefined);
      expect([again.added, again.restated, again.firstStored]).toEqual([0, 0, -1]);
    }),
  );
});

it("finds the first row at or after a time", () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: -7, max: 7 }), (list, step) => {
      const time = BigInt(step) * 2n ** 31n;
      const found = list.findIndex((row) => row.time >= time);
      expect(firstRowFrom(arraySeries(list, 5), time)).toBe(found < 0 ? list.length : found);
    }),
  );
});
