import type { BoundStrategy, MetricName, Period } from "@atc/backtest";
import { resultVersion } from "@atc/backtest";
import type { CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { Dataset, JsonObject } from "@atc/contract";
import { contentKeys } from "../compute/content-keys.ts";
import { asJson, backtestPart, signalKeyPart } from "../wiring/config-parts.ts";

/** The part of a key that identifies an entry. The key depends on the rows of these symbols alone. */
type EntryPart = JsonObject & { readonly symbols: readonly string[] };

/**
 * Makes the keys of cache entries: the content of the symbols, the whole configuration of the arithmetic, the strategy
 * with its version, and the wanted metrics.
 */
export function keysOf(
  config: AtcConfig,
  dataset: Dataset,
  strategy: BoundStrategy,
  { period, metrics }: { readonly period: Period | undefined; readonly metrics: readonly MetricName[] },
): (kind: string, part: EntryPart) => CacheKey {
  const contentOf = contentKeys(dataset.manifest);
  const parameters = {
    ...signalKeyPart(config),
    ...backtestPart(config),
    limit: config.limit ?? null,
    resultVersion,
    ...(metrics.length === 0 ? {} : { metrics }),
    // Absent from the keys of all bars, which earlier releases wrote.
    ...(period === undefined ? {} : { period: asJson({ from: period.from, to: period.to }) }),
  };
  const { name: algorithm, version } = strategy;
  return (kind, part) => {
    const input = contentOf(part.symbols);
    return { kind, input, parameters: asJson({ ...parameters, ...part }), algorithm, version };
  };
}
