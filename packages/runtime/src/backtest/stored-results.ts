import type { CurveContent } from "@atc/backtest";
import { decodeCurves, encodeCurves } from "@atc/backtest";
import type { Cache, CacheKey, CacheValue } from "@atc/cache";
import type { JsonObject, JsonValue, TypedArray } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { wholeBars } from "../compute/symbol-batches.ts";
import type { SpoolCurves } from "../spool/spool-curves.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { curveMemory, fillSink, isComplete } from "./curve-memory.ts";
import type { ResultCodec } from "./result-codecs.ts";
import { seriesPieces } from "./series-pieces.ts";

/** Makes the key of an entry of some symbols; `part` distinguishes the entries of the same symbols. */
type ResultKey = (symbols: readonly string[], part?: JsonObject) => CacheKey;

/** Results in a cache: one entry for neighbouring symbols; pieces and an index for a long series. */
export interface StoredResults<Result> {
  /**
   * Reads the curves into the spool and returns the figures. Symbols that are missing, damaged or of another version
   * are left out.
   */
  load(symbols: readonly SizedSymbol[]): Promise<readonly Result[]>;
  /** Stores figures, with the curves from the spool. */
  store(results: readonly Result[], symbols: readonly string[], costMs: number): Promise<void>;
}

/** The curves and the cache that {@link storedResults} works with. */
export interface StoredResultsOptions<Result> {
  readonly codec: ResultCodec<Result>;
  readonly cache: Cache;
  readonly curves: SpoolCurves;
  readonly key: ResultKey;
  /** What the curves have besides times, equity, directions and trades. */
  readonly content: CurveContent;
  /** Bars of the whole run. */
  readonly bars: number;
  /**
   * The most bytes that the results of one run may take in the cache: with more, the last ones would evict the first
   * ones.
   */
  readonly mostBytes: number;
  /** Receives one warning if the results are too large to be stored. */
  readonly warn: (message: string) => void;
}

/** Bytes per bar, requested column, trade and fill before compression. */
const barBytes = 17;
const columnBytes = 8;
const tradeBytes = 95;
const fillBytes = 41;

type Arrays = Readonly<Record<string, TypedArray>>;

/** Entries are read once, so they do not use the memory of the cache. */
const once = { keepInMemory: false } as const;

/** Names of arrays in a batch start with the number of the symbol: `3/equity`. */
function arraysByNumber(arrays: Arrays, count: number): readonly Arrays[] {
  const byNumber = Array.from({ length: count }, (): Record<string, TypedArray> => ({}));
  for (const [name, array] of Object.entries(arrays)) {
    const slash = name.indexOf("/");
    const own = byNumber[Number(name.slice(0, slash))];
    if (own !== undefined) own[name.slice(slash + 1)] = array;
  }
  return byNumber;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The symbol that an encoded result is of. */
function symbolOf(encoded: JsonValue): JsonValue | undefined {
  return typeof encoded === "object" && encoded !== null && !Array.isArray(encoded)
    ? (encoded as JsonObject)["symbol"]
    : undefined;
}

/** Treats an entry that a decoder refuses as missing: another version wrote it, and it is computed again. */
async function unlessRefused<Result>(decode: () => Promise<Result> | Result, missing: Result): Promise<Result> {
  try {
    return await decode();
  } catch (error) {
    if (isAtcError(error, "ATC_CORRUPT_DATA")) return missing;
    throw error;
  }
}

/** Results of a cache, whose curves go through a spool. */
export function storedResults<Result extends { readonly symbol: string }>(
  options: StoredResultsOptions<Result>,
): StoredResults<Result> {
  const { codec, cache, curves, key, mostBytes } = options;
  let bytes = (barBytes + columnBytes * (options.content.columns?.length ?? 0)) * options.bars;
  let isTooLarge = false;
  const written: CacheKey[] = [];
  // One entry is written at a time, and the cache copies it before the next one.
  const readCurves = curveMemory();

  async function put(entry: CacheKey, value: CacheValue, costMs: number): Promise<boolean> {
    written.push(entry);
    return await cache.set(entry, value, { costMs, ...once });
  }

  const pieces = seriesPieces({
    codec,
    curves,
    readCurves,
    get: (symbol, part) => cache.get(key([symbol], part), once),
    put: (symbol, part, value, costMs) => put(key([symbol], part), value, costMs),
  });

  /**
   * Whether more results fit. Trades and fills are counted as they come, so a run may turn out too large in its middle.
   */
  async function fits(results: readonly Result[]): Promise<boolean> {
    for (const { symbol } of results) {
      const { trades, fills } = curves.counts(symbol) ?? { trades: 0, fills: 0 };
      bytes += tradeBytes * trades + fillBytes * fills;
    }
    if (bytes <= mostBytes) return true;
    if (!isTooLarge)
      options.warn(
        `the curves take ${Math.ceil(bytes / 2 ** 20)} MiB, more than a quarter of the cache, so only the figures of the whole run are cached`,
      );
    isTooLarge = true;
    // Part of a run saves little work and takes the space of other entries.
    for (const entry of written.splice(0)) await cache.delete(entry);
    return false;
  }

  function loadBatch({ arrays, attributes }: CacheValue, symbols: readonly SizedSymbol[]): readonly Result[] {
    const encoded = listOf(attributes?.["results"]);
    const parts = arraysByNumber(arrays, encoded.length);
    return symbols.flatMap(({ symbol, bars }) => {
      const number = encoded.findIndex((one) => symbolOf(one) === symbol);
      if (number < 0) return [];
      const figures = codec.decode(encoded[number]);
      const stored = decodeCurves(parts[number] ?? {});
      if (stored.times.length !== codec.barsOf(figures) || stored.times.length > bars) return [];
      const sink = curves.sink(symbol, bars);
      if (!isComplete(stored, sink)) return [];
      fillSink(sink, stored);
      sink.finish();
      return [figures];
    });
  }

  async function storeBatch(results: readonly Result[], symbols: readonly string[], costMs: number): Promise<void> {
    const arrays: Record<string, TypedArray> = {};
    const readers = results.map(({ symbol }) => curves.reader(symbol));
    const all = readCurves(
      readers.map((reader) => ({
        reader,
        bars: [0, reader.bars],
        trades: [0, reader.trades],
        fills: [0, reader.fills],
      })),
    );
    for (const [number, whole] of all.entries())
      for (const [name, array] of Object.entries(encodeCurves(whole))) arrays[`${number}/${name}`] = array;
    const attributes = { results: results.map((result) => codec.encode(result)) };
    await put(key(symbols), { arrays, attributes }, costMs);
  }

  return {
    async load(symbols) {
      const value = await cache.get(key(symbols.map(({ symbol }) => symbol)), once);
      if (value === undefined) return [];
      const [first] = symbols;
      return await unlessRefused(async () => {
        if (first === undefined || !pieces.isIndex(value)) return loadBatch(value, symbols);
        const figures = await pieces.load(value, first);
        return figures === undefined ? [] : [figures];
      }, []);
    },
    async store(results, symbols, costMs) {
      if (!(await fits(results))) return;
      const [only] = results;
      if (only !== undefined && symbols.length === 1 && codec.barsOf(only) > wholeBars)
        await pieces.store(only, costMs);
      else if (only !== undefined) await storeBatch(results, symbols, costMs);
    },
  };
}
