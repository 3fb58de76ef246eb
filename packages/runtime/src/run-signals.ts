import type { Cache, CacheKey } from "@atc/cache";
import type { JsonObject, OutputColumns, PriceColumns, Series, TypedArray } from "@atc/contract";
import { AtcError, averageKinds, nearest, throwIfAborted } from "@atc/contract";
import type { SignalDiagnostics, SignalOutput } from "@atc/signals";
import { createStream, longestWarmup, signalsVersion } from "@atc/signals";
import { asJson, signalPart } from "./config-parts.ts";
import type { DataOptions } from "./data.ts";
import { contentOf, openData } from "./data.ts";
import { usableCache } from "./run-backtest.ts";
import type { Runtime } from "./runtime.ts";

/** Every output of ATC for one symbol. */
export interface SignalTable {
  /** The symbol. */
  readonly symbol: string;
  /** Bars. */
  readonly length: number;
  /** Unit of `times`. */
  readonly timeUnit: "ms" | "ns";
  /** Time of each bar. */
  readonly times: BigInt64Array;
  /** Closing prices. */
  readonly close: Float64Array;
  /** The prices that the averages were taken of. */
  readonly source: Float64Array;
  /** The outputs. */
  readonly columns: OutputColumns<SignalOutput>;
  /** Average signal (null before there is one) and direction after the last bar. */
  readonly last: { readonly averageSignal: number | null; readonly direction: number };
  /** How far the outputs can be trusted. */
  readonly diagnostics: SignalDiagnostics;
  /** What a trader must know, one sentence each. */
  readonly warnings: readonly string[];
  /** The configuration of the signals. */
  readonly config: JsonObject;
  /** Whether all outputs came from the cache. */
  readonly cached: boolean;
}

/** How to compute signals. */
export interface SignalRunOptions extends DataOptions {
  /** The symbol; the only one where absent. */
  readonly symbol?: string;
}

/** What goes into one cache entry: arrays of one itemsize that are wanted together. */
const entryOutputs: Readonly<Record<string, readonly SignalOutput[]>> = {
  averages: averageKinds,
  votes: [...averageKinds.map((kind): SignalOutput => `${kind}Signal`), "averageSignal"],
  equity: averageKinds.map((kind): SignalOutput => `${kind}Equity`),
  direction: ["direction"],
};

function onlySymbol(symbols: readonly string[]): string {
  const [first] = symbols;
  if (first !== undefined && symbols.length === 1) return first;
  const shown = symbols.slice(0, 10).join(", ");
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the data has ${symbols.length} symbols (${shown}${symbols.length > 10 ? ", ..." : ""}); name one with --symbol`,
    {
      details: { symbols: [...symbols.slice(0, 100)] },
    },
  );
}

/** Columns of a series as arrays of one's own. */
interface Columns {
  readonly times: BigInt64Array;
  readonly close: Float64Array;
  readonly source: Float64Array;
}

async function readColumns(
  series: Series,
  from: number,
  sourceName: string,
  signal: AbortSignal | undefined,
): Promise<Columns> {
  const length = series.length - from;
  const columns: Columns = {
    times: new BigInt64Array(length),
    close: new Float64Array(length),
    source: new Float64Array(length),
  };
  const names = [...new Set(["timestamp", "close", sourceName])];
  for (const block of series.blocks({ columns: names, from })) {
    const at = block.row - from;
    columns.times.set(block.times() as BigInt64Array, at);
    columns.close.set(block.values("close") as Float64Array, at);
    columns.source.set(block.values(sourceName) as Float64Array, at);
    throwIfAborted(signal);
  }
  return columns;
}

interface Computed {
  readonly columns: Record<string, TypedArray>;
  readonly diagnostics: SignalDiagnostics;
}

/** Bars between two chances to stop. */
const barsPerPush = 65_536;

async function computeAll(runtime: Runtime, { close, source }: Columns, options: SignalRunOptions): Promise<Computed> {
  const { config } = runtime;
  const stream = createStream(signalPart(config));
  const { length } = close;
  const targets = Object.fromEntries(
    stream.outputs.map((name) => [
      name,
      name === "direction"
        ? new Int8Array(length)
        : config.precision === "float32"
          ? new Float32Array(length)
          : new Float64Array(length),
    ]),
  ) as Record<SignalOutput, Float64Array | Float32Array | Int8Array>;
  for (let from = 0; from < length; from += barsPerPush) {
    const to = Math.min(from + barsPerPush, length);
    const prices: PriceColumns = {
      close: close.subarray(from, to),
      [config.calculationSource]: source.subarray(from, to),
    };
    const views = Object.fromEntries(Object.entries(targets).map(([name, array]) => [name, array.subarray(from, to)]));
    stream.pushInto(prices, views);
    options.onProgress?.({ phase: "computing", done: to, total: length, unit: "bars" });
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    throwIfAborted(options.signal);
  }
  return { columns: targets, diagnostics: stream.diagnostics() };
}

/** The outputs from the cache where every entry is there; else computed, and kept. */
async function rememberAll(
  cache: Cache | undefined,
  key: (kind: string) => CacheKey,
  compute: () => Promise<Computed>,
): Promise<Computed & { readonly cached: boolean }> {
  const kinds = Object.keys(entryOutputs);
  const stored = cache === undefined ? [] : await Promise.all(kinds.map((kind) => cache.get(key(kind))));
  if (cache !== undefined && stored.every((value) => value !== undefined)) {
    const columns = Object.assign({}, ...stored.map(({ arrays }) => arrays)) as Record<string, TypedArray>;
    return {
      columns,
      diagnostics: stored[0]?.attributes?.["diagnostics"] as unknown as SignalDiagnostics,
      cached: true,
    };
  }
  const startedAt = performance.now();
  const computed = await compute();
  const costMs = performance.now() - startedAt;
  for (const kind of cache === undefined ? [] : kinds) {
    const arrays = Object.fromEntries(
      (entryOutputs[kind] ?? []).map((name) => [name, computed.columns[name] as TypedArray]),
    );
    await cache?.set(
      key(kind),
      { arrays, attributes: { diagnostics: computed.diagnostics as unknown as JsonObject } },
      { costMs },
    );
  }
  return { ...computed, cached: false };
}

/**
 * Computes every output of ATC for one symbol of a CSV file or a dataset; outputs of the same data and configuration are taken from the cache.
 *
 * @throws what {@link openData} throws; ATC_NOT_FOUND for a symbol that the data does not have, ATC_INVALID_ARGUMENT where it has several and none is named,
 * ATC_INVALID_DATA for prices that are not positive or a cutout that leaves no bar
 */
export async function computeSignals(
  runtime: Runtime,
  data: string,
  options: SignalRunOptions = {},
): Promise<SignalTable> {
  using opened = await openData(runtime, data, options);
  const { dataset } = opened;
  const symbol = options.symbol ?? onlySymbol(dataset.symbols());
  const series = dataset.series(symbol);
  const { config } = runtime;
  const from = config.limit === undefined ? 0 : Math.max(0, series.length - config.limit);
  const length = series.length - from;
  if (config.cutout >= length) {
    throw new AtcError(
      "ATC_INVALID_DATA",
      `cutout is ${config.cutout}, which leaves no bar of ${symbol}: it has ${length}; set a smaller cutout`,
      { details: { symbol, bars: length } },
    );
  }
  const sourceName = config.calculationSource;
  if (!series.columns.some(({ name }) => name === sourceName)) {
    const names = series.columns.map(({ name }) => name);
    throw new AtcError(
      "ATC_INVALID_DATA",
      `calculationSource is "${sourceName}", but ${symbol} has the columns ${names.join(", ")}; did you mean "${nearest(sourceName, names) ?? "close"}"?`,
    );
  }
  const columns = await readColumns(series, from, sourceName, options.signal);
  const parameters = asJson(signalPart(config));
  const input = contentOf(dataset.manifest);
  const key = (kind: string): CacheKey => ({
    kind,
    input,
    parameters: { ...parameters, symbol, limit: config.limit ?? null },
    algorithm: "atc",
    version: signalsVersion,
  });
  const {
    columns: outputs,
    diagnostics,
    cached,
  } = await rememberAll(await usableCache(runtime), key, () => computeAll(runtime, columns, options));
  const average = outputs["averageSignal"]?.[length - 1];
  const warmup = longestWarmup(signalPart(config));
  return {
    symbol,
    length,
    timeUnit: dataset.manifest.schema.kind === "ticks" ? "ns" : "ms",
    ...columns,
    columns: outputs as unknown as OutputColumns<SignalOutput>,
    last: {
      averageSignal: typeof average === "number" && Number.isFinite(average) ? average : null,
      direction: Number(outputs["direction"]?.[length - 1]),
    },
    diagnostics,
    warnings: [
      ...(length < warmup ? [`${length} bars are fewer than the ${warmup} that the longest average needs`] : []),
      ...diagnostics.warnings.map(({ message }) => message),
    ],
    config: parameters,
    cached,
  };
}
