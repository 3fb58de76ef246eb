import type { Block, BlocksOptions, Dataset, Series } from "@atc/contract";
import { firstRowFrom } from "@atc/plugin-kit";

function shiftedBlock(block: Block, first: number): Block {
  return {
    row: block.row - first,
    length: block.length,
    values: (column) => block.values(column),
    times: () => block.times(),
    timeWords: () => block.timeWords(),
  };
}

function laterSeries(series: Series, first: number): Series {
  return {
    symbol: series.symbol,
    length: series.length - first,
    columns: series.columns,
    *blocks({ from = 0, to = series.length - first, ...options }: BlocksOptions) {
      for (const block of series.blocks({ ...options, from: first + from, to: first + to }))
        yield shiftedBlock(block, first);
    },
    window: (column, start, length) => series.window(column, first + start, length),
  };
}

/**
 * A dataset whose series begin at a time, as if nothing were known before it. A series that ends before it has no rows.
 * Its manifest is that of the whole dataset, which closes it.
 *
 * @param time - in ms since the epoch
 */
export function laterDataset(dataset: Dataset, time: number): Dataset {
  const isNs = dataset.manifest.schema.kind === "ticks";
  const first = BigInt(time) * (isNs ? 1_000_000n : 1n);
  return {
    manifest: dataset.manifest,
    symbols: () => dataset.symbols(),
    series: (symbol) => {
      const series = dataset.series(symbol);
      return laterSeries(series, firstRowFrom(series, first));
    },
    [Symbol.dispose]: () => undefined,
  };
}
