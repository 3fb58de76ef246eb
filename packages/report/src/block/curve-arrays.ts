import type { CurveColumn } from "../data/report-data.ts";
import type { BlockMembers } from "./block-members.ts";
import { coarserCurve } from "./coarser-curve.ts";
import type { CollectedCurve } from "./collect-curve.ts";
import { type EncodedValues, encodeExactly, encodePositive, encodeRounded, encodeTimes } from "./encode-values.ts";

/** Steps per unit of the columns that need no more. */
const columnScales: Readonly<Partial<Record<CurveColumn, number>>> = { long: 1000, short: 1000, sharpe: 1000 };

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

function endsOf(values: Float64Array): readonly [number | null, number | null] {
  return [finite(values[0]), finite(values.at(-1))];
}

/** A column from its first defined value on. */
function encodeColumn(name: CurveColumn, values: Float64Array, isExact: boolean): readonly [EncodedValues, number] {
  const first = values.findIndex((value) => Number.isFinite(value));
  const defined = first > 0 ? values.subarray(first) : values;
  const scale = columnScales[name];
  if (scale !== undefined) return [encodeRounded(defined, scale), Math.max(first, 0)];
  if (isExact) return [encodeExactly(defined), Math.max(first, 0)];
  // Costs begin at 0.
  return [name === "costs" ? encodeRounded(defined, 100) : encodePositive(defined), Math.max(first, 0)];
}

/** Adds the arrays of a curve: doubles if the curve is short, else values to a millionth of each. */
export function addCurve(
  members: BlockMembers,
  { bits, isExact, times, equity, drawdown, columns }: CollectedCurve,
): void {
  const size = bits === 0 ? {} : { bars: 2 ** bits };
  const encode = isExact ? encodeExactly : encodePositive;
  members.add("times", encodeTimes(times), size);
  members.add("equity/close", encode(equity.close), { ...size, ends: endsOf(equity.close) });
  if (bits > 0) {
    members.add("equity/low", encode(equity.low), size);
    members.add("equity/high", encode(equity.high), size);
    members.add("drawdown", encodeRounded(drawdown, 10_000), { ...size, ends: endsOf(drawdown) });
  }
  for (const [name, values] of columns) {
    const [encoded, first] = encodeColumn(name, values, isExact);
    members.add(name, encoded, { ...size, ...(first > 0 ? { first } : {}), ends: endsOf(values) });
  }
}

/** The most buckets of the overview: about two per pixel of a wide window. */
const overviewBuckets = 2048;
/** The fewest buckets of a curve that has an overview: shorter ones are read fast. */
const fewestForOverview = 4 * overviewBuckets;

/** Adds the lines of the first chart in few buckets, `overview/<name>`, so that it is drawn before the rest is read. */
export function addOverview(members: BlockMembers, curve: CollectedCurve): void {
  if (curve.bits === 0 || curve.equity.close.length < fewestForOverview) return;
  let few = curve;
  while (few.equity.close.length > overviewBuckets) few = coarserCurve(few);
  const { bits, equity, columns } = few;
  const size = { bars: 2 ** bits };
  for (const name of ["close", "low", "high"] as const)
    members.add(`overview/equity/${name}`, encodePositive(equity[name]), { ...size, ends: endsOf(equity[name]) });
  for (const name of ["gross", "benchmark"] as const) {
    const values = columns.get(name);
    if (values === undefined) continue;
    const [encoded, first] = encodeColumn(name, values, false);
    members.add(`overview/${name}`, encoded, { ...size, ...(first > 0 ? { first } : {}), ends: endsOf(values) });
  }
}
