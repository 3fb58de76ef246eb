import type { Period, StrategyDescription } from "@atc/backtest";
import { resultVersion } from "@atc/backtest";
import type { CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { Dataset, JsonObject } from "@atc/contract";
import { knownTimes } from "@atc/resample";
import { contentKeys } from "../compute/content-keys.ts";
import { asJson, backtestPart, signalKeyPart } from "../wiring/config-parts.ts";

/** The part of a key that identifies an entry. The key depends on the rows of these symbols alone. */
type EntryPart = JsonObject & { readonly symbols: readonly string[] };

/** What keys depend on besides the data, the configuration and the strategy. */
export interface KeyOptions {
  /** The digest of the code of the user's strategy; undefined for another one. */
  readonly digest: string | undefined;
  readonly period: Period | undefined;
  /** Whether the strategy is built in: such a one reads no longer bars. */
  readonly isBuiltIn: boolean;
  /** The symbols that the strategy sees at once; undefined if it decides for each by itself. */
  readonly universe?: readonly string[] | undefined;
  /** What some symbols depend on besides: the content of files of decisions and members. */
  keyPart(symbols: readonly string[]): JsonObject;
}

/**
 * Makes the keys of cache entries: the content of the symbols and of the benchmark, the whole configuration of the
 * arithmetic, and the strategy with its version, its parameters and the digest of its code. Callers add what else an
 * entry depends on to its part, such as the wanted metrics.
 */
export function keysOf(
  config: AtcConfig,
  dataset: Dataset,
  strategy: StrategyDescription,
  { digest, period, universe, isBuiltIn, keyPart }: KeyOptions,
): (kind: string, part: EntryPart) => CacheKey {
  const contentOf = contentKeys(dataset.manifest);
  const { name: algorithm, version, values = {} } = strategy;
  const hasValues = Object.keys(values).length > 0;
  const parameters = {
    ...(digest === undefined ? {} : { strategyCode: digest }),
    // Longer bars depend on what the dataset says of its times, which is not part of its content.
    ...(isBuiltIn ? {} : { times: asJson(knownTimes(dataset.manifest)) }),
    ...(hasValues ? { strategyValues: values } : {}),
    ...signalKeyPart(config),
    ...backtestPart(config),
    limit: config.limit ?? null,
    resultVersion,
    // Absent from the keys of all bars, which earlier releases wrote.
    ...(period === undefined ? {} : { period: asJson({ from: period.from, to: period.to }) }),
    // The decisions of each symbol depend on the bars of all.
    ...(universe === undefined ? {} : { seenAtOnce: { symbols: [...universe], content: contentOf(universe) } }),
    // Figures depend on the closes of the benchmark, which need not be among the symbols of an entry.
    ...(config.benchmark === undefined ? {} : { benchmarkContent: contentOf([config.benchmark]) }),
  };
  return (kind, part) => {
    const input = contentOf(part.symbols);
    return {
      kind,
      input,
      parameters: asJson({ ...parameters, ...keyPart(part.symbols), ...part }),
      algorithm,
      version,
    };
  };
}
