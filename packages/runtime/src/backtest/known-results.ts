import { isDeepStrictEqual } from "node:util";
import type { CurveContent, MetricName, SymbolFigures } from "@atc/backtest";
import { firstMetrics, metricNames } from "@atc/backtest";
import type { Cache } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { Spool } from "../spool/open-spool.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { keysOf } from "./backtest-keys.ts";
import { reportedContent } from "./reported-content.ts";
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

/** What earlier runs may have stored beside the figures, the least first: columns and fills for files and reports. */
const richerContents = (config: AtcConfig): readonly ContentOptions[] => [
  { curves: false },
  { curves: true, columns: ["cash", "exposure"] },
  { curves: true, fills: true },
  { curves: true, columns: ["cash", "exposure"], fills: true },
  reportedContent(config),
];

/** The results, apart from its own, that serve a run of the first metrics alone, the least first. */
function richerResults(runtime: Runtime, run: StoredRun, bars: number): readonly StoredResults<SymbolFigures>[] {
  const config = backtestPart(runtime.config);
  // Curves that are asked for are those of the run's own entry, or of one with more metrics.
  const contents = run.options.curves === true ? [run.options] : richerContents(runtime.config);
  const own = contentPart(run.content.symbols);
  return [[], metricNames].flatMap((metrics) => {
    const needs = { config, symbols: run.symbols.length, metrics };
    return contents.flatMap((options) => {
      const { symbols: content } = contentOf(options, needs);
      if (metrics.length === 0 && isDeepStrictEqual(contentPart(content), own)) return [];
      return storedOf(runtime, run, { codec: figuresCodec, bars, content, metrics }) ?? [];
    });
  });
}

/** The figures that the cache has. Richer ones serve a run that wants neither curves nor further metrics. */
export function storedFiguresOf(
  runtime: Runtime,
  run: StoredRun,
  bars: number,
): StoredResults<SymbolFigures> | undefined {
  const { metrics } = run;
  const own = storedOf(runtime, run, { codec: figuresCodec, bars, content: run.content.symbols, metrics });
  if (own === undefined || metrics.length > 0) return own;
  const richer = richerResults(runtime, run, bars);
  return {
    store: own.store,
    async load(symbols) {
      const found = await own.load(symbols);
      // An entry is of a whole batch, so only a whole batch can be in another one.
      if (found.length > 0) return found;
      for (const { load } of richer) {
        const others = await load(symbols);
        if (others.length === symbols.length) return others.map(withFirstMetrics);
      }
      return [];
    },
  };
}

/** Figures with the first 23 metrics only. */
function withFirstMetrics(figures: SymbolFigures): SymbolFigures {
  return { ...figures, metrics: firstMetrics(figures.metrics), metricWarnings: [] };
}
