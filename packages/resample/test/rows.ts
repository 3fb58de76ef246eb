import type { Block, ColumnMetadata, Series, TypedArray } from "@atc/contract";
import type { ResampleOptions } from "../src/index.ts";
import { resampleSeries } from "../src/index.ts";

/** A bar or tick of a test; missing values are NaN. */
export interface Row {
  readonly time: bigint;
  readonly open?: number;
  readonly high?: number;
  readonly low?: number;
  readonly close: number;
  readonly volume: number;
}

/** Columns in memory as a series, in blocks of `blockLength` rows. */
export function seriesOf(
  type: "timestamp[ms]" | "timestamp[ns]",
  times: BigInt64Array,
  values: Readonly<Record<string, Float64Array>>,
  blockLength = 7,
): Series {
  const columns: ColumnMetadata[] = Object.keys(values).map((name) => ({ name, type: "float64" }));
  return {
    symbol: "A",
    length: times.length,
    columns: [{ name: "timestamp", type }, ...columns],
    *blocks({ from = 0, to = times.length }): Generator<Block> {
      for (let row = from; row < to; row += blockLength) {
        const end = Math.min(row + blockLength, to);
        const own = times.slice(row, end);
        yield {
          row,
          length: end - row,
          values: (name) => (values[name] as Float64Array).slice(row, end),
          times: () => own,
          timeWords: () => new Int32Array(own.buffer),
        };
      }
    },
    window: (name, start, length) => (values[name] as Float64Array).slice(start, start + length),
  };
}

/** Ticks as a series: a price, a size, times in ns. */
export function tickSeries(rows: readonly Row[], blockLength = 7): Series {
  const times = BigInt64Array.from(rows, ({ time }) => time);
  const close = Float64Array.from(rows, (row) => row.close);
  const volume = Float64Array.from(rows, (row) => row.volume);
  return seriesOf("timestamp[ns]", times, { close, volume }, blockLength);
}

/** Bars as a series, times in ms. */
export function barSeries(rows: readonly Row[], blockLength = 7): Series {
  const times = BigInt64Array.from(rows, ({ time }) => time);
  const column = (name: "open" | "high" | "low" | "close" | "volume"): Float64Array =>
    Float64Array.from(rows, (row) => row[name] ?? Number.NaN);
  const values = Object.fromEntries(
    (["open", "high", "low", "close", "volume"] as const).map((name) => [name, column(name)]),
  );
  return seriesOf("timestamp[ms]", times, values, blockLength);
}

/** A bar in the form that tests compare. */
export interface Bar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly count: number;
}

/** All bars of a series. */
export function barsOf(series: Series, options: ResampleOptions): Bar[] {
  const bars: Bar[] = [];
  for (const { length, columns } of resampleSeries(series, options)) {
    const at = (name: string, i: number): number => Number((columns[name] as TypedArray)[i]);
    for (let i = 0; i < length; i++)
      bars.push({
        time: at("timestamp", i),
        open: at("open", i),
        high: at("high", i),
        low: at("low", i),
        close: at("close", i),
        volume: at("volume", i),
        count: at("count", i),
      });
  }
  return bars;
}
