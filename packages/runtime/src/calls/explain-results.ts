import { type CacheEntry, type CacheKey, explainMiss, type KeyDifference } from "@atc/cache";
import type { JsonObject } from "@atc/contract";
import { figuresKey, type RunBacktestOptions } from "../backtest/run-backtest.ts";
import { openData } from "../data/open-data.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";

/** Why the figures of a backtest were computed, or will be. */
export interface ResultsExplanation {
  /** The dataset's name. */
  readonly dataset: string;
  /** When the figures were stored, in ms since the epoch; undefined if the next backtest computes them. */
  readonly storedAt: number | undefined;
  /** When the nearest other figures were stored; undefined if there are none. */
  readonly nearestStoredAt: number | undefined;
  /** How the key of the backtest differs from that of the nearest other figures. */
  readonly differences: readonly KeyDifference[];
}

/**
 * Explains whether the cache has the figures of a backtest, and how their key differs from the nearest stored one:
 * those are the reasons to compute them. Figures that were stored before are nearer than later ones, then those of the
 * same symbols, then those with fewer differences, then newer ones. A file is read if it changed, as for a backtest.
 * Undefined if the cache is off or cannot be used, which gives a warning.
 *
 * @throws what `openData` throws; ATC_NOT_FOUND for an unknown symbol
 */
export async function explainResults(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions = {},
): Promise<ResultsExplanation | undefined> {
  const cache = await usableCache(runtime);
  if (cache === undefined) return undefined;
  using opened = await openData(runtime, data, options);
  const { dataset } = opened;
  const key = await figuresKey(runtime, dataset, options);
  const { found } = await cache.explain(key);
  const others: Figures[] = [];
  let storedAt: number | undefined;
  for await (const entry of cache.entries()) {
    const figures = figuresOf(entry);
    if (figures === undefined) continue;
    if (found && (await isSame(figures.key, key))) storedAt = figures.storedAt;
    else others.push(figures);
  }
  const before = storedAt ?? Number.POSITIVE_INFINITY;
  others.sort((a, b) => b.storedAt - a.storedAt);
  // Figures that are stored again have a later time, so there may be no earlier ones.
  const earlier = unlessEmpty(others, (one) => one.storedAt <= before);
  const candidates = unlessEmpty(earlier, (one) => isOfSymbols(one.key, key));
  const { nearest, differences } = await explainMiss(
    key,
    candidates.map((one) => one.key),
  );
  const nearestStoredAt = candidates.find((one) => one.key === nearest)?.storedAt;
  return { dataset: dataset.manifest.name, storedAt, nearestStoredAt, differences };
}

/** The members that fulfil a condition; all of them if none does. */
function unlessEmpty<Member>(all: readonly Member[], condition: (one: Member) => boolean): readonly Member[] {
  const some = all.filter(condition);
  return some.length > 0 ? some : all;
}

interface Figures {
  readonly key: CacheKey;
  readonly storedAt: number;
}

/** The key of stored figures of a whole run; undefined for another entry. */
function figuresOf({ metadata }: CacheEntry): Figures | undefined {
  return metadata?.key.kind === "report" ? { key: metadata.key, storedAt: metadata.createdAt } : undefined;
}

async function isSame(a: CacheKey, b: CacheKey): Promise<boolean> {
  return (await explainMiss(a, [b])).differences.length === 0;
}

function isOfSymbols(a: CacheKey, b: CacheKey): boolean {
  return JSON.stringify(symbolsOf(a)) === JSON.stringify(symbolsOf(b));
}

function symbolsOf({ parameters }: CacheKey): unknown {
  return (parameters as JsonObject)["symbols"];
}
