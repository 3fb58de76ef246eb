import type { BacktestConfig, Dataset, Series } from "@atc/contract";
import type { BenchmarkBlock } from "../metrics/benchmark-join.ts";

/** Rows of a block. */
const blockLength = 16_384;

/** The closes of a benchmark, block by block. */
export function* benchmarkCloses(series: Series): Generator<BenchmarkBlock, void, void> {
  for (const block of series.blocks({ columns: ["timestamp", "close"], blockLength }))
    yield { times: BigInt64Array.from(block.times()), close: block.values("close") };
}

/** The series of the configured benchmark, which `checkData` has found in the dataset; undefined if there is none. */
export function benchmarkSeries(dataset: Dataset, { benchmark }: BacktestConfig): Series | undefined {
  return benchmark === undefined ? undefined : dataset.series(benchmark);
}
