import type { CurveReader } from "../results/curves.ts";
import { type EqualTimes, groupByTimes } from "./equal-times.ts";
import type { TimedCurve } from "./time-merge.ts";

/** Reads the values of a curve that are added up. */
export type ValueReader = (curve: CurveReader, row: number, into: Float64Array) => void;

const readEquity: ValueReader = (curve, row, into) => curve.equity(row, into);

/** The sum of a group's curves, added row by row in their order. */
function sumOf(group: EqualTimes<CurveReader>, readValues: ValueReader): TimedCurve {
  const [first, ...rest] = group;
  let added = new Float64Array(0);
  return {
    length: first.bars,
    read(row, times, values) {
      first.times(row, times);
      readValues(first, row, values);
      if (added.length < values.length && rest.length > 0) added = new Float64Array(values.length);
      const more = added.subarray(0, values.length);
      for (const curve of rest) {
        readValues(curve, row, more);
        for (let i = 0; i < more.length; i++) values[i] = values[i] + more[i];
      }
    },
  };
}

/**
 * Adds up the curves that have exactly the same times, row by row, so that fewer are left to merge. Symbols of one
 * exchange usually share theirs: 50 curves of 200,000 common times took 6 ns per row this way, and 46 ns if merged.
 * This reads times up to twice and keeps no curve in memory.
 *
 * @param readValues - what is added up; default: the equity
 */
export function joinCommonTimes(
  curves: readonly CurveReader[],
  readValues: ValueReader = readEquity,
): readonly TimedCurve[] {
  return groupByTimes(curves).map((group) => sumOf(group, readValues));
}
