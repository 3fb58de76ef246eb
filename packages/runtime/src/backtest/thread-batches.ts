import type { Period } from "@atc/backtest";
import { type MetricName, periodRows } from "@atc/backtest";
import type { Dataset, Executor, OperationOptions } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import type { BacktestTaskInput, BacktestTaskOutput } from "../compute/tasks.ts";
import { datasetRef } from "../compute/thread-datasets.ts";
import type { Spool } from "../spool/open-spool.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { BatchComputer } from "./result-batches.ts";
import type { ResultCodec } from "./result-codecs.ts";

const taskRef = { task: "@atc/runtime#backtestSymbols", version: 5 };

/** Adds up the progress of several tasks. */
function sharedProgress(total: number, onProgress: OperationOptions["onProgress"]): () => (done: number) => void {
  let sum = 0;
  return () => {
    let own = 0;
    return (done) => {
      if (done <= own) return;
      sum += done - own;
      own = done;
      onProgress?.({ phase: "computing", done: sum, total, unit: "bars" });
    };
  };
}

/** What {@link threadBatches} needs besides the runtime. */
export interface ThreadBatchesOptions<Result> extends OperationOptions {
  readonly codec: ResultCodec<Result>;
  /** The metrics besides the first 23. */
  readonly metrics: readonly MetricName[];
  /** The dataset; each thread opens it again. */
  readonly dataset: Dataset;
  /** Receives the curves. */
  readonly spool: Spool;
  readonly executor: Executor;
  /** Bars that are read of all symbols, for progress. */
  readonly bars: number;
  /** The time in which accounts trade. Default: all. */
  readonly period?: Period | undefined;
}

/**
 * Computes batches of symbols with a built-in strategy on the threads of the executor. If the dataset was replaced
 * meanwhile, the caller computes: it still has the old one open.
 */
export function threadBatches<Result extends { readonly symbol: string }>(
  runtime: Runtime,
  options: ThreadBatchesOptions<Result>,
): BatchComputer<Result> {
  const { codec, metrics, dataset, executor, period, signal, spool } = options;
  const { config } = runtime;
  const { limit } = config;
  const progress = sharedProgress(options.bars, options.onProgress);
  const rowsOf = (symbol: string): number => {
    const { start, to } = periodRows(dataset.series(symbol), { limit, period });
    return to - start;
  };
  return {
    concurrency: executor.concurrency,
    async compute(symbols) {
      const report = progress();
      const input: BacktestTaskInput = {
        ...datasetRef(runtime.storeRef, dataset.manifest),
        symbols,
        strategy: config.strategy,
        signals: signalPart(config),
        metrics,
        config: backtestPart(config),
        limit,
        period,
        spool: spool.part(symbols),
      };
      const startedAt = performance.now();
      try {
        const output = await executor.submit<BacktestTaskInput, BacktestTaskOutput>(taskRef, input, {
          signal,
          onProgress: ({ done }) => report(done),
        });
        // The last report of the thread may still be on its way.
        report(symbols.reduce((sum, symbol) => sum + rowsOf(symbol), 0));
        const failures = output.failures.map(
          ({ symbol, code, message, details }) => [symbol, new AtcError(code, message, { details })] as const,
        );
        const results = output.tested.map(({ figures, counts }) => {
          const decoded = codec.decode(figures);
          spool.curves.register(decoded.symbol, counts);
          return decoded;
        });
        return {
          results,
          failures: new Map(failures),
          costMs: performance.now() - startedAt,
        };
      } catch (error) {
        if (isAtcError(error, "ATC_REPLACED")) return undefined;
        throw error;
      }
    },
  };
}
