import type { CurveContent, MetricName, SymbolFigures } from "@atc/backtest";
import { firstMetrics, metricNames } from "@atc/backtest";
import type { Cache } from "@atc/cache";
import type { Spool } from "../spool/open-spool.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { keysOf } from "./backtest-keys.ts";
import { figuresCodec, type ResultCodec } from "./result-codecs.ts";
import { type ContentOptions, contentOf, contentPart, metricsPart, type RunContent } from "./run-content.ts";
import { type StoredResults, storedResults } from "./stored-results.ts";

/** A run as far as its results in the cache are concerned. */
export interface StoredRun {
  readonly cache: Cache | undefined;
  readonly spool: Spool;
  readonly key: ReturnType<typeof keysOf>;
  readonly content: RunContent;
  readonly metrics: readonly MetricName[];
  readonly symbols: readonly SizedSymbol[];
  readonly options: ContentOptions;
}

/** Which results of the cache are wanted. */
export interface StoredKind<Result> {
  readonly codec: ResultCodec<Result>;
  /** Bars of the whole run. */
  readonly bars: number;
  readonly content: CurveContent;
  readonly metrics: readonly MetricName[];
}

/** The results that the cache has; undefined without a cache. */
export function storedOf<Result extends { readonly symbol: string }>(
  runtime: Runtime,
  { cache, spool, key }: StoredRun,
  { codec, bars, content, metrics }: StoredKind<Result>,
): StoredResults<Result> | undefined {
  if (cache === undefined) return undefined;
  const entryPart = { ...contentPart(content), ...metricsPart(metrics) };
  return storedResults({
    codec,
    cache,
    curves: spool.curves,
    key: (batch, part = {}) => key("results", { symbols: batch, ...entryPart, ...part }),
    content,
    bars,
    mostBytes: runtime.cacheBytes / 4,
    warn: (message) => runtime.warn(message),
  });
}

/** The figures that the cache has. Those with all metrics serve a run that wants none of them. */
export function storedFiguresOf(
  runtime: Runtime,
  run: StoredRun,
  bars: number,
): StoredResults<SymbolFigures> | undefined {
  const { metrics, options, symbols: all } = run;
  const kind = { codec: figuresCodec, bars };
  const own = storedOf(runtime, run, { ...kind, content: run.content.symbols, metrics });
  if (own === undefined || metrics.length > 0) return own;
  const needs = { config: backtestPart(runtime.config), symbols: all.length, metrics: metricNames };
  const { symbols: content } = contentOf(options, needs);
  const richer = storedOf(runtime, run, { ...kind, content, metrics: metricNames });
  return {
    store: own.store,
    async load(symbols) {
      const found = await own.load(symbols);
      const names = new Set(found.map(({ symbol }) => symbol));
      const missing = symbols.filter(({ symbol }) => !names.has(symbol));
      // An entry is of a whole batch, so only a whole batch can be in another one.
      const more = missing.length === symbols.length ? await richer?.load(symbols) : undefined;
      return [...found, ...(more ?? []).map(withFirstMetrics)];
    },
  };
}

/** Figures with the first 23 metrics only. */
function withFirstMetrics(figures: SymbolFigures): SymbolFigures {
  return { ...figures, metrics: firstMetrics(figures.metrics), metricWarnings: [] };
}
