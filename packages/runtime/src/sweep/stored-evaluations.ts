import type { Cache, CacheKey, CacheValue } from "@atc/cache";
import type { AtcErrorCode, JsonObject, JsonValue } from "@atc/contract";
import type { EvaluationResults, LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { ConfigurationDigest } from "./configuration-digest.ts";
import { digestIndex } from "./digest-index.ts";

/** The result of one configuration. Its arrays are valid until the next one is found. */
export interface FoundEvaluation {
  /** The metrics of the portfolio. */
  readonly portfolio: Float64Array;
  /** The metrics of all symbols: `[symbol][metric]`; empty unless wanted. */
  readonly symbols: Float64Array;
  /** Why there are no figures. */
  readonly fault?: { readonly code: AtcErrorCode; readonly message: string } | undefined;
}

/** The finished configurations of a sweep in the cache, found by their content. */
export interface StoredEvaluations {
  /** How many there are. */
  readonly size: number;
  /** What was left out by any of them. */
  readonly leftOut: readonly LeftOutSymbol[];
  find(digest: ConfigurationDigest): Promise<FoundEvaluation | undefined>;
  /** Stores a finished unit. Configurations on which a strategy failed are left out: it may not fail again. */
  store(digests: readonly ConfigurationDigest[], results: EvaluationResults, costMs: number): Promise<void>;
}

/** What {@link openStoredEvaluations} needs. */
export interface StoredEvaluationsOptions {
  readonly cache: Cache;
  /** Makes the key of the unit with a number, and of the list of units. */
  readonly key: (part: JsonObject) => CacheKey;
  /** Metrics of a configuration's portfolio. */
  readonly metrics: number;
  /** Metrics of all its symbols; 0 unless wanted. */
  readonly symbolMetrics: number;
  /** Whether stored results are found. They are stored in any case. */
  readonly isRead: boolean;
}

/** A unit as it is stored. */
interface StoredUnit {
  readonly digests: BigInt64Array;
  readonly portfolios: Float64Array;
  readonly symbols: Float64Array;
  readonly faults: ReadonlyMap<number, NonNullable<FoundEvaluation["fault"]>>;
  readonly leftOut: readonly LeftOutSymbol[];
}

/** Entries are found through the index, so they do not use the memory of the cache. */
const once = { keepInMemory: false } as const;

/** The most units, so that a place fits into an index: a unit has at most 4096 configurations. */
const rowBits = 12;

/** The most configurations of a unit. */
export const mostConfigurations: number = 2 ** rowBits;

/** Units that stay in memory, because neighbours in a sweep are mostly neighbours in a unit. */
const openUnits = 4;

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

/** Decodes a unit; undefined if another version wrote it. */
function unitOf(
  { arrays, attributes }: CacheValue,
  { metrics, symbolMetrics }: StoredEvaluationsOptions,
): StoredUnit | undefined {
  const { digests, portfolios, symbols } = arrays;
  if (!(digests instanceof BigInt64Array && portfolios instanceof Float64Array && symbols instanceof Float64Array))
    return undefined;
  const rows = digests.length / 2;
  if (portfolios.length !== rows * metrics || symbols.length !== rows * symbolMetrics) return undefined;
  const faults = listOf(attributes?.["faults"]).map(({ row, code, message }) => {
    return [Number(row), { code: String(code) as AtcErrorCode, message: String(message) }] as const;
  });
  const leftOut = listOf(attributes?.["leftOut"]) as readonly JsonObject[] as unknown as readonly LeftOutSymbol[];
  return { digests, portfolios, symbols, faults: new Map(faults), leftOut };
}

/** The rows of a unit that are stored, as a value of the cache. */
function storedValue(
  digests: readonly ConfigurationDigest[],
  { portfolios, symbols, faults, leftOut }: EvaluationResults,
  { metrics, symbolMetrics }: StoredEvaluationsOptions,
): { readonly value: CacheValue; readonly places: readonly number[] } {
  const known = new Map(faults.map((fault) => [fault.place, fault]));
  const places = [...digests.keys()].filter((place) => known.get(place)?.code !== "ATC_STRATEGY");
  const words = new BigInt64Array(2 * places.length);
  const stored = {
    portfolios: new Float64Array(places.length * metrics),
    symbols: new Float64Array(places.length * symbolMetrics),
  };
  const storedFaults: JsonObject[] = [];
  for (const [row, place] of places.entries()) {
    const digest = digests[place] as ConfigurationDigest;
    words[2 * row] = digest.high;
    words[2 * row + 1] = digest.low;
    stored.portfolios.set(portfolios.subarray(place * metrics, (place + 1) * metrics), row * metrics);
    stored.symbols.set(symbols.subarray(place * symbolMetrics, (place + 1) * symbolMetrics), row * symbolMetrics);
    const fault = known.get(place);
    if (fault !== undefined) storedFaults.push({ row, code: fault.code, message: fault.message });
  }
  const attributes = { faults: storedFaults, leftOut: leftOut.map((one) => ({ ...one })) };
  return { value: { arrays: { digests: words, ...stored }, attributes }, places };
}

/**
 * Opens the finished units of a sweep. A unit is an entry with a number of its own. A sweep that was killed after an
 * entry and before the list of entries finds it all the same: it looks for the numbers after the listed ones.
 */
export async function openStoredEvaluations(options: StoredEvaluationsOptions): Promise<StoredEvaluations> {
  const { cache, key, metrics, symbolMetrics, isRead } = options;
  const index = digestIndex();
  const open = new Map<number, StoredUnit>();
  const leftOut = new Map<string, LeftOutSymbol>();
  const listKey = key({ units: "list" });
  let next = 0;

  function keep(number: number, unit: StoredUnit): void {
    open.delete(number);
    open.set(number, unit);
    for (const oldest of open.keys()) if (open.size > openUnits) open.delete(oldest);
  }

  function register(number: number, unit: StoredUnit): void {
    for (let row = 0; row < unit.digests.length / 2; row++)
      index.set({ high: unit.digests[2 * row] ?? 0n, low: 0n }, number * mostConfigurations + row);
    for (const one of unit.leftOut) leftOut.set(one.symbol, one);
  }

  async function unitAt(number: number): Promise<StoredUnit | undefined> {
    const known = open.get(number);
    if (known !== undefined) return known;
    const value = await cache.get(key({ unit: number }), once);
    const unit = value === undefined ? undefined : unitOf(value, options);
    if (unit !== undefined) keep(number, unit);
    return unit;
  }

  if (isRead) {
    const list = await cache.get(listKey, once);
    const count = Number(list?.attributes?.["count"] ?? 0);
    for (; ; next++) {
      const unit = await unitAt(next);
      if (unit !== undefined) register(next, unit);
      // The cache may have evicted a listed unit.
      else if (next >= count) break;
    }
  }

  return {
    get size() {
      return index.size;
    },
    get leftOut() {
      return [...leftOut.values()];
    },
    async find(digest) {
      const place = index.get(digest);
      if (place === undefined) return undefined;
      const row = place % mostConfigurations;
      const unit = await unitAt((place - row) / mostConfigurations);
      if (unit?.digests[2 * row] !== digest.high || unit.digests[2 * row + 1] !== digest.low) return undefined;
      return {
        portfolio: unit.portfolios.subarray(row * metrics, (row + 1) * metrics),
        symbols: unit.symbols.subarray(row * symbolMetrics, (row + 1) * symbolMetrics),
        fault: unit.faults.get(row),
      };
    },
    async store(digests, results, costMs) {
      const { value, places } = storedValue(digests, results, options);
      if (places.length === 0) return;
      const number = next++;
      if (!(await cache.set(key({ unit: number }), value, { costMs, ...once }))) return;
      const unit = unitOf(value, options);
      if (unit !== undefined) register(number, unit);
      await cache.set(listKey, { arrays: {}, attributes: { count: number + 1 } }, once);
    },
  };
}
