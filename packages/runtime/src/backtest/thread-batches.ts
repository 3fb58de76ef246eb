import type { Period } from "@atc/backtest";
import { type MetricName, periodRows } from "@atc/backtest";
import type { Dataset, Executor, OperationOptions } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import type { BacktestTaskInput, BacktestTaskOutput } from "../compute/tasks.ts";
import { datasetRef } from "../compute/thread-datasets.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import type { Spool } from "../spool/open-spool.ts";
import { strategyFault } from "../strategy/guarded-strategy.ts";
import { runWatched } from "../strategy/strategy-watch.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { OwnStrategy } from "./chosen-strategy.ts";
import type { BatchComputer } from "./result-batches.ts";
import type { ResultCodec } from "./result-codecs.ts";
import type { RunDecisions } from "./run-decisions.ts";

const taskRef = { task: "@atc/runtime#backtestSymbols", version: 7 };

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
  /** The strategy of the user's, whose code the threads run. Default: the built-in one of the configuration. */
  readonly own?: OwnStrategy | undefined;
  /** Decisions and members of files, for some symbols. Default: none. */
  readonly partsOf?: RunDecisions["partsOf"];
  /** Bars that are read of all symbols, for progress. */
  readonly bars: number;
  /** The time in which accounts trade. Default: all. */
  readonly period?: Period | undefined;
}

/**
 * Computes batches of symbols on the threads of the executor. If the dataset was replaced meanwhile, the caller
 * computes with a built-in strategy: it still has the old one open. With a strategy of the user's it throws
 * ATC_REPLACED.
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
    get concurrency() {
      return executor.concurrency;
    },
    async compute(symbols) {
      const report = progress();
      const inputOf = (some: readonly string[], own: WatchedModule | undefined): BacktestTaskInput => ({
        ...datasetRef(runtime.storeRef, dataset.manifest),
        ...options.partsOf?.(some),
        symbols: some,
        own,
        strategy: config.strategy,
        parameters: config.parameters,
        signals: signalPart(config),
        metrics,
        config: backtestPart(config),
        limit,
        period,
        spool: spool.part(some),
      });
      const onProgress = ({ done }: { readonly done: number }): void => report(done);
      const startedAt = performance.now();
      try {
        const output =
          options.own === undefined
            ? await submitBatch(executor, inputOf(symbols, undefined), { signal, onProgress })
            : await computeOwn(symbols, options.own, { inputOf, signal, onProgress });
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
        if (options.own === undefined && isAtcError(error, "ATC_REPLACED")) return undefined;
        throw error;
      }
    },
  };
}

/** Runs a batch on threads of this process, or in another one that returns the curves. */
async function submitBatch(
  executor: Executor,
  input: BacktestTaskInput,
  options: OperationOptions,
): Promise<BacktestTaskOutput> {
  if (executor.queue !== undefined) {
    // Runs on one machine do not load what sends batches to others.
    const { sentBatch } = await import("./sent-batch.ts");
    return await sentBatch(executor, input, options);
  }
  return await executor.submit<BacktestTaskInput, BacktestTaskOutput>(taskRef, input, options);
}

/** What {@link computeOwn} needs besides the strategy. */
interface OwnOptions extends OperationOptions {
  readonly inputOf: (symbols: readonly string[], own: WatchedModule) => BacktestTaskInput;
}

/**
 * Computes symbols with a strategy of the user's. If it does not return for one of them, or ends its thread, that one
 * is listed, and the others run in tasks of their own: what the ended task had computed is lost.
 */
async function computeOwn(
  symbols: readonly string[],
  { module, executor, deadline }: OwnStrategy,
  { inputOf, signal, onProgress }: OwnOptions,
): Promise<BacktestTaskOutput> {
  const run = (some: readonly string[]): ReturnType<typeof runWatched<BacktestTaskInput, BacktestTaskOutput>> =>
    runWatched((watch) => inputOf(some, { module, watch }), { executor, task: taskRef, deadline, signal, onProgress });
  const whole = await run(symbols);
  if (whole.kind === "done") return whole.output;
  const outputs: BacktestTaskOutput[] = [];
  for (const [place, symbol] of symbols.entries()) {
    const outcome = place === whole.place ? whole : await run([symbol]);
    if (outcome.kind === "done") outputs.push(outcome.output);
    else {
      const { code, message, details } = strategyFault({ ...module, symbol }, outcome.what, outcome.cause);
      outputs.push({ tested: [], failures: [{ symbol, code, message, details }] });
    }
  }
  return {
    tested: outputs.flatMap(({ tested }) => tested),
    failures: outputs.flatMap(({ failures }) => failures),
  };
}
