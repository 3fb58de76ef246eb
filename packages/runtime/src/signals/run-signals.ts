import type { CacheKey } from "@atc/cache";
import type { Dataset } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import type { SignalOutput } from "@atc/signals";
import { longestWarmup, signalsVersion } from "@atc/signals";
import { contentKeys } from "../compute/content-keys.ts";
import type { PriceSeries } from "../compute/price-series.ts";
import { readPrices } from "../compute/price-series.ts";
import type { ComputedSignals } from "../compute/signal-steps.ts";
import { signalSteps } from "../compute/signal-steps.ts";
import type { SignalTaskInput } from "../compute/tasks.ts";
import { datasetRef } from "../compute/thread-datasets.ts";
import type { DataOptions } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { asJson, signalKeyPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import type { RememberedSignals } from "./signal-entries.ts";
import { rememberSignals } from "./signal-entries.ts";
import type { SignalTable } from "./signal-table.ts";

/** How to compute signals. */
export interface SignalRunOptions extends DataOptions {
  /** The symbol. Default: the only symbol of the data. */
  readonly symbol?: string;
}

function onlySymbol(symbols: readonly string[]): string {
  const [first] = symbols;
  if (first !== undefined && symbols.length === 1) return first;
  const shown = symbols.slice(0, 10).join(", ");
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the data has ${symbols.length} symbols (${shown}${symbols.length > 10 ? ", ..." : ""}); name one with --symbols`,
    {
      details: { symbols: [...symbols.slice(0, 100)] },
    },
  );
}

/** A symbol whose signals to compute. */
interface SignalRun {
  readonly dataset: Dataset;
  readonly symbol: string;
  readonly prices: PriceSeries;
  readonly options: SignalRunOptions;
}

/** Computes on this thread; reports progress and may stop between blocks. */
async function computeHere(runtime: Runtime, { prices, options }: SignalRun): Promise<ComputedSignals> {
  const { length } = prices.close;
  const pacer = createPacer(options);
  const steps = signalSteps(signalPart(runtime.config), prices);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      pacer.flush();
      return step.value;
    }
    pacer.report({ phase: "computing", done: step.value, total: length, unit: "bars" });
    await pacer.pause();
  }
}

const taskRef = { task: "@atc/runtime#signalsOfSymbol", version: 1 };

/**
 * Computes on a thread, or on this one if there is no executor or the dataset was replaced meanwhile: it is still open
 * here.
 */
async function computeAll(runtime: Runtime, run: SignalRun): Promise<ComputedSignals> {
  const { config } = runtime;
  const { dataset, symbol, prices, options } = run;
  const { length } = prices.close;
  await using executor = await runtime.executor(length);
  if (executor === undefined) return await computeHere(runtime, run);
  const { invalidPrices, limit } = config;
  const signals = signalPart(config);
  const input: SignalTaskInput = {
    ...datasetRef(runtime.storeRef, dataset.manifest),
    symbol,
    signals,
    invalidPrices,
    limit,
  };
  try {
    return await executor.submit<SignalTaskInput, ComputedSignals>(taskRef, input, {
      signal: options.signal,
      onProgress: ({ done }) => options.onProgress?.({ phase: "computing", done, total: length, unit: "bars" }),
    });
  } catch (error) {
    if (isAtcError(error, "ATC_REPLACED")) return await computeHere(runtime, run);
    throw error;
  }
}

/** Makes the keys of a symbol's cache entries, which depend on the rows of this symbol alone. */
function keysOf({ config }: Runtime, { manifest }: Dataset, symbol: string): (kind: string) => CacheKey {
  const { limit = null, invalidPrices } = config;
  const parameters = asJson({ ...signalKeyPart(config), symbol, limit, invalidPrices });
  const input = contentKeys(manifest)([symbol]);
  return (kind) => ({ kind, input, parameters, algorithm: "atc", version: signalsVersion });
}

function assertBars({ config }: Runtime, symbol: string, bars: number): void {
  if (config.cutout < bars) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `cutout is ${config.cutout}, which leaves no bar of ${symbol}: it has ${bars}; set a smaller cutout`,
    {
      details: { symbol, bars },
    },
  );
}

/** The value after the last bar; null if there is none yet. */
function lastOf({ columns }: RememberedSignals, name: SignalOutput): number | null {
  const value = Number(columns[name]?.at(-1));
  return Number.isFinite(value) ? value : null;
}

/**
 * Computes every output of ATC for one symbol of a file or a dataset. Outputs come from the cache if the same data was
 * computed with the same configuration before.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for an unknown symbol; ATC_INVALID_ARGUMENT if the data has
 * several symbols and none is named; ATC_INVALID_DATA for prices that are not positive, or if the cutout leaves no bar
 */
export async function computeSignals(
  runtime: Runtime,
  data: string | undefined,
  options: SignalRunOptions = {},
): Promise<SignalTable> {
  await runtime.checkCodec();
  using opened = await openData(runtime, data, options);
  const { dataset } = opened;
  const symbol = options.symbol ?? onlySymbol(dataset.symbols());
  const prices = readPrices(dataset.series(symbol), runtime.config, options.signal);
  const { length } = prices.close;
  assertBars(runtime, symbol, length);
  const cache = await usableCache(runtime);
  const { precision } = runtime.config;
  const computed = await rememberSignals(cache, keysOf(runtime, dataset, symbol), { length, precision }, () =>
    computeAll(runtime, { dataset, symbol, prices, options }),
  );
  const { diagnostics, cached } = computed;
  const warmup = longestWarmup(signalPart(runtime.config));
  const few =
    length < warmup ? [`${length} bars are fewer than the ${warmup} bars that the longest average needs`] : [];
  return {
    symbol,
    length,
    timeUnit: dataset.manifest.schema.kind === "ticks" ? "ns" : "ms",
    ...prices,
    columns: computed.columns,
    last: { averageSignal: lastOf(computed, "averageSignal"), direction: lastOf(computed, "direction") ?? 0 },
    diagnostics,
    warnings: [...few, ...diagnostics.warnings.map(({ message }) => message)],
    config: asJson(signalPart(runtime.config)),
    cached,
  };
}
