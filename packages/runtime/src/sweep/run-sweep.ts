import { resolve } from "node:path";
import { checkData, checkPeriod, type MetricName, type Period, periodRows, type Table } from "@atc/backtest";
import type { Dataset, Strategy } from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import {
  type Axis,
  createResultTable,
  createSampler,
  createSpace,
  type Objective,
  parseObjective,
  parseRequirements,
  type Requirements,
  type Space,
  type SweepConfiguration,
  type SweepDefinition,
  sweepMetrics,
} from "@atc/sweep";
import type { LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { DataOptions } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import { configurationDigests } from "./configuration-digest.ts";
import { type ExclusionCount, type LeadingResult, leadingResults } from "./leading-results.ts";
import { checkTableFile, resultRows } from "./result-rows.ts";
import { type ScoreMap, scoreMap } from "./score-map.ts";
import { spanEnds } from "./span-ends.ts";
import { openStoredEvaluations, type StoredEvaluations } from "./stored-evaluations.ts";
import { searchConfigurations, type SweepProgress } from "./search-configurations.ts";
import { changedSince, storeOrigins, sweepKeys } from "./sweep-keys.ts";
import { storedMetrics } from "./sweep-metrics.ts";
import { type SweepStrategy, sweepStrategy } from "./sweep-strategy.ts";
import { unitRunner } from "./unit-runner.ts";

/** How to run a sweep. */
export interface RunSweepOptions extends DataOptions {
  /** What is searched, and what is maximised. */
  readonly definition: SweepDefinition;
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /** The time in which accounts trade. Default: all bars. */
  readonly period?: Period;
  /** A strategy in code, whose parameters are swept on this thread. Default: the configured strategy. */
  readonly strategy?: Strategy;
  /** Whether each symbol has rows of its own. Default: false. */
  readonly bySymbol?: boolean;
  /** The number of best configurations that are returned. Default: 10. */
  readonly top?: number;
  /** Whether configurations that an earlier sweep finished are taken from the cache. Default: true. */
  readonly resume?: boolean;
  /**
   * Two keys of axes, for the map of the best objective for their values: that of the columns, then that of the rows.
   * Default: the two axes of a space that has two.
   */
  readonly map?: readonly [columns: string, rows: string];
  /** Whether an abort returns what is finished instead of throwing. Default: false. */
  readonly keepsAborted?: boolean;
  /**
   * A file for the table of all evaluations, which is written at the end: .csv, .arrow or .parquet. An existing file is
   * replaced. An aborted sweep writes none.
   */
  readonly table?: string;
  /** Receives the batches of the table, in order, as they are complete. They belong to the receiver. */
  readonly onTable?: (batch: Table) => void;
  /** Receives the state of the sweep after every unit. */
  readonly onSweep?: (progress: SweepProgress) => void;
}

/** The results of a sweep. */
export interface SweepOutcome {
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** The data as it was named. */
  readonly path: string;
  /** Whether the dataset already existed and was up to date. */
  readonly reused: boolean;
  /** The symbols, sorted. */
  readonly symbols: readonly string[];
  /** The dimensions of the space. */
  readonly axes: readonly Axis[];
  /** The number of combinations of values; undefined if there is no bound. */
  readonly size: bigint | undefined;
  /** What was maximised. */
  readonly objective: Objective;
  /** What was required. */
  readonly requirements: Requirements | undefined;
  /** The metrics of the table, in order. */
  readonly metrics: readonly MetricName[];
  /** The best configurations, best first. Their metrics are those of the table. */
  readonly best: readonly LeadingResult[];
  /** The number of evaluations, those of parts of the bars included: each of them is a trial. */
  readonly evaluations: number;
  /** How many of them were computed. */
  readonly computed: number;
  /** How many of them came from the cache. */
  readonly cached: number;
  /** The number of configurations with a place. */
  readonly ranked: number;
  /** Configurations without a place, by reason. */
  readonly excluded: readonly ExclusionCount[];
  /** Configurations with an error, by message. */
  readonly failed: readonly ExclusionCount[];
  /** Symbols that configurations left out, like a backtest. */
  readonly leftOut: readonly LeftOutSymbol[];
  /** What to know about the search, one sentence each. */
  readonly notes: readonly string[];
  /** The best objective for pairs of values. */
  readonly map: ScoreMap | undefined;
  /** Whether the search reached its end. False only after an abort, with `keepsAborted`. */
  readonly isComplete: boolean;
}

/** The most columns and rows of a map. */
const mapSize: readonly [number, number] = [24, 24];

function periodOf({ period }: RunSweepOptions): Period | undefined {
  if (period?.from === undefined && period?.to === undefined) return undefined;
  checkPeriod(period);
  return period;
}

/** The places of the axes of a map; undefined if there is none. */
function mapPlaces(axes: readonly Axis[], map: RunSweepOptions["map"]): readonly [number, number] | undefined {
  if (map === undefined) return axes.length === 2 ? [1, 0] : undefined;
  const places = map.map((key) => {
    const place = axes.findIndex(({ keys }) => keys.includes(key));
    if (place >= 0) return place;
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the map needs an axis "${key}"; the axes are ${axes.map(({ name }) => name).join(", ")}`,
      { details: { key } },
    );
  });
  const [columns = 0, rows = 0] = places;
  if (columns !== rows) return [columns, rows];
  throw new AtcError("ATC_INVALID_ARGUMENT", `the map needs two axes, and "${map.join(",")}" names one`, {
    details: { map: map.join(",") },
  });
}

/** The space of a sweep over the configuration of a runtime. */
export function spaceOf({ config }: Runtime, definition: SweepDefinition, strategy: SweepStrategy): Space {
  return createSpace(definition, {
    strategy: strategy.traits,
    base: { ...signalPart(config), ...backtestPart(config) },
    parameters: config.parameters,
  });
}

/** The symbols of a sweep, sorted, and the number of their rows. */
function readSymbols(
  { config: { limit } }: Runtime,
  dataset: Dataset,
  wanted: readonly string[] | undefined,
  period: Period | undefined,
): { readonly symbols: readonly string[]; readonly rows: number } {
  const symbols = wanted === undefined ? dataset.symbols() : [...new Set(wanted)].sort((a, b) => (a < b ? -1 : 1));
  if (symbols.length === 0) throw new AtcError("ATC_INVALID_DATA", "the data has no symbols, so there is nothing to sweep");
  const rows = symbols.reduce((sum, symbol) => {
    const { start, to } = periodRows(dataset.series(symbol), { limit, period });
    return sum + to - start;
  }, 0);
  return { symbols, rows };
}

/** A configuration that differs from all others in keys of the axes only. */
function baseConfiguration(space: Space): SweepConfiguration | undefined {
  // The middle of the space need not be valid, so several points are tried.
  for (const part of [0.5, 0, 0.999, 0.25, 0.75])
    try {
      return space.configuration(space.axes.map((axis) => axis.atPart(part)));
    } catch {}
  return undefined;
}

/**
 * Searches configurations over a file or a dataset. Finished units of configurations are stored in the cache, so a
 * sweep that ended early, or that is extended, computes only what is new. Figures, order and table do not depend on
 * threads, times or the cache.
 *
 * @throws what `openData` throws; ATC_INVALID_CONFIG and ATC_INVALID_ARGUMENT for the definition; ATC_NOT_FOUND for a
 * symbol; ATC_ABORTED unless `keepsAborted`
 */
export async function runSweep(
  runtime: Runtime,
  data: string | undefined,
  options: RunSweepOptions,
): Promise<SweepOutcome> {
  const { definition, bySymbol = false, top = 10, resume = true, signal } = options;
  const period = periodOf(options);
  const { objective: text, over } = definition;
  const objective = parseObjective(text, definition.origins?.["objective"]);
  const requirements = parseRequirements(definition);
  const metrics = sweepMetrics(definition, objective, requirements);
  const file = options.table === undefined ? undefined : resolve(runtime.cwd, options.table);
  if (file !== undefined) await checkTableFile(runtime, file);
  await runtime.checkCodec();
  await using strategy = await sweepStrategy(runtime, options);
  const space = spaceOf(runtime, definition, strategy);
  const sampler = createSampler(space, definition.sample);
  const places = mapPlaces(space.axes, options.map);
  using opened = await openData(runtime, data, options);
  const { dataset, reused, path = data ?? opened.dataset.manifest.name } = opened;
  const { config } = runtime;
  const { symbols, rows } = readSymbols(runtime, dataset, options.symbols, period);
  const bound = strategy.on(dataset);
  checkData(backtestPart(config), bound, dataset);
  const varied = new Set(space.axes.flatMap(({ keys }) => keys));
  const computed = storedMetrics(metrics);
  const keepsSymbols = bySymbol || over !== undefined;
  const cache = await usableCache(runtime);
  const notes: string[] = [];
  let stored: StoredEvaluations | undefined;
  if (cache !== undefined) {
    const keys = sweepKeys({
      dataset,
      symbols,
      wanted: options.symbols,
      strategy: bound,
      digest: strategy.own?.module.digest,
      metrics: computed,
      bySymbol: keepsSymbols,
      period,
      limit: config.limit,
      hasBenchmark: config.benchmark !== undefined || varied.has("benchmark"),
    });
    const symbolMetrics = keepsSymbols ? symbols.length * computed.length : 0;
    const widths = { metrics: computed.length, symbolMetrics };
    stored = await openStoredEvaluations({ cache, key: keys.unit, ...widths, isRead: resume });
    const changed = resume && stored.size === 0 ? await changedSince(cache, keys) : undefined;
    if (changed !== undefined) notes.push(changed);
    await storeOrigins(cache, keys);
  }
  throwIfAborted(signal);
  const most = sampler.most ?? 1000;
  await using leased =
    strategy.isPortable && strategy.own === undefined ? await runtime.executor(rows * most) : undefined;
  const leaders = leadingResults({
    objective,
    requirements,
    over,
    metrics: computed,
    symbols: keepsSymbols ? symbols.length : 0,
    most: top,
  });
  using results = resultRows({
    table: createResultTable({
      axes: space.axes,
      metrics,
      symbols: bySymbol ? symbols : undefined,
      withSpan: definition.sample?.method === "halving",
    }),
    computed,
    metrics,
    symbols: bySymbol ? symbols.length : 0,
    file,
    onTable: options.onTable,
  });
  const map = places === undefined ? undefined : scoreMap(space.axes, places, mapSize);
  const base = baseConfiguration(space);
  const end = await searchConfigurations({
    space,
    sampler,
    digestOf: base === undefined ? undefined : configurationDigests(base, varied),
    stored,
    runner: unitRunner(runtime, { dataset, strategy, symbols, metrics: computed, bySymbol: keepsSymbols, executor: leased }),
    endOf: spanEnds(dataset, { symbols, limit: config.limit, period }),
    period,
    metrics: computed.length,
    symbols: keepsSymbols ? symbols.length : 0,
    leaders,
    keepsAborted: options.keepsAborted === true,
    onResult(candidate, result, score) {
      results?.add(candidate, result);
      if (candidate.span >= 1 && score !== undefined) map?.add(candidate.values, score);
    },
    onSweep: options.onSweep,
    onProgress: options.onProgress,
    signal,
  });
  if (end.isComplete) await results?.finish(runtime);
  const chosen = metrics.map((name) => computed.indexOf(name));
  return {
    dataset: dataset.manifest.name,
    path,
    reused,
    symbols,
    axes: space.axes,
    size: space.size,
    objective,
    requirements,
    metrics,
    best: leaders.best.map((one) => ({
      ...one,
      metrics: Float64Array.from(chosen, (place) => one.metrics[place] ?? Number.NaN),
    })),
    ...end,
    ranked: leaders.ranked,
    excluded: leaders.excluded,
    failed: leaders.failed,
    notes: [...notes, ...sampler.notes],
    map: map?.map,
  };
}
