import { type Period, periodRows } from "@atc/backtest";
import type { Dataset, Series } from "@atc/contract";

/** What the bars of a sweep depend on. */
export interface SpanEndsOptions {
  readonly symbols: readonly string[];
  readonly limit: number | undefined;
  readonly period: Period | undefined;
}

/** The time of a row in ms, rounded up. */
function timeOfRow(series: Series, row: number): number {
  const isNs = series.columns[0]?.type === "timestamp[ns]";
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 })) {
    const time = block.times()[0] ?? 0n;
    return Number(isNs ? (time + 999_999n) / 1_000_000n : time);
  }
  throw new RangeError(`row ${row} of ${series.length}`);
}

/**
 * Makes the ends of spans, in ms since the epoch, exclusive: the first part of the bars, counted in the symbol with the
 * most bars. So a span means the same time for all symbols, as the period of a backtest does. Undefined for all bars.
 */
export function spanEnds(dataset: Dataset, options: SpanEndsOptions): (span: number) => number | undefined {
  const { symbols, ...choice } = options;
  let longest: { readonly series: Series; readonly from: number; readonly to: number } | undefined;
  for (const symbol of symbols) {
    const series = dataset.series(symbol);
    const { from, to } = periodRows(series, choice);
    if (longest === undefined || to - from > longest.to - longest.from) longest = { series, from, to };
  }
  return (span) => {
    if (span >= 1 || longest === undefined) return undefined;
    const { series, from, to } = longest;
    const row = from + Math.max(1, Math.ceil(span * (to - from)));
    return row >= to ? undefined : timeOfRow(series, row);
  };
}
