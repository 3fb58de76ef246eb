import type { CurveBlock, CurveColumn, ReportCurve } from "../data/report-data.ts";

/** A series in buckets of bars: the last value of each, and the lowest and highest if there is more than one bar. */
interface BucketSeries {
  readonly close: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A curve in buckets of 2^bits bars. */
export interface CollectedCurve {
  readonly bits: number;
  /** Number of bars. */
  readonly length: number;
  /** Whether every value is kept as it is. */
  readonly isExact: boolean;
  /** Times in ms of the first bar of each bucket. */
  readonly times: Float64Array;
  /** Time in ms of the last bar. */
  readonly lastTime: number;
  readonly areDates: boolean;
  readonly equity: BucketSeries;
  /** The deepest fall below the peak of the bars of each bucket: 0 or below. */
  readonly drawdown: Float64Array;
  /** The last value of each bucket; of `long` and `short` the mean. */
  readonly columns: ReadonlyMap<CurveColumn, Float64Array>;
}

/** The most points that are kept one by one. */
const mostPoints = 20_000;

const dayMs = 86_400_000;

/** The fewest bits of a bucket for `length` bars in at most `buckets` buckets; 0 if the bars themselves fit. */
export function bucketBits(length: number, buckets: number): number {
  if (length <= mostPoints) return 0;
  let bits = 0;
  while (Math.ceil(length / 2 ** bits) > buckets) bits++;
  return bits;
}

/** Columns of which a bucket has the mean. */
export const meanColumns: readonly CurveColumn[] = ["long", "short"];

/** Reads a curve into buckets of 2^bits bars, in one pass. Memory grows with the buckets. */
export function collectCurve(curve: ReportCurve, bits: number): CollectedCurve {
  const { length, timeUnit } = curve;
  const count = Math.ceil(length / 2 ** bits);
  const series = (): BucketSeries => ({
    close: new Float64Array(count),
    low: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    high: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
  });
  const equity = series();
  const drawdown = new Float64Array(count);
  const times = new Float64Array(count);
  const columns = new Map(curve.columns.map((name) => [name, new Float64Array(count)]));
  const perMs = timeUnit === "ns" ? 1e6 : 1;
  const size = 2 ** bits;
  let row = 0;
  let peak = Number.NEGATIVE_INFINITY;
  let lastTime = 0;
  let areDates = true;

  function addEquity({ length: rows, equity: values }: CurveBlock): void {
    const { close, low, high } = equity;
    for (let i = 0; i < rows; i++) {
      const value = values[i];
      const bucket = (row + i) >>> bits;
      close[bucket] = value;
      if (value < low[bucket]) low[bucket] = value;
      if (value > high[bucket]) high[bucket] = value;
      if (value > peak) peak = value;
      // A peak of 0 or below has no fall in per cent.
      const fall = peak > 0 ? value / peak - 1 : 0;
      if (fall < drawdown[bucket]) drawdown[bucket] = fall;
    }
  }

  function addColumn(name: CurveColumn, { length: rows, columns: given }: CurveBlock): void {
    const values = given[name];
    const into = columns.get(name);
    if (values === undefined || into === undefined) return;
    if (!meanColumns.includes(name)) {
      for (let i = 0; i < rows; i++) into[(row + i) >>> bits] = values[i];
      return;
    }
    for (let i = 0; i < rows; i++) {
      const bucket = (row + i) >>> bits;
      into[bucket] += values[i] / Math.min(size, length - bucket * size);
    }
  }

  function addTimes({ length: rows, times: values }: CurveBlock): void {
    const mask = size - 1;
    for (let i = 0; i < rows; i++) {
      if (((row + i) & mask) !== 0 && !areDates) continue;
      const ms = Number(values[i]) / perMs;
      if (ms % dayMs !== 0) areDates = false;
      if (((row + i) & mask) === 0) times[(row + i) >>> bits] = ms;
    }
    lastTime = Number(values[rows - 1]) / perMs;
    if (lastTime % dayMs !== 0) areDates = false;
  }

  for (const block of curve.blocks()) {
    if (block.length === 0) continue;
    addTimes(block);
    addEquity(block);
    for (const name of curve.columns) addColumn(name, block);
    row += block.length;
  }
  return { bits, length, isExact: length <= mostPoints, times, lastTime, areDates, equity, drawdown, columns };
}
