import type { EncodedResult } from "@atc/backtest";
import { atcStrategy, backtestSeries, encodeResult } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { BacktestConfig, JsonObject, SignalConfig, Task, TaskContext, Transferred } from "@atc/contract";
import { isAtcError, task, transferred } from "@atc/contract";
import { readPrices } from "./price-series.ts";
import { signalColumns } from "./signal-columns.ts";
import type { ComputedSignals } from "./signal-entries.ts";
import { createThreadDatasets, type DatasetRef } from "./thread-datasets.ts";

/** Some symbols of a dataset to be tested with ATC. */
export interface BacktestTaskInput extends DatasetRef {
  /** The symbols. */
  readonly symbols: readonly string[];
  /** The configuration of the signals. */
  readonly signals: SignalConfig;
  /** Fills and costs. */
  readonly config: BacktestConfig;
  /** Only the last so many bars of each symbol. */
  readonly limit: number | undefined;
}

/** A symbol that could not be tested, as plain data. */
export interface TaskFailure {
  /** The symbol. */
  readonly symbol: string;
  /** The error's message. */
  readonly message: string;
  /** The error's details. */
  readonly details: JsonObject;
}

/** What became of the symbols. */
export interface BacktestTaskOutput {
  /** The results, in the order of the input. */
  readonly results: readonly EncodedResult[];
  /** Symbols whose data does not hold (ATC_INVALID_DATA). */
  readonly failures: readonly TaskFailure[];
}

const datasets = createThreadDatasets();

async function run(input: BacktestTaskInput, context: TaskContext): Promise<Transferred<BacktestTaskOutput>> {
  const dataset = await datasets.open(input);
  const { signals, config, limit } = input;
  const strategy = atcStrategy(signals);
  const results: EncodedResult[] = [];
  const failures: TaskFailure[] = [];
  let before = 0;
  for (const symbol of input.symbols) {
    context.throwIfCancelled();
    const series = dataset.series(symbol);
    try {
      const onProgress = ({ done }: { readonly done: number }): void => {
        context.throwIfCancelled();
        context.onProgress({ phase: "computing", done: before + done, unit: "bars" });
      };
      results.push(encodeResult(backtestSeries(series, { strategy, config, limit, onProgress })));
    } catch (error) {
      if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
      failures.push({ symbol, message: error.message, details: error.details });
    }
    before += Math.min(series.length, limit ?? series.length);
    context.onProgress({ phase: "computing", done: before, unit: "bars" });
  }
  const buffers = new Set(
    results.flatMap(({ arrays }) => Object.values(arrays).map(({ buffer }) => buffer as ArrayBuffer)),
  );
  return transferred({ results, failures }, [...buffers]);
}

/** Backtests some symbols of a dataset with ATC; the thread opens the dataset itself and keeps it open for its next task. */
export const backtestSymbols: Task<BacktestTaskInput, BacktestTaskOutput> = task({ version: 1, run });

/** A symbol of a dataset whose signals are wanted. */
export interface SignalTaskInput extends DatasetRef {
  /** The symbol. */
  readonly symbol: string;
  /** The configuration of the signals. */
  readonly signals: SignalConfig;
  /** What becomes of bars without a price. */
  readonly invalidPrices: AtcConfig["invalidPrices"];
  /** Only the last so many bars. */
  readonly limit: number | undefined;
}

async function runSignals(input: SignalTaskInput, context: TaskContext): Promise<Transferred<ComputedSignals>> {
  const dataset = await datasets.open(input);
  const { signals, invalidPrices, limit } = input;
  const { calculationSource } = signals;
  const prices = readPrices(dataset.series(input.symbol), { calculationSource, invalidPrices, limit }, undefined);
  const steps = signalColumns(signals, prices);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return transferred(
        step.value,
        Object.values(step.value.columns).map(({ buffer }) => buffer),
      );
    }
    context.throwIfCancelled();
    context.onProgress({ phase: "computing", done: step.value, unit: "bars" });
  }
}

/** Computes every output of ATC for one symbol of a dataset. */
export const signalsOfSymbol: Task<SignalTaskInput, ComputedSignals> = task({ version: 1, run: runSignals });

/** Closes what this thread has open. */
export function disposeWorker(): void {
  datasets.close();
}
