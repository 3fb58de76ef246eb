import type { SymbolResult } from "@atc/backtest";
import { decodeResult, encodeResult } from "@atc/backtest";
import type { Cache, CacheKey } from "@atc/cache";
import type { JsonObject, JsonValue, TypedArray } from "@atc/contract";
import { isAtcError } from "@atc/contract";

/** The bars after which a batch is full. */
const mostBars = 500_000;

/** A symbol and how many bars of it are computed. */
export interface SizedSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** Bars. */
  readonly bars: number;
}

/** Neighbours are computed and stored together, so that thousands of short series do not make thousands of files: at most `batchSize` symbols, or half a million bars. */
export function batchesOf(symbols: readonly SizedSymbol[], batchSize: number): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let open: string[] = [];
  let bars = 0;
  for (const one of symbols) {
    if (open.length > 0 && (open.length >= batchSize || bars + one.bars > mostBars)) {
      batches.push(open);
      open = [];
      bars = 0;
    }
    open.push(one.symbol);
    bars += one.bars;
  }
  return open.length > 0 ? [...batches, open] : batches;
}

/** What became of a batch that was computed elsewhere. */
interface BatchOutcome {
  /** The results. */
  readonly results: readonly SymbolResult[];
  /** Why the other symbols have none. */
  readonly failures: ReadonlyMap<string, Error>;
  /** What it took, in ms. */
  readonly costMs: number;
}

/** Computes whole batches ahead of the backtest that asks for their symbols one by one. */
export interface BatchComputer {
  /** Batches computed at the same time. */
  readonly concurrency: number;
  /** The results of some symbols; undefined where they are to be computed in this thread after all. */
  compute(symbols: readonly string[]): Promise<BatchOutcome | undefined>;
}

/** Where results come from. */
export interface ResultBatchesOptions {
  /** The cache, where there is one. */
  readonly cache: Cache | undefined;
  /** The batches in order. */
  readonly batches: readonly (readonly string[])[];
  /** The key of a batch. */
  readonly key: (symbols: readonly string[]) => CacheKey;
  /** Other threads, where there are any. */
  readonly computer: BatchComputer | undefined;
}

/** Serves the results of symbols from the cache or other threads, and keeps what had to be computed. */
export interface ResultBatches {
  /** The result of a symbol: stored, computed elsewhere, or from `compute`. Symbols are asked for in the order of the batches. */
  readonly remember: (symbol: string, compute: () => Promise<SymbolResult>) => Promise<SymbolResult>;
  /** Stores the last batch. */
  flush(): Promise<void>;
}

/** A batch as far as it is known. */
interface Batch {
  readonly symbols: readonly string[];
  readonly results: Map<string, SymbolResult>;
  readonly failures: ReadonlyMap<string, Error>;
  /** What it took to compute what the cache did not have, in ms; undefined where it had all. */
  costMs: number | undefined;
}

/** Array names of a result stand behind its number within the batch: `3/equity`. */
function encodeBatch(results: readonly SymbolResult[]): { arrays: Record<string, TypedArray>; attributes: JsonObject } {
  const arrays: Record<string, TypedArray> = {};
  const attributes = results.map((result, number) => {
    const encoded = encodeResult(result);
    for (const [name, array] of Object.entries(encoded.arrays)) arrays[`${number}/${name}`] = array;
    return encoded.attributes;
  });
  return { arrays, attributes: { results: attributes } };
}

function decodeBatch(
  arrays: Readonly<Record<string, TypedArray>>,
  attributes: readonly JsonValue[],
): readonly SymbolResult[] {
  const byNumber = attributes.map((): Record<string, TypedArray> => ({}));
  for (const [name, array] of Object.entries(arrays)) {
    const slash = name.indexOf("/");
    const own = byNumber[Number(name.slice(0, slash))];
    if (own !== undefined) own[name.slice(slash + 1)] = array;
  }
  return attributes.map((one, number) =>
    decodeResult({ arrays: byNumber[number] ?? {}, attributes: one as JsonObject }),
  );
}

async function load(cache: Cache | undefined, key: CacheKey): Promise<readonly SymbolResult[]> {
  const value = await cache?.get(key);
  const results = value?.attributes?.["results"];
  if (value === undefined || !Array.isArray(results)) return [];
  try {
    return decodeBatch(value.arrays, results as readonly JsonValue[]);
  } catch (error) {
    // Written by a version with another layout of results: computed again.
    if (isAtcError(error, "ATC_CORRUPT_DATA")) return [];
    throw error;
  }
}

/** Makes the hook that a backtest asks for every symbol. */
export function resultBatches({ cache, batches, key, computer }: ResultBatchesOptions): ResultBatches {
  const numbers = new Map(batches.flatMap((symbols, number) => symbols.map((symbol) => [symbol, number] as const)));
  const started = new Map<number, Promise<Batch>>();
  let current: Batch | undefined;

  async function prepare(symbols: readonly string[]): Promise<Batch> {
    const stored = await load(cache, key(symbols));
    const results = new Map(stored.map((result) => [result.symbol, result]));
    const missing = symbols.filter((symbol) => !results.has(symbol));
    const outcome = missing.length === 0 ? undefined : await computer?.compute(missing);
    for (const result of outcome?.results ?? []) results.set(result.symbol, result);
    return { symbols, results, failures: outcome?.failures ?? new Map(), costMs: outcome?.costMs };
  }

  function start(number: number): Promise<Batch> | undefined {
    const symbols = batches[number];
    const running = started.get(number);
    if (symbols === undefined || running !== undefined) return running;
    const batch = prepare(symbols);
    // A batch computed ahead may fail before it is awaited; it tells when it is.
    batch.catch(() => undefined);
    started.set(number, batch);
    return batch;
  }

  async function flush(): Promise<void> {
    const done = current;
    current = undefined;
    if (done?.costMs === undefined || cache === undefined || done.results.size === 0) return;
    const all = done.symbols.flatMap((symbol) => done.results.get(symbol) ?? []);
    await cache.set(key(done.symbols), encodeBatch(all), { costMs: done.costMs });
  }

  async function enter(symbol: string): Promise<Batch> {
    const number = numbers.get(symbol) ?? 0;
    if (current !== undefined && current.symbols === batches[number]) return current;
    await flush();
    for (let ahead = 0; ahead <= (computer?.concurrency ?? 0); ahead++) void start(number + ahead);
    current = (await start(number)) as Batch;
    started.delete(number);
    return current;
  }

  return {
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
      batch.costMs = (batch.costMs ?? 0) + performance.now() - startedAt;
      return result;
    },
  };
}
