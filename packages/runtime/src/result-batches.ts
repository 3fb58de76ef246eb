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

/** Neighbours are stored together, so that thousands of short series do not make thousands of files: at most `batchSize` symbols, or half a million bars. */
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

/** Serves the results of symbols from the cache and keeps what had to be computed. */
export interface ResultBatches {
  /** The result of a symbol: stored, or from `compute`. Symbols are asked for in the order of the batches. */
  readonly remember: (symbol: string, compute: () => Promise<SymbolResult>) => Promise<SymbolResult>;
  /** Stores the last batch. */
  flush(): Promise<void>;
}

/** Where results are kept. */
export interface ResultBatchesOptions {
  /** The cache. */
  readonly cache: Cache;
  /** The batches in order. */
  readonly batches: readonly (readonly string[])[];
  /** The key of a batch. */
  readonly key: (symbols: readonly string[]) => CacheKey;
}

interface OpenBatch {
  readonly symbols: readonly string[];
  readonly stored: ReadonlyMap<string, SymbolResult>;
  readonly computed: SymbolResult[];
  costMs: number;
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
): Map<string, SymbolResult> {
  const byNumber = new Map<number, Record<string, TypedArray>>();
  for (const [name, array] of Object.entries(arrays)) {
    const slash = name.indexOf("/");
    const number = Number(name.slice(0, slash));
    const own = byNumber.get(number) ?? {};
    own[name.slice(slash + 1)] = array;
    byNumber.set(number, own);
  }
  const results = attributes.map((one, number) =>
    decodeResult({ arrays: byNumber.get(number) ?? {}, attributes: one as JsonObject }),
  );
  return new Map(results.map((result) => [result.symbol, result]));
}

/** Makes the hook that a backtest asks for every symbol. */
export function resultBatches({ cache, batches, key }: ResultBatchesOptions): ResultBatches {
  const batchOf = new Map(batches.flatMap((symbols) => symbols.map((symbol) => [symbol, symbols] as const)));
  let open: OpenBatch | undefined;

  async function load(symbols: readonly string[]): Promise<ReadonlyMap<string, SymbolResult>> {
    const value = await cache.get(key(symbols));
    const results = value?.attributes?.["results"];
    if (value === undefined || !Array.isArray(results)) return new Map();
    try {
      return decodeBatch(value.arrays, results as readonly JsonValue[]);
    } catch (error) {
      // Written by a version with another layout of results: computed again.
      if (isAtcError(error, "ATC_CORRUPT_DATA")) return new Map();
      throw error;
    }
  }

  async function flush(): Promise<void> {
    const done = open;
    open = undefined;
    if (done === undefined || done.computed.length === 0) return;
    const all = [...done.stored.values(), ...done.computed];
    await cache.set(key(done.symbols), encodeBatch(all), { costMs: done.costMs });
  }

  return {
    flush,
    async remember(symbol, compute) {
      const symbols = batchOf.get(symbol) ?? [symbol];
      if (open?.symbols !== symbols) {
        await flush();
        open = { symbols, stored: await load(symbols), computed: [], costMs: 0 };
      }
      const found = open.stored.get(symbol);
      if (found !== undefined) return found;
      const startedAt = performance.now();
      const result = await compute();
      open.computed.push(result);
      open.costMs += performance.now() - startedAt;
      return result;
    },
  };
}
