import { runBacktest } from "../backtest/array-backtest.ts";
import type { DataOptions } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { computeSignals } from "../signals/run-signals.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";

/** How to warm the cache. */
export interface WarmCacheOptions extends DataOptions {
  /**
   * Whether the signals of every symbol are computed too: about 150 bytes per bar and symbol, against
   * 17 for a backtest. Default: false.
   */
  readonly signals?: boolean;
}

/** What {@link warmCache} did for one dataset. */
export interface WarmedData {
  /** The dataset's name. */
  readonly data: string;
  /** Symbols of the dataset. */
  readonly symbols: number;
  /** Symbols whose results of the backtest were in the cache already. */
  readonly cachedSymbols: number;
  /** Symbols that could not be computed. */
  readonly skipped: number;
  /** Symbols whose signals were computed; 0 if they were in the cache or not requested. */
  readonly computedSignals: number;
  /** The time that it took, in ms. */
  readonly ms: number;
}

/**
 * Computes the backtest of a dataset or a file with the configuration of the runtime, and caches its results, so that
 * the next backtest reads them. Undefined if the cache is off or cannot be used, which gives a warning.
 *
 * @throws what `runBacktest` and `computeSignals` throw
 */
export async function warmCache(
  runtime: Runtime,
  data: string,
  { signals = false, ...options }: WarmCacheOptions = {},
): Promise<WarmedData | undefined> {
  if ((await usableCache(runtime)) === undefined) return undefined;
  const startedAt = performance.now();
  const names = await namesIn(runtime, data, options);
  const { report, cached, cachedSymbols } = await runBacktest(runtime, names.dataset, operation(options));
  const known = cached ? report.symbols.length : cachedSymbols;
  let computedSignals = 0;
  for (const symbol of signals ? names.symbols : [])
    if (!(await computeSignals(runtime, names.dataset, { ...operation(options), symbol })).cached) computedSignals++;
  const { length: symbols } = names.symbols;
  const { length: skipped } = report.skipped;
  const ms = performance.now() - startedAt;
  return { data: names.dataset, symbols, cachedSymbols: known, skipped, computedSignals, ms };
}

interface Names {
  readonly dataset: string;
  readonly symbols: readonly string[];
}

/** Reads the data once, so that what follows needs no reading options. */
async function namesIn(runtime: Runtime, data: string, options: DataOptions): Promise<Names> {
  using opened = await openData(runtime, data, options);
  return { dataset: opened.dataset.manifest.name, symbols: opened.dataset.symbols() };
}

function operation({ signal, onProgress }: DataOptions): DataOptions {
  return { signal, onProgress };
}
