import type { CurveColumn } from "../data/report-data.ts";
import { type CollectedCurve, meanColumns } from "./collect-curve.ts";

/** What is kept of two neighbours: the last bucket may have none. */
type Merge = (first: number, second: number) => number;

function halved(values: Float64Array, merge: Merge): Float64Array {
  const { length } = values;
  const half = new Float64Array(Math.ceil(length / 2));
  for (let i = 0; i < half.length; i++)
    half[i] = 2 * i + 1 < length ? merge(values[2 * i], values[2 * i + 1]) : values[2 * i];
  return half;
}

const last: Merge = (_first, second) => second;
const first: Merge = (one) => one;

/** The mean of buckets, of which the last one may have fewer bars. */
function halvedMean(values: Float64Array, { bits, length }: CollectedCurve): Float64Array {
  const half = halved(values, (a, b) => (a + b) / 2);
  const { length: count } = values;
  if (count % 2 === 0) {
    const rest = (length - (count - 1) * 2 ** bits) / 2 ** bits;
    half[half.length - 1] = (values[count - 2] + rest * values[count - 1]) / (1 + rest);
  }
  return half;
}

/** The curve in buckets of twice as many bars: what reading it again would give. */
export function coarserCurve(curve: CollectedCurve): CollectedCurve {
  const { bits, times, equity, drawdown, columns } = curve;
  const halvedColumn = (name: CurveColumn, values: Float64Array): Float64Array =>
    meanColumns.includes(name) ? halvedMean(values, curve) : halved(values, last);
  return {
    ...curve,
    bits: bits + 1,
    times: halved(times, first),
    equity: {
      close: halved(equity.close, last),
      low: halved(equity.low, Math.min),
      high: halved(equity.high, Math.max),
    },
    drawdown: halved(drawdown, Math.min),
    columns: new Map([...columns].map(([name, values]) => [name, halvedColumn(name, values)])),
  };
}
