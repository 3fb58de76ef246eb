import type { MetricName, Period, StrategyDescription } from "@atc/backtest";
import { resultVersion } from "@atc/backtest";
import type { Cache, CacheKey } from "@atc/cache";
import type { Dataset, JsonObject } from "@atc/contract";
import { knownTimes } from "@atc/resample";
import { contentKeys } from "../compute/content-keys.ts";
import { asJson } from "../wiring/config-parts.ts";
import { defaultsDigest } from "./configuration-digest.ts";
import type { SweepSetup } from "./sweep-setup.ts";

/** Increase it with every change of what units hold, or of the evaluation. */
const sweepVersion = 1;

/** What the results of a sweep depend on besides the configurations. */
interface SweepContent {
  readonly dataset: Dataset;
  /** The symbols, sorted. */
  readonly symbols: readonly string[];
  /** The symbols that the caller chose; undefined for all. */
  readonly wanted: readonly string[] | undefined;
  readonly strategy: StrategyDescription;
  /** Whether it is a built-in strategy, none of which reads longer bars. */
  readonly isBuiltIn: boolean;
  /** The digest of the code of the user's strategy; undefined for another one. */
  readonly digest: string | undefined;
  readonly metrics: readonly MetricName[];
  readonly bySymbol: boolean;
  readonly period: Period | undefined;
  readonly limit: number | undefined;
  /** Whether configurations name a benchmark, which need not be among the symbols. */
  readonly hasBenchmark: boolean;
}

/** What a later run compares, to say why it computes again. */
type Origins = Readonly<Record<"rows" | "code" | "version", string>>;

/** The keys of a sweep in the cache. */
export interface SweepKeys {
  /** The key of an entry of units. */
  readonly unit: (part: JsonObject) => CacheKey;
  /** The key under which a sweep of the same data and strategy, by name, says what it was computed from. */
  readonly origins: CacheKey;
  readonly current: Origins;
  /** What the dataset says of its times; undefined if nothing depends on it. */
  readonly times: string | undefined;
}

/** Makes the keys of a sweep. Configurations are not part of them: units are found by what they contain. */
function sweepKeys(content: SweepContent): SweepKeys {
  const { dataset, symbols, wanted, strategy, digest, metrics, bySymbol, period, limit, hasBenchmark, isBuiltIn } =
    content;
  const { manifest } = dataset;
  const contentOf = contentKeys(manifest);
  const { name: algorithm, version } = strategy;
  const input = contentOf(symbols);
  const span = period === undefined ? {} : { period: asJson({ from: period.from, to: period.to }) };
  const parameters = {
    sweepVersion,
    resultVersion,
    defaults: defaultsDigest,
    symbols,
    metrics,
    bySymbol,
    limit: limit ?? null,
    ...span,
    ...(digest === undefined ? {} : { strategyCode: digest }),
    // Longer bars depend on what the dataset says of its times, which is not part of its content.
    ...(isBuiltIn ? {} : { times: asJson(knownTimes(manifest)) }),
    ...(hasBenchmark ? { benchmarkContent: contentOf(dataset.symbols()) } : {}),
  };
  return {
    unit: (part) => ({
      kind: "sweep",
      input,
      parameters: asJson({ ...parameters, ...part }),
      algorithm,
      version,
    }),
    origins: {
      kind: "sweepOrigins",
      input: `dataset:${manifest.name}`,
      parameters: asJson({ symbols: wanted === undefined ? null : symbols, limit: limit ?? null, ...span }),
      algorithm,
      version: sweepVersion,
    },
    current: {
      rows: hasBenchmark ? `${input} ${contentOf(dataset.symbols())}` : input,
      code: digest ?? "",
      version: JSON.stringify([version, resultVersion, defaultsDigest]),
    },
    times: isBuiltIn ? undefined : JSON.stringify(knownTimes(manifest)),
  };
}

/**
 * Makes the keys of an open sweep.
 *
 * @param wanted - the symbols that the caller chose
 */
export function keysOfSweep(
  { dataset, symbols, strategy, computed, keepsSymbols, period, varied, config }: SweepSetup,
  wanted: readonly string[] | undefined,
): SweepKeys {
  const { limit, benchmark } = config;
  return sweepKeys({
    dataset,
    symbols,
    wanted,
    strategy: strategy.on(dataset),
    digest: strategy.own?.module.digest,
    isBuiltIn: strategy.own === undefined && strategy.isPortable,
    metrics: computed,
    bySymbol: keepsSymbols,
    period,
    limit,
    hasBenchmark: benchmark !== undefined || varied.has("benchmark"),
  });
}

const changes: readonly { readonly name: keyof Origins; readonly what: string; readonly verb: string }[] = [
  { name: "rows", what: "the rows of the data", verb: "have" },
  { name: "code", what: "the code of the strategy", verb: "has" },
  { name: "version", what: "the version of atc", verb: "has" },
];

/**
 * Says what has changed since an earlier run of the same data and strategy; undefined if nothing has.
 *
 * @param run - what ran, in a word
 */
export async function changedSince(
  cache: Cache,
  { origins, current }: SweepKeys,
  run = "sweep",
): Promise<string | undefined> {
  const stored = (await cache.get(origins, { keepInMemory: false }))?.attributes;
  if (stored === undefined) return undefined;
  const changed = changes.filter(({ name }) => stored[name] !== current[name]);
  const [first] = changed;
  if (first === undefined) return undefined;
  const verb = changed.length === 1 ? first.verb : "have";
  return `${changed.map(({ what }) => what).join(" and ")} ${verb} changed since the last ${run}, so its configurations are computed again`;
}

/** Stores what a sweep is computed from. */
export async function storeOrigins(cache: Cache, { origins, current }: SweepKeys): Promise<void> {
  await cache.set(origins, { arrays: {}, attributes: { ...current } }, { keepInMemory: false });
}
