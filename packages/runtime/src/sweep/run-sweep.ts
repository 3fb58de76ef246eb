import { resolve } from "node:path";
import type { MetricName, Table } from "@atc/backtest";
import { AtcError, throwIfAborted } from "@atc/contract";
import {
  type Axis,
  createResultTable,
  type Objective,
  type Requirements,
  type Space,
  type SweepConfiguration,
} from "@atc/sweep";
import type { LeftOutSymbol } from "../evaluate/evaluation.ts";
import { runsInLanes } from "../evaluate/lane-evaluator.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import { configurationDigests } from "./configuration-digest.ts";
import { type ExclusionCount, type LeadingResult, leadingResults } from "./leading-results.ts";
import { checkTableFile, resultRows } from "./result-rows.ts";
import { type ScoreMap, scoreMap } from "./score-map.ts";
import { type SweepProgress, searchConfigurations } from "./search-configurations.ts";
import { spanEnds } from "./span-ends.ts";
import { openStoredEvaluations, type StoredEvaluations } from "./stored-evaluations.ts";
import { changedSince, storeOrigins, sweepKeys } from "./sweep-keys.ts";
import { openSweep, type SweepSetup, type SweepSetupOptions } from "./sweep-setup.ts";
import { unitSizes } from "./unit-sizes.ts";

/** How to run a sweep. */
export interface RunSweepOptions extends SweepSetupOptions {
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

/** A configuration that differs from all others in keys of the axes only. */
function baseConfiguration(space: Space): SweepConfiguration | undefined {
  // The middle of the space need not be valid, so several points are tried.
  for (const part of [0.5, 0, 0.999, 0.25, 0.75])
    try {
      return space.configuration(space.axes.map((axis) => axis.atPart(part)));
    } catch {}
  return undefined;
}

/** What {@link storedOf} needs besides the sweep. */
interface StoredOptions {
  readonly resume: boolean;
  /** The symbols that the caller chose. */
  readonly wanted: readonly string[] | undefined;
  /** Receives why nothing was found. */
  readonly note: (text: string) => void;
}

/** The configurations that the cache has; undefined without a cache. */
async function storedOf(
  runtime: Runtime,
  { dataset, symbols, strategy, computed, keepsSymbols, period, varied }: SweepSetup,
  { resume, wanted, note }: StoredOptions,
): Promise<StoredEvaluations | undefined> {
  const cache = await usableCache(runtime);
  if (cache === undefined) return undefined;
  const { limit, benchmark } = runtime.config;
  const keys = sweepKeys({
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
  const symbolMetrics = keepsSymbols ? symbols.length * computed.length : 0;
  const widths = { metrics: computed.length, symbolMetrics };
  const stored = await openStoredEvaluations({ cache, key: keys.unit, ...widths, isRead: resume });
  const changed = resume && stored.size === 0 ? await changedSince(cache, keys) : undefined;
  if (changed !== undefined) note(changed);
  await storeOrigins(cache, keys);
  return stored;
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
  const file = options.table === undefined ? undefined : resolve(runtime.cwd, options.table);
  if (file !== undefined) await checkTableFile(runtime, file);
  await using sweep = await openSweep(runtime, data, options);
  const { space, sampler, objective, requirements, dataset, symbols, metrics, computed, period, varied } = sweep;
  const places = mapPlaces(space.axes, options.map);
  const notes: string[] = [];
  const stored = await storedOf(runtime, sweep, { resume, wanted: options.symbols, note: (text) => notes.push(text) });
  throwIfAborted(signal);
  const symbolCount = sweep.keepsSymbols ? symbols.length : 0;
  const { over } = definition;
  const leaders = leadingResults({ objective, requirements, over, metrics: computed, symbols: symbolCount, most: top });
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
    runner: sweep.runner,
    sizes: unitSizes({
      rows: sweep.rows,
      // Strategies have no signals to share.
      areShared: sweep.strategy.traits === undefined && base !== undefined && runsInLanes(base, computed),
    }),
    endOf: spanEnds(dataset, { symbols, limit: runtime.config.limit, period }),
    period,
    metrics: computed.length,
    symbols: symbolCount,
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
    path: sweep.path,
    reused: sweep.opened.reused,
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
