import type { Period, SkippedSymbol } from "@atc/backtest";
import { checkPeriod, periodRows } from "@atc/backtest";
import type { Cache, CacheKey } from "@atc/cache";
import type { Dataset, Executor, JsonObject } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { signalsVersion } from "@atc/signals";
import { contentKeys } from "../compute/content-keys.ts";
import { batchesOf } from "../compute/symbol-batches.ts";
import type { StateRequest, SymbolState } from "../compute/symbol-state.ts";
import { createStates } from "../compute/symbol-state.ts";
import type { ScanTaskInput, ScanTaskOutput } from "../compute/tasks.ts";
import { datasetRef } from "../compute/thread-datasets.ts";
import { chosenSymbols } from "../data/chosen-symbols.ts";
import type { DataOptions } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { asJson, signalKeyPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import { storedStates } from "./stored-states.ts";

/** The symbols and the time of a scan, and how the data is read. */
export interface ScanOptions extends DataOptions {
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /**
   * The state is that of the last bar in it; a symbol without a bar in it is skipped. Signals see all bars before its
   * end. Default: all bars.
   */
  readonly period?: Period;
}

/** The state of all symbols. */
export interface SignalScan {
  /** The file, as the user named it, or the name of the dataset. */
  readonly path: string;
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** The configuration of the signals. */
  readonly config: JsonObject;
  /** Sorted by strength: the largest average signal of either sign first, then by symbol. */
  readonly symbols: readonly SymbolState[];
  /** Symbols that could not be computed, by UTF-16 code unit. */
  readonly skipped: readonly SkippedSymbol[];
  /** Symbols whose state came from the cache. */
  readonly cachedSymbols: number;
  /** Whether the dataset already existed and was up to date. */
  readonly reused: boolean;
}

/** The version of what a state holds. */
const stateVersion = 1;
const taskRef = { task: "@atc/runtime#scanSymbols", version: 2 };

interface ReadSymbol {
  readonly symbol: string;
  /** Rows that are read. */
  readonly rows: number;
}

interface Scan {
  readonly dataset: Dataset;
  readonly request: StateRequest;
  readonly cache: Cache | undefined;
  readonly key: (symbols: readonly string[]) => CacheKey;
  readonly options: ScanOptions;
  readonly total: number;
}

/** The states of a batch, and the symbols without one. */
interface BatchStates {
  readonly states: readonly SymbolState[];
  readonly skipped: readonly SkippedSymbol[];
  readonly cached: number;
}

type Computed = Pick<BatchStates, "states" | "skipped">;

/** Computes the states of symbols. `advance` receives the bars that are finished of them. */
type StateComputer = (symbols: readonly string[], advance: (bars: number) => void) => Promise<Computed>;

function keysOf({ config }: Runtime, { manifest }: Dataset, period: Period | undefined): Scan["key"] {
  const { limit = null, invalidPrices } = config;
  const time = period === undefined ? {} : { period: asJson({ from: period.from, to: period.to }) };
  const shared = { ...signalKeyPart(config), limit, invalidPrices, stateVersion, ...time };
  const contentOf = contentKeys(manifest);
  return (symbols) => ({
    kind: "states",
    input: contentOf(symbols),
    parameters: asJson({ ...shared, symbols }),
    algorithm: "atc",
    version: signalsVersion,
  });
}

/** Bad data skips one symbol; any other error ends the scan. */
function skippedBy(error: unknown, symbol: string): SkippedSymbol {
  if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
  return { symbol, reason: error.message, code: error.code };
}

/** Computes on this thread; yields to the event loop between blocks. */
function computerHere({ dataset, request, options }: Scan): StateComputer {
  const stepsOf = createStates(request);
  const pacer = createPacer({ signal: options.signal });
  return async (symbols, advance) => {
    const states: SymbolState[] = [];
    const skipped: SkippedSymbol[] = [];
    let before = 0;
    for (const symbol of symbols) {
      const steps = stepsOf(dataset.series(symbol));
      try {
        let step = steps.next();
        for (; step.done !== true; step = steps.next()) {
          advance(before + step.value);
          await pacer.pause();
        }
        states.push(step.value);
        before += step.value.bars;
      } catch (error) {
        skipped.push(skippedBy(error, symbol));
      }
    }
    return { states, skipped };
  };
}

/** Computes on threads, or on this one if the dataset was replaced meanwhile: it is still open here. */
function computerOn(executor: Executor, runtime: Runtime, scan: Scan): StateComputer {
  const { dataset, request, options } = scan;
  const here = computerHere(scan);
  return async (symbols, advance) => {
    const input: ScanTaskInput = { ...datasetRef(runtime.storeRef, dataset.manifest), symbols, request };
    try {
      const { states, failures } = await executor.submit<ScanTaskInput, ScanTaskOutput>(taskRef, input, {
        signal: options.signal,
        onProgress: ({ done }) => advance(done),
      });
      const skipped = failures.map(({ symbol, message }) =>
        skippedBy(new AtcError("ATC_INVALID_DATA", message), symbol),
      );
      return { states, skipped };
    } catch (error) {
      if (isAtcError(error, "ATC_REPLACED")) return await here(symbols, advance);
      throw error;
    }
  };
}

/** Adds up the finished bars of batches that run at the same time. */
function sharedProgress({ options: { onProgress }, total }: Scan): () => (bars: number) => void {
  let sum = 0;
  return () => {
    let own = 0;
    return (bars) => {
      if (bars <= own) return;
      sum += bars - own;
      own = bars;
      onProgress?.({ phase: "computing", done: Math.min(sum, total), total, unit: "bars" });
    };
  };
}

async function batchStates(
  batch: readonly ReadSymbol[],
  { cache, key }: Scan,
  compute: StateComputer,
  advance: (bars: number) => void,
): Promise<BatchStates> {
  const symbols = batch.map(({ symbol }) => symbol);
  const entry = key(symbols);
  const stored = storedStates(await cache?.get(entry, { keepInMemory: false }), new Set(symbols));
  const known = new Set(stored.map(({ symbol }) => symbol));
  const missing = symbols.filter((symbol) => !known.has(symbol));
  const cached = stored.length;
  if (missing.length === 0) return { states: stored, skipped: [], cached };
  const startedAt = performance.now();
  const { states: computed, skipped } = await compute(missing, advance);
  const states = [...stored, ...computed];
  // Symbols that are skipped are computed again, so that their reason is that of this release.
  if (computed.length > 0)
    await cache?.set(
      entry,
      { arrays: {}, attributes: asJson({ states }) },
      { costMs: performance.now() - startedAt, keepInMemory: false },
    );
  return { states, skipped, cached };
}

/** Runs the batches, at most `concurrency` at a time, and returns their results in order. */
async function inOrder<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await run(items[i] as Item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}

/** The strength of a state; below all others if there is no average signal yet. */
function strengthOf({ averageSignal }: SymbolState): number {
  return averageSignal === null ? -1 : Math.abs(averageSignal);
}

function byStrength(a: SymbolState, b: SymbolState): number {
  return strengthOf(b) - strengthOf(a) || bySymbol(a, b);
}

function bySymbol({ symbol: a }: { readonly symbol: string }, { symbol: b }: { readonly symbol: string }): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * The state of every symbol of a file or a dataset at its last bar. Symbols are read block by block, in batches on
 * threads, so memory grows with the number of symbols only. States come from the cache if the same data was computed
 * with the same configuration before.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for an unknown symbol; ATC_INVALID_ARGUMENT for a period without
 * a time
 */
export async function scanSignals(
  runtime: Runtime,
  data: string | undefined,
  options: ScanOptions = {},
): Promise<SignalScan> {
  const { config } = runtime;
  const { limit, invalidPrices } = config;
  const period = options.period?.from === undefined && options.period?.to === undefined ? undefined : options.period;
  if (period !== undefined) checkPeriod(period);
  await runtime.checkCodec();
  using opened = await openData(runtime, data, options);
  const { dataset, reused, path = data ?? opened.dataset.manifest.name } = opened;
  const symbols = chosenSymbols(dataset, options.symbols);
  const sized = symbols.map((symbol): ReadSymbol => {
    const { start, to } = periodRows(dataset.series(symbol), { limit, period });
    return { symbol, rows: to - start };
  });
  const total = sized.reduce((sum, { rows }) => sum + rows, 0);
  const batches = batchesOf(sized, config.batchSize);
  const signals = signalPart(config);
  const request: StateRequest = { signals, invalidPrices, limit, period };
  const cache = await usableCache(runtime);
  const scan: Scan = { dataset, request, cache, key: keysOf(runtime, dataset, period), options, total };
  await using executor = batches.length > 1 ? await runtime.executor(total) : undefined;
  const compute = executor === undefined ? computerHere(scan) : computerOn(executor, runtime, scan);
  const progress = sharedProgress(scan);
  const found = await inOrder(batches, executor?.concurrency ?? 1, (batch) =>
    batchStates(batch, scan, compute, progress()),
  );
  return {
    path,
    dataset: dataset.manifest.name,
    config: asJson(signals),
    symbols: found.flatMap(({ states }) => states).sort(byStrength),
    skipped: found.flatMap(({ skipped }) => skipped).sort(bySymbol),
    cachedSymbols: found.reduce((sum, { cached }) => sum + cached, 0),
    reused,
  };
}
