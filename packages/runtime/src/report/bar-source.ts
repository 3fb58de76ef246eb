import { type Period, periodRows } from "@atc/backtest";
import type { Block, Dataset, Series } from "@atc/contract";
import { type BarBlock, pricedBars, type ReportBars, type RowIndex } from "@atc/report";
import type { BacktestCurves } from "../backtest/backtest-curves.ts";

/** What the bars of a report are read from. */
export interface BarOptions {
  readonly dataset: Dataset;
  readonly curves: BacktestCurves;
  readonly index: RowIndex;
  readonly limit: number | undefined;
  readonly period: Period | undefined;
  /** Whether the strengths of decisions are the signals of the strategy. */
  readonly withSignals: boolean;
}

const blockRows = 8192;

/** The columns of prices: those of bars, or one price per row. */
function priceColumns({ columns }: Series): readonly string[] {
  const names = columns.map(({ name }) => name);
  if (["open", "high", "low", "close"].every((name) => names.includes(name))) return ["open", "high", "low", "close"];
  return [names.includes("close") ? "close" : "price"];
}

function barsOf(block: Block, [first = "close", ...others]: readonly string[], index: RowIndex): BarBlock {
  const times = new BigInt64Array(block.times());
  if (others.length === 0) return pricedBars({ times, close: block.values(first) }, index);
  const range = { open: block.values("open"), high: block.values("high"), low: block.values("low") };
  return pricedBars({ times, close: block.values("close"), range }, index);
}

/** Reads the bars of a symbol from the dataset of the run. */
export function barSource({
  dataset,
  curves,
  index,
  limit,
  period,
  withSignals,
}: BarOptions): (symbol: string) => ReportBars | undefined {
  const symbols = new Map(curves.accounts.map(({ figures, curves: own }) => [figures.symbol, own]));
  return (symbol) => {
    const series = dataset.series(symbol);
    const { to, curveBars } = periodRows(series, { limit, period });
    const names = priceColumns(series);
    const own = symbols.get(symbol);
    return {
      symbol,
      length: curveBars,
      *blocks() {
        let bar = 0;
        // Only if no bar was left out is the n-th equity that of the n-th bar.
        const hasEquity = own !== undefined && own.bars === curveBars;
        const hasSignal = withSignals && own?.columns.includes("strength") === true;
        for (const block of series.blocks({
          columns: ["timestamp", ...names],
          from: to - curveBars,
          to,
          blockLength: blockRows,
        })) {
          const bars = barsOf(block, names, index);
          if (!hasEquity || bars.length !== block.length) {
            yield bars;
            continue;
          }
          const equity = new Float64Array(bars.length);
          own.equity(bar, equity);
          const signal = hasSignal ? new Float64Array(bars.length) : undefined;
          if (signal !== undefined) own.column("strength", bar, signal);
          bar += bars.length;
          yield signal === undefined ? { ...bars, equity } : { ...bars, equity, signal };
        }
      },
    };
  };
}
