import { type BacktestOutcome, type BacktestOutcomeWithResult, runBacktest } from "../backtest/array-backtest.ts";
import type { RunBacktestOptions } from "../backtest/run-backtest.ts";
import type { RuntimeOptions } from "../wiring/runtime.ts";
import { openRuntime } from "../wiring/runtime.ts";

/** The configuration of `backtestFile`, how it reads the file, and what it computes. */
export interface BacktestFileOptions extends RuntimeOptions, RunBacktestOptions {
  /** Whether columns are memory-mapped. Default: the value in the configuration. */
  readonly useMemoryMapped?: boolean;
}

/**
 * Backtests a file or a dataset in one call: reads the configuration, ingests the file unless its dataset is up to
 * date, computes signals, simulates trades, and stores the results in the cache. The Python module calls it
 * `backtest_with_dask`.
 *
 * @param data - path of a file, or name of a dataset
 * @throws ATC_INVALID_CONFIG, ATC_NOT_FOUND, ATC_INVALID_DATA, ATC_CORRUPT_DATA, ATC_MISSING_PLUGIN, ATC_LOCKED,
 * ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED
 */
export async function backtestFile(
  data: string,
  options?: BacktestFileOptions & { readonly curves?: true },
): Promise<BacktestOutcomeWithResult>;
/** Like the first form, without a result if `options.curves` is false. */
export async function backtestFile(data: string, options?: BacktestFileOptions): Promise<BacktestOutcome>;
export async function backtestFile(data: string, options: BacktestFileOptions = {}): Promise<BacktestOutcome> {
  const { useMemoryMapped, config, ...rest } = options;
  const keys = useMemoryMapped === undefined ? config : { ...config, useMemoryMapped };
  await using runtime = await openRuntime({ ...rest, ...(keys === undefined ? {} : { config: keys }) });
  return await runBacktest(runtime, data, { ...rest, curves: rest.curves ?? true });
}
