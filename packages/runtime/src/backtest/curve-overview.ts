import { createMonthlyReturns, type MonthlyReturns, type PortfolioCurve } from "@atc/backtest";
import type { CacheValue } from "@atc/cache";
import type { JsonValue } from "@atc/contract";
import { asJson } from "../wiring/config-parts.ts";

/** A curve in little space: what a chart of limited width and a table of months show. */
export interface CurveOverview {
  /** Unit of the times. */
  readonly timeUnit: PortfolioCurve["timeUnit"];
  /** Number of points of the curve. */
  readonly length: number;
  /** The time of the first point. */
  readonly first: bigint;
  /** The time of the last point. */
  readonly last: bigint;
  /** The lowest equity of each bucket. There are at most 1024, of as many points each as possible. */
  readonly low: Float64Array;
  /** The highest equity of each bucket. */
  readonly high: Float64Array;
  /** The deepest fall below the peak so far of each bucket: 0 or below. */
  readonly fall: Float64Array;
  /** A row per year. */
  readonly monthlyReturns: readonly MonthlyReturns[];
}

const mostBuckets = 1024;
const blockRows = 8192;

/** Reads a curve of one point or more once, in blocks. Memory grows with the months alone. */
export function curveOverview({ timeUnit, length, read }: PortfolioCurve): CurveOverview {
  const count = Math.min(length, mostBuckets);
  const low = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const fall = new Float64Array(count);
  const months = createMonthlyReturns(timeUnit);
  const times = new BigInt64Array(Math.min(blockRows, length));
  const equity = new Float64Array(times.length);
  const ends = new BigInt64Array(2);
  let peak = Number.NEGATIVE_INFINITY;
  let bucket = 0;
  let end = Math.ceil(length / count);

  /** Adds points of one bucket. */
  function addTo(place: number, from: number, to: number): void {
    let lowest = low[place] as number;
    let highest = high[place] as number;
    let deepest = fall[place] as number;
    for (let i = from; i < to; i++) {
      const value = equity[i] as number;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
      if (value > peak) peak = value;
      // A peak of 0 or below has no fall in per cent.
      const below = peak > 0 ? value / peak - 1 : 0;
      if (below < deepest) deepest = below;
    }
    low[place] = lowest;
    high[place] = highest;
    fall[place] = deepest;
  }

  for (let row = 0; row < length; row += blockRows) {
    const rows = Math.min(blockRows, length - row);
    const part = times.subarray(0, rows);
    read(row, part, equity.subarray(0, rows));
    if (row === 0) ends[0] = times[0] as bigint;
    ends[1] = times[rows - 1] as bigint;
    months.addBars(part, equity, rows);
    for (let from = 0; from < rows; ) {
      const to = Math.min(rows, end - row);
      addTo(bucket, from, to);
      from = to;
      if (row + to < end) continue;
      bucket++;
      end = Math.ceil(((bucket + 1) * length) / count);
    }
  }
  const [first = 0n, last = 0n] = ends;
  return { timeUnit, length, first, last, low, high, fall, monthlyReturns: months.finish() };
}

/** An overview as an entry of a cache. */
export function encodeOverview({ low, high, fall, first, last, ...rest }: CurveOverview): CacheValue {
  return { arrays: { low, high, fall }, attributes: asJson({ ...rest, first: String(first), last: String(last) }) };
}

function isReturn(value: JsonValue | undefined): value is number | null {
  return value === null || typeof value === "number";
}

function timeOf(value: JsonValue | undefined): bigint | undefined {
  return typeof value === "string" && /^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined;
}

function yearOf(value: JsonValue): MonthlyReturns | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { year, months, total } = value as Readonly<Record<string, JsonValue>>;
  if (typeof year !== "number" || !isReturn(total) || !Array.isArray(months)) return undefined;
  const returns = (months as readonly JsonValue[]).filter(isReturn);
  return months.length === 12 && returns.length === 12 ? { year, months: returns, total } : undefined;
}

/** The overview in a cache entry; undefined if it is missing or of another form. */
export function decodeOverview(value: CacheValue | undefined): CurveOverview | undefined {
  const { low, high, fall } = value?.arrays ?? {};
  const { timeUnit, length, first, last, monthlyReturns } = value?.attributes ?? {};
  if (!(low instanceof Float64Array && high instanceof Float64Array && fall instanceof Float64Array)) return undefined;
  if (low.length === 0 || high.length !== low.length || fall.length !== low.length) return undefined;
  if (!(timeUnit === "ms" || timeUnit === "ns") || typeof length !== "number") return undefined;
  const [from, to] = [timeOf(first), timeOf(last)];
  if (from === undefined || to === undefined || !Array.isArray(monthlyReturns)) return undefined;
  const years = (monthlyReturns as readonly JsonValue[]).map(yearOf);
  const known = years.filter((year) => year !== undefined);
  if (known.length !== years.length) return undefined;
  return { timeUnit, length, first: from, last: to, low, high, fall, monthlyReturns: known };
}
