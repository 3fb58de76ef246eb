import { type CurveBarsOptions, curveBars } from "@atc/backtest";
import type { BacktestConfig, Series } from "@atc/contract";
import type { EntryBars, EntryFill } from "@atc/sweep";
import { decisionsOf, type JudgedRun } from "./judged-run.ts";

/** Times in milliseconds. */
export function milliseconds(times: BigInt64Array, { columns }: Series): Float64Array {
  const scale = columns.some(({ type }) => type === "timestamp[ns]") ? 1e6 : 1;
  return Float64Array.from(times, (time) => Number(time) / scale);
}

/** The prices that fill the orders of a symbol: ticks, and bars without an open, fill at the close of the next row. */
export function entryFill({ fill }: BacktestConfig, { columns }: Series): EntryFill {
  const isTicks = columns.some(({ type }) => type === "timestamp[ns]");
  const hasOpen = columns.some(({ name }) => name === "open");
  return fill === "nextOpen" && (isTicks || !hasOpen) ? "nextClose" : fill;
}

/** The times of a symbol's bars, in the series' unit. */
export function barTimes(run: JudgedRun, symbol: string): BigInt64Array {
  const decisions = decisionsOf(run, symbol);
  const times = new BigInt64Array(decisions.bars);
  decisions.times(0, times);
  return times;
}

/** Reads the bars of a symbol: 40 bytes per bar. */
export function entryBars(run: JudgedRun, symbol: string): EntryBars {
  const { dataset, config, strategy, period, limit } = run;
  const series = dataset.series(symbol);
  const decisions = decisionsOf(run, symbol);
  const { bars } = decisions;
  const options: CurveBarsOptions = { strategy, config, limit, period };
  const all: Record<"close" | "open" | "high" | "low", Float64Array | undefined> = {
    close: new Float64Array(bars),
    open: undefined,
    high: undefined,
    low: undefined,
  };
  let row = 0;
  for (const block of curveBars({ series, decisions }, options)) {
    for (const name of ["close", "open", "high", "low"] as const) {
      const values = block[name];
      if (values === undefined) continue;
      all[name] ??= new Float64Array(bars);
      all[name].set(values, row);
    }
    row += block.close.length;
  }
  return { ...all, close: all.close as Float64Array, time: milliseconds(barTimes(run, symbol), series) };
}
