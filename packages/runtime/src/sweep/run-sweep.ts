import { resolve } from "node:path";
import type { MetricName, Table } from "@atc/backtest";
import { AtcError, throwIfAborted } from "@atc/contract";
import { type Axis, createResultTable, type Objective, type Requirements, type SweepConfiguration } from "@atc/sweep";
import type { RunOrigin } from "../backtest/run-origin.ts";
import type { LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { SweepValidation } from "../validate/sweep-validation.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import { baseConfiguration } from "./base-configuration.ts";
import { configurationDigests } from "./configuration-digest.ts";
import { type ExclusionCount, type LeadingResult, leadingResults } from "./leading-results.ts";
import { checkTableFile, resultRows } from "./result-rows.ts";
import { type ScoreMap, scoreMap } from "./score-map.ts";
import { type SweepProgress, searchConfigurations } from "./search-configurations.ts";
import { spanEnds } from "./span-ends.ts";
import { openStoredEvaluations, type StoredEvaluations } from "./stored-evaluations.ts";
import { describeSweep } from "./sweep-description.ts";
import { changedSince, keysOfSweep, type SweepKeys, storeOrigins } from "./sweep-keys.ts";
import type { SearchedSpace, SweepListener } from "./sweep-listener.ts";
import { sweepOrigin } from "./sweep-origin.ts";
import { openSweep, type SweepSetup, type SweepSetupOptions } from "./sweep-setup.ts";
import { type RecordedTable, tableRecorder } from "./table-recorder.ts";
import { unitSizesOf } from "./unit-sizes.ts";
import { winnerJudge } from "./winner-judge.ts";

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
   * replaced. The description of the sweep is in its metadata; that of `TABLE.csv` is in `TABLE.csv.json`. An aborted
   * sweep writes none.
   */
  readonly table?: string;
  /** Receives the batches of the table, in order, as they are complete. They belong to the receiver. */
  readonly onTable?: (batch: Table) => void;
  /** Whether the table is recorded, so that the sweep can be stored as a run. Default: false. */
  readonly isRecorded?: boolean;
  /**
   * Whether the winner is judged: whether it is more than luck. The bar returns of up to 2,000 configurations are
   * computed again for it. Default: true.
   */
  readonly validate?: boolean;
  /** Receives the state of the sweep after every unit. */
  readonly onSweep?: (progress: SweepProgress) => void;
  /** Makes what receives every evaluation, when the definition is checked and the data is open. */
  readonly listen?: (searched: SearchedSpace) => SweepListener;
}

/** The results of a sweep. */
export interface SweepOutcome {
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** What the results come from. */
  readonly origin: RunOrigin;
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
  /**
   * Whether the best configuration is more than luck; undefined without `validate`, without a best one, and after an
   * abort.
   */
  readonly validation: SweepValidation | undefined;
  /** What to know about the search, one sentence each. */
  readonly notes: readonly string[];
  /** The best objective for pairs of values. */
  readonly map: ScoreMap | undefined;
  /** The complete configuration of the best one; undefined if none has a place. */
  readonly winner: SweepConfiguration | undefined;
  /** The table for a stored run; undefined without `isRecorded`, and after an abort. */
  readonly recorded: RecordedTable | undefined;
  /** Whether the search reached its end. False only after an abort, with `keepsAborted`. */
  readonly isComplete: boolean;
}

/** The most rows of a table that a stored run has. */
const mostRecordedRows = 10_000;

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

/** The configurations that the cache has; undefined without a cache. */
async function storedOf(
  runtime: Runtime,
  { symbols, computed, keepsSymbols }: SweepSetup,
  keys: SweepKeys,
  /** Receives why nothing was found; undefined to find nothing. */
  note: ((text: string) => void) | undefined,
): Promise<StoredEvaluations | undefined> {
  const cache = await usableCache(runtime);
  if (cache === undefined) return undefined;
  const symbolMetrics = keepsSymbols ? symbols.length * computed.length : 0;
  const widths = { metrics: computed.length, symbolMetrics };
  const stored = await openStoredEvaluations({ cache, key: keys.unit, ...widths, isRead: note !== undefined });
  const changed = note !== undefined && stored.size === 0 ? await changedSince(cache, keys) : undefined;
  if (changed !== undefined) note?.(changed);
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
  const keys = keysOfSweep(sweep, options.symbols);
  const stored = await storedOf(runtime, sweep, keys, resume ? (text) => notes.push(text) : undefined);
  throwIfAborted(signal);
  const symbolCount = sweep.keepsSymbols ? symbols.length : 0;
  const { over } = definition;
  const leaders = leadingResults({ objective, requirements, over, metrics: computed, symbols: symbolCount, most: top });
  const table = createResultTable({
    axes: space.axes,
    metrics,
    symbols: bySymbol ? symbols : undefined,
    withSpan: definition.sample?.method === "halving",
  });
  const recorder = options.isRecorded === true ? tableRecorder({ ...table, mostRows: mostRecordedRows }) : undefined;
  using results = resultRows({
    table,
    computed,
    metrics,
    symbols: bySymbol ? symbols.length : 0,
    file,
    receivers: [recorder?.add, options.onTable].filter((receiver) => receiver !== undefined),
  });
  const map = places === undefined ? undefined : scoreMap(space.axes, places, mapSize);
  const base = baseConfiguration(space);
  const judge = options.validate === false ? undefined : winnerJudge(runtime, sweep, { base, options });
  const listener = options.listen?.({ axes: space.axes, objective, metrics: computed, shown: metrics, map: places });
  const end = await searchConfigurations({
    space,
    sampler,
    digestOf: base === undefined ? undefined : configurationDigests(base, varied),
    stored,
    runner: sweep.runner,
    sizes: unitSizesOf(sweep, base),
    endOf: spanEnds(dataset, { symbols, limit: runtime.config.limit, period }),
    period,
    metrics: computed.length,
    symbols: symbolCount,
    leaders,
    keepsAborted: options.keepsAborted === true,
    onResult(candidate, result, score) {
      results?.add(candidate, result);
      judge?.add(candidate, result, score);
      listener?.add(candidate, result.portfolio, score);
      if (candidate.span >= 1 && score !== undefined) map?.add(candidate.values, score);
    },
    onSweep: options.onSweep,
    onProgress: options.onProgress,
    signal,
  });
  const { evaluations } = end;
  const describe = () => describeSweep(sweep, keys, { definition, bySymbol, evaluations });
  if (end.isComplete) await results?.finish(runtime, describe);
  const validation = end.isComplete
    ? await judge?.finish({ winner: leaders.best[0], trials: evaluations, note: (text) => notes.push(text) })
    : undefined;
  const chosen = metrics.map((name) => computed.indexOf(name));
  return {
    dataset: dataset.manifest.name,
    origin: sweepOrigin(sweep),
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
    validation,
    notes: [...notes, ...sampler.notes],
    map: map?.map,
    winner: leaders.best[0] === undefined ? undefined : space.configuration(leaders.best[0].values),
    recorded: recorder === undefined || !end.isComplete ? undefined : { ...recorder.finish(), description: describe() },
  };
}
