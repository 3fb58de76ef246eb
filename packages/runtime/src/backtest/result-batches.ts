import type { SizedSymbol } from "../spool/spool-layout.ts";
import type { StoredResults } from "./stored-results.ts";

/** The results of a batch that was computed on a thread. */
interface BatchOutcome<Result> {
  readonly results: readonly Result[];
  /** The errors of the other symbols. */
  readonly failures: ReadonlyMap<string, Error>;
  /** The time that it took, in ms. */
  readonly costMs: number;
}

/** Computes whole batches before the backtest requests their symbols one by one. */
export interface BatchComputer<Result> {
  /** Number of batches that are computed at the same time. */
  readonly concurrency: number;
  /** The results of some symbols; undefined if the caller must compute them on its own thread. */
  compute(symbols: readonly string[]): Promise<BatchOutcome<Result> | undefined>;
}

/** Where results come from. */
export interface ResultBatchesOptions<Result> {
  /** The results in the cache; undefined without a cache. */
  readonly stored: StoredResults<Result> | undefined;
  readonly batches: readonly (readonly SizedSymbol[])[];
  /** Computes on threads; undefined without threads. */
  readonly computer: BatchComputer<Result> | undefined;
}

/** Serves the results of symbols from the cache or from threads, and stores what had to be computed. */
export interface ResultBatches<Result> {
  /** Number of results that the cache did not have. */
  readonly computed: number;
  /** The result of a symbol: stored, from a thread, or from `compute`. Request symbols in the order of the batches. */
  readonly remember: (symbol: string, compute: () => Promise<Result>) => Promise<Result>;
  /** Stores the last batch. */
  flush(): Promise<void>;
}

interface Batch<Result> {
  readonly symbols: readonly string[];
  readonly results: Map<string, Result>;
  readonly failures: ReadonlyMap<string, Error>;
  /** The time to compute what the cache did not have, in ms; undefined if the cache had everything. */
  costMs: number | undefined;
}

/** Makes the hook that a backtest calls for every symbol. */
export function resultBatches<Result extends { readonly symbol: string }>(
  options: ResultBatchesOptions<Result>,
): ResultBatches<Result> {
  const { stored, batches, computer } = options;
  const numbers = new Map(batches.flatMap((batch, number) => batch.map(({ symbol }) => [symbol, number] as const)));
  const started = new Map<number, Promise<Batch<Result>>>();
  let current: Batch<Result> | undefined;
  let currentNumber = -1;
  let computed = 0;

  async function prepare(sized: readonly SizedSymbol[]): Promise<Batch<Result>> {
    const symbols = sized.map(({ symbol }) => symbol);
    const found = (await stored?.load(sized)) ?? [];
    const results = new Map(found.map((result) => [result.symbol, result]));
    const missing = symbols.filter((symbol) => !results.has(symbol));
    const outcome = missing.length === 0 ? undefined : await computer?.compute(missing);
    for (const result of outcome?.results ?? []) results.set(result.symbol, result);
    computed += outcome?.results.length ?? 0;
    return { symbols, results, failures: outcome?.failures ?? new Map(), costMs: outcome?.costMs };
  }

  function start(number: number): Promise<Batch<Result>> {
    const running = started.get(number);
    if (running !== undefined) return running;
    const batch = prepare(batches[number] ?? []);
    // A batch that is prepared early may fail before it is awaited; the error surfaces then.
    batch.catch(() => undefined);
    started.set(number, batch);
    return batch;
  }

  async function flush(): Promise<void> {
    const done = current;
    current = undefined;
    if (done?.costMs === undefined || stored === undefined || done.results.size === 0) return;
    const all = done.symbols.flatMap((symbol) => done.results.get(symbol) ?? []);
    await stored.store(all, done.symbols, done.costMs);
  }

  async function enter(symbol: string): Promise<Batch<Result>> {
    const number = numbers.get(symbol) ?? 0;
    if (current !== undefined && currentNumber === number) return current;
    await flush();
    const batch = start(number);
    const last = Math.min(number + (computer?.concurrency ?? 0), batches.length - 1);
    for (let early = number + 1; early <= last; early++) void start(early);
    current = await batch;
    currentNumber = number;
    started.delete(number);
    return current;
  }

  return {
    get computed() {
      return computed;
    },
    flush,
    async remember(symbol, compute) {
      const batch = await enter(symbol);
      const found = batch.results.get(symbol);
      if (found !== undefined) return found;
      const failure = batch.failures.get(symbol);
      if (failure !== undefined) throw failure;
      const startedAt = performance.now();
      const result = await compute();
      batch.results.set(symbol, result);
      computed++;
      batch.costMs = (batch.costMs ?? 0) + performance.now() - startedAt;
      return result;
    },
  };
}
