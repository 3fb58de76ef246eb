import { type Period, periodStart } from "@atc/backtest";
import type { Dataset, Series } from "@atc/contract";
import { firstRowFrom } from "@atc/plugin-kit";

/** A test window: whose configuration decides in it. */
export interface StitchedWindow {
  /** The place of the chosen configuration; -1 if none was chosen, so that the account is flat. */
  readonly choice: number;
  /** The time in which its decisions are filled. */
  readonly period: Period;
  /** The first time that its signals see, in ms; undefined for all bars before the period. */
  readonly signalsFrom: number | undefined;
}

/** When a window decides, in ms with fractions for ticks. */
export interface DecidingTimes {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The time of the last row before a time, in ms; -Infinity if there is none. */
function lastTimeBefore(series: Series, ms: number | undefined): number {
  const unit = series.columns[0]?.type === "timestamp[ns]" ? "ns" : "ms";
  const time = periodStart(ms === undefined ? undefined : { from: ms }, unit);
  const row = (time === undefined ? series.length : firstRowFrom(series, time)) - 1;
  if (row < 0) return Number.NEGATIVE_INFINITY;
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 })) {
    const found = block.times()[0] as bigint;
    return unit === "ns" ? Number(found) / 1e6 : Number(found);
  }
  throw new RangeError(`row ${row} of ${series.length}`);
}

/**
 * When each window decides for a symbol: at the bars whose next one is in its period, in which the order is filled. So
 * a position that two choices agree on is held across the boundary of their windows.
 */
export function decidingTimes(series: Series, windows: readonly StitchedWindow[]): readonly DecidingTimes[] {
  return windows.map(({ period }) => ({
    from: period.from === undefined ? Number.NEGATIVE_INFINITY : lastTimeBefore(series, period.from),
    to: lastTimeBefore(series, period.to),
  }));
}

/** Like {@link decidingTimes}, for a strategy that sees all symbols at once. */
export function decidingUnionTimes(
  dataset: Dataset,
  symbols: readonly string[],
  windows: readonly StitchedWindow[],
): readonly DecidingTimes[] {
  const all = symbols.map((symbol) => decidingTimes(dataset.series(symbol), windows));
  return windows.map((_, window) => ({
    from: Math.max(...all.map((times) => times[window]?.from ?? Number.NEGATIVE_INFINITY)),
    to: Math.max(...all.map((times) => times[window]?.to ?? Number.NEGATIVE_INFINITY)),
  }));
}
