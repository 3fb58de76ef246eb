import { AtcError, type BacktestConfig, type Dataset, type Series } from "@atc/contract";
import type { BenchmarkBlock } from "../metrics/benchmark-join.ts";

/** Rows of a block. */
const blockLength = 16_384;

/** The closes of a benchmark, block by block. */
export function* benchmarkCloses(series: Series): Generator<BenchmarkBlock, void, void> {
  for (const block of series.blocks({ columns: ["timestamp", "close"], blockLength }))
    yield { times: BigInt64Array.from(block.times()), close: block.values("close") };
}

/**
 * The series of the configured benchmark; undefined if there is none.
 *
 * @throws ATC_INVALID_CONFIG if the data lacks the symbol
 */
export function benchmarkSeries(dataset: Dataset, { benchmark }: BacktestConfig): Series | undefined {
  if (benchmark === undefined) return undefined;
  if (dataset.symbols().includes(benchmark)) return dataset.series(benchmark);
  throw new AtcError(
    "ATC_INVALID_CONFIG",
    `benchmark is "${benchmark}", but the data has no such symbol; choose one of ${dataset.symbols().slice(0, 10).join(", ")}, or leave benchmark out`,
    { details: { faults: [{ path: "benchmark", value: benchmark, allowed: "a symbol of the data, or none" }] } },
  );
}
